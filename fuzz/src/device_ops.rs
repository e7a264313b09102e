//! Whatever happens to a network of hosts, switches, hubs and routers, its devices go on.

mod input;
mod net;
mod sockets;
mod wire;

use crate::Target;
use input::Input;
use net::Net;

/// The target.
pub const TARGET: Target = Target { name: "device_ops", run, seeds, bounded: 700 };

/// More operations than this are not tried with one input.
const OPERATIONS: usize = 120;

/// Takes one operation after the other from the bytes: frames out of nothing, frames that were seen
/// and then changed, frames that look right; cables pulled and plugged in, nodes that lose their power
/// and get it back; calls of sockets; time.
///
/// Besides not panicking: no frame that arrives goes without a reason, each reason has its sentence
/// and its JSON, and a network that is left alone comes to rest.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let mut net = Net::new(u64::from(input.byte()));
    for _ in 0..OPERATIONS {
        if input.is_empty() {
            break;
        }
        operate(&mut net, &mut input);
    }
    net.comes_to_rest();
}

fn operate(net: &mut Net, input: &mut Input<'_>) {
    match input.below(16) {
        0 => {
            let at = input.below(2);
            let bytes = input.bytes(255);
            net.inject(at, bytes);
        }
        1..=3 => net.inject_changed(input),
        4..=5 => net.inject_crafted(input),
        6 => net.toggle_link(input.below(255)),
        7 => net.toggle_power(input.below(255)),
        8..=9 => net.pass_time(input.below(36)),
        _ => net.call_socket(input),
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    // A connection over the router with data, a look at time in between; see `call_socket`.
    let mut conversation = vec![1];
    conversation.extend(net::example_conversation());
    seeds.push(conversation.clone());
    // The same with changed frames, pulled cables and lost power in between.
    for disturbance in
        [[1, 0, 7, 3, 40, 200, 1, 9], [6, 2, 8, 30, 6, 2, 8, 30], [7, 4, 8, 33, 7, 4, 8, 31]]
    {
        let mut disturbed = conversation.clone();
        disturbed.extend(disturbance);
        disturbed.extend(net::example_conversation());
        seeds.push(disturbed);
    }
    // Something of everything.
    let mut rng = lanternet_core::Rng::named(7, "device_ops seeds");
    for _ in 0..24 {
        let mut bytes = vec![0; 600];
        rng.fill(&mut bytes);
        seeds.push(bytes);
    }
    seeds
}
