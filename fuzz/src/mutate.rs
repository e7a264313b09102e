//! Changes to an input, in the manner of AFL.

use lanternet_core::Rng;

/// Values at the edges of what fields hold.
const EDGES: [u8; 8] = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x45, 0x60, 0x0f];

/// The longest input that is made.
const MAX_LEN: usize = 2048;

/// Changes the input one to eight times. `other` is an input to take pieces from.
pub(crate) fn mutate(rng: &mut Rng, input: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..=rng.below(8) {
        mutate_once(rng, input, other);
    }
    input.truncate(MAX_LEN);
}

fn mutate_once(rng: &mut Rng, input: &mut Vec<u8>, other: &[u8]) {
    let at = below(rng, input.len().max(1));
    match rng.below(7) {
        0 => input.truncate(at),
        1 => input.insert(at.min(input.len()), rng.next_u64() as u8),
        2 => {
            let end = (at + 1 + below(rng, 8)).min(input.len());
            input.drain(at.min(end)..end);
        }
        3 => {
            // The head of this one and the tail of the other.
            input.truncate(at);
            input.extend_from_slice(&other[below(rng, other.len() + 1)..]);
        }
        change => {
            let Some(byte) = input.get_mut(at) else { return };
            match change {
                4 => *byte ^= 1 << rng.below(8),
                5 => *byte = EDGES[below(rng, EDGES.len())],
                _ => *byte = byte.wrapping_add(rng.below(7) as u8).wrapping_sub(3),
            }
        }
    }
}

/// A number below `limit`, which is not 0.
pub(crate) fn below(rng: &mut Rng, limit: usize) -> usize {
    rng.below(limit as u64) as usize
}
