//! Frames: shared immutable bytes with an identity and a cause.

use std::fmt;
use std::sync::Arc;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::addr::MacAddr;
use crate::id::FrameId;

/// An Ethernet frame without preamble and frame check sequence.
///
/// A clone shares the bytes, so flooding to n ports copies none. A device that changes a byte makes
/// a new frame whose [`cause`](Self::cause) is the old one; a device that only passes a frame on
/// (a hub, a switch) passes on the same frame with the same id, also where it adds a VLAN tag or
/// takes one away: see [`retagged`](Self::retagged).
#[derive(Clone, PartialEq)]
pub struct Frame(Arc<Inner>);

#[derive(PartialEq)]
struct Inner {
    id: FrameId,
    cause: Option<FrameId>,
    /// See [`Frame::is_checksummed`].
    checksummed: bool,
    bytes: Vec<u8>,
}

impl Frame {
    /// Bytes of an Ethernet header: two addresses and a type.
    pub const HEADER_LEN: usize = 14;

    /// A frame of these bytes. Devices call [`Context::frame`](crate::Context::frame) instead,
    /// which numbers it.
    pub fn new(id: FrameId, cause: Option<FrameId>, bytes: Vec<u8>) -> Self {
        Self(Arc::new(Inner { id, cause, checksummed: false, bytes }))
    }

    /// The same for bytes whose maker has computed all checksums in them just now.
    pub fn checksummed(id: FrameId, cause: Option<FrameId>, bytes: Vec<u8>) -> Self {
        Self(Arc::new(Inner { id, cause, checksummed: true, bytes }))
    }

    /// The same frame with other bytes in front of the same content: a tag added or taken away. It
    /// stays the same frame, with its identity, and its checksums stay as right as they were.
    #[must_use]
    pub fn retagged(&self, bytes: Vec<u8>) -> Self {
        let Inner { id, cause, checksummed, .. } = *self.0;
        Self(Arc::new(Inner { id, cause, checksummed, bytes }))
    }

    /// Whether all checksums in it are known to be right: they were computed when the frame was
    /// made, and the bytes of a frame never change. So nobody needs to compute them again, as with
    /// Linux's `CHECKSUM_UNNECESSARY`. Corruption makes a new frame, of which this is not known.
    pub fn is_checksummed(&self) -> bool {
        self.0.checksummed
    }

    /// The frame's identity.
    pub fn id(&self) -> FrameId {
        self.0.id
    }

    /// The frame because of which this one was made, if any.
    pub fn cause(&self) -> Option<FrameId> {
        self.0.cause
    }

    /// All bytes, from the destination address on.
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// The destination address, or `None` when the frame is too short to have one.
    pub fn destination(&self) -> Option<MacAddr> {
        MacAddr::from_slice(&self.0.bytes)
    }

    /// The source address, or `None` when the frame is too short to have one.
    pub fn source(&self) -> Option<MacAddr> {
        self.0.bytes.get(6..).and_then(MacAddr::from_slice)
    }

    /// The EtherType, or `None` when the frame is too short to have one.
    pub fn ethertype(&self) -> Option<u16> {
        let bytes = self.0.bytes.get(12..14)?;
        Some(u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    /// The bytes to change: the frame's own buffer when nobody else holds this frame, else a copy.
    pub fn into_bytes(self) -> Vec<u8> {
        Arc::try_unwrap(self.0).map_or_else(|shared| shared.bytes.clone(), |inner| inner.bytes)
    }

    /// The buffer, when nobody else holds this frame: for reuse by the next frame.
    pub fn into_buffer(self) -> Option<Vec<u8>> {
        Arc::into_inner(self.0).map(|inner| inner.bytes)
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({:?}", self.0.id)?;
        if let Some(cause) = self.0.cause {
            write!(f, " because of {cause:?}")?;
        }
        write!(f, ", {} bytes)", self.0.bytes.len())
    }
}

impl Serialize for Frame {
    /// `{id, cause, len, bytes}` with the bytes in hex.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use std::fmt::Write;
        let mut hex = String::with_capacity(self.0.bytes.len() * 2);
        for byte in &self.0.bytes {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        let mut state = serializer.serialize_struct("Frame", 4)?;
        state.serialize_field("id", &self.0.id)?;
        state.serialize_field("cause", &self.0.cause)?;
        state.serialize_field("len", &self.0.bytes.len())?;
        state.serialize_field("bytes", &hex)?;
        state.end()
    }
}

/// Buffers of frames that ended, kept for the frames to come.
///
/// Frames of 1,500 bytes are made and forgotten by the million; asking the allocator each time
/// costs more than the switching.
#[derive(Debug, Default)]
pub struct BufferPool {
    spare: Vec<Vec<u8>>,
}

impl BufferPool {
    /// Spare buffers kept at the most; what comes back beyond that is freed.
    const LIMIT: usize = 1024;
    /// Smaller buffers are cheaper to allocate than to keep.
    const WORTH_KEEPING: usize = 256;

    /// A buffer of `len` bytes whose content is unspecified: zeros or the bytes of an earlier
    /// frame. The caller writes all of it.
    pub fn take(&mut self, len: usize) -> Vec<u8> {
        if len < Self::WORTH_KEEPING {
            return vec![0; len];
        }
        let mut buffer = self.spare.pop().unwrap_or_default();
        buffer.resize(len, 0);
        buffer
    }

    /// Takes the frame's buffer back, if this was the last holder.
    pub fn recycle(&mut self, frame: Frame) {
        if frame.bytes().len() >= Self::WORTH_KEEPING
            && self.spare.len() < Self::LIMIT
            && let Some(buffer) = frame.into_buffer()
        {
            self.spare.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::NodeId;

    #[test]
    fn a_clone_shares_the_bytes() {
        let frame = Frame::new(FrameId::new(NodeId(3), 7), None, vec![1; 60]);
        let clone = frame.clone();
        assert!(std::ptr::eq(frame.bytes(), clone.bytes()));
        assert!(frame.into_buffer().is_none(), "the clone still holds it");
        assert_eq!(clone.into_buffer().map(|b| b.len()), Some(60));
    }

    #[test]
    fn only_its_maker_vouches_for_checksums() {
        let id = FrameId::new(NodeId(0), 1);
        let frame = Frame::checksummed(id, None, vec![1; 60]);
        assert!(frame.is_checksummed() && frame.clone().is_checksummed());
        assert!(!Frame::new(id, None, frame.into_bytes()).is_checksummed());
    }

    #[test]
    fn short_frames_have_no_addresses() {
        let frame = Frame::new(FrameId::new(NodeId(0), 1), None, vec![1; 8]);
        assert_eq!(frame.destination(), Some(MacAddr([1; 6])));
        assert_eq!((frame.source(), frame.ethertype()), (None, None));
    }

    #[test]
    fn the_pool_hands_out_buffers_of_the_length_asked_for() {
        let mut pool = BufferPool::default();
        pool.recycle(Frame::new(FrameId::new(NodeId(0), 1), None, vec![9; 1514]));
        assert_eq!(pool.take(300).len(), 300);
        assert_eq!(pool.take(1514).len(), 1514);
    }
}
