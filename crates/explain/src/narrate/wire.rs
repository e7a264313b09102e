//! Sentences about frames on ports and links.

use lanternet_core::{Frame, PortId};

use super::scene::{self, Scene};
use crate::args;
use crate::info::info;

pub(super) fn sent(scene: &Scene<'_>, port: PortId, frame: &Frame) -> String {
    let info = info(frame);
    let topology = scene.topology;
    let name = scene::frame(topology, frame.id());
    let out_of = scene.port_in_words(port);
    let Some(peer) = scene.peer(port) else {
        return scene.say("frame-sent-uncabled", &args!(frame = name, port = out_of, info));
    };
    // A frame that is only passed on keeps the cause it was made for, which is no news here.
    match frame.cause().filter(|_| frame.id().origin() == scene.node()) {
        Some(cause) => {
            let cause = scene::frame(topology, cause);
            scene.say("frame-sent-because", &args!(frame = name, port = out_of, peer, cause, info))
        }
        None => scene.say("frame-sent", &args!(frame = name, port = out_of, peer, info)),
    }
}

pub(super) fn arrived(scene: &Scene<'_>, port: PortId, frame: &Frame) -> String {
    let name = scene::frame(scene.topology, frame.id());
    let port = scene.port_in_words(port);
    scene.say("frame-arrived", &args!(frame = name, port, info = info(frame)))
}
