//! One device on the workbench: frames in by a port, the ports that they leave by out.

use lanternet_core::{
    Context, Device, Duration, Frame, FrameId, Instant, MacAddr, NodeId, Outbox, PortId, Recorder,
    Topology, TraceEvent, Tracer,
};

pub(super) const A: MacAddr = mac(1);
pub(super) const B: MacAddr = mac(2);
pub(super) const C: MacAddr = mac(3);

/// The station of this number.
pub(super) const fn mac(number: u32) -> MacAddr {
    let [a, b, c, d] = number.to_be_bytes();
    MacAddr([0x02, 0, a, b, c, d])
}

pub(super) struct Harness<D> {
    pub(super) device: D,
    pub(super) now: Instant,
    injected: u64,
    made: u64,
    outbox: Outbox,
    sent: Vec<(PortId, Frame)>,
    tracer: Tracer,
    recorder: Recorder,
    topology: Topology,
}

impl<D: Device> Harness<D> {
    pub(super) fn new(device: D) -> Self {
        let (mut tracer, recorder) = (Tracer::default(), Recorder::default());
        tracer.add(recorder.clone());
        let mut harness = Self {
            device,
            now: Instant::ZERO,
            injected: 0,
            made: 0,
            outbox: Outbox::default(),
            sent: Vec::new(),
            tracer,
            recorder,
            topology: Topology::default(),
        };
        harness.call(None, |device, ctx| device.handle_start(ctx));
        harness
    }

    /// A shortest frame of IPv4 comes in; the ports it leaves by, in order.
    pub(super) fn frame(&mut self, port: u16, source: MacAddr, destination: MacAddr) -> Vec<u16> {
        self.bytes(port, [&destination.0[..], &source.0, &[0x08, 0x00], &[0; 46]].concat())
    }

    /// These bytes come in; the ports they leave by, in order.
    pub(super) fn bytes(&mut self, port: u16, bytes: Vec<u8>) -> Vec<u16> {
        self.injected += 1;
        let frame = Frame::new(FrameId::new(NodeId(1), self.injected), None, bytes);
        let about = Some(frame.id());
        self.call(about, |device, ctx| device.handle_frame(ctx, PortId(port), frame));
        self.sent.iter().map(|(port, _)| port.0).collect()
    }

    pub(super) fn wait(&mut self, time: Duration) {
        self.now += time;
    }

    pub(super) fn link(&mut self, port: u16, up: bool) {
        self.call(None, |device, ctx| device.handle_link(ctx, PortId(port), up));
    }

    /// Time passes until the device wakes up by itself, at this time or before; whether it did.
    pub(super) fn wake(&mut self, until: Instant) -> bool {
        let Some(next) = self.device.poll_timeout().filter(|next| next.at <= until) else {
            return false;
        };
        self.now = self.now.max(next.at);
        self.call(None, |device, ctx| device.handle_timeout(ctx));
        true
    }

    /// The power goes and comes back.
    pub(super) fn crash(&mut self) {
        self.call(None, |device, ctx| device.handle_crash(ctx));
        self.call(None, |device, ctx| device.handle_start(ctx));
    }

    /// What the last call sent.
    pub(super) fn sent(&self) -> &[(PortId, Frame)] {
        &self.sent
    }

    /// What was told since the last time this was asked.
    pub(super) fn events(&self) -> Vec<TraceEvent> {
        self.recorder.take().into_iter().map(|record| record.event).collect()
    }

    fn call(&mut self, about: Option<FrameId>, call: impl FnOnce(&mut D, &mut Context<'_>)) {
        let mut ctx = Context::new(
            self.now,
            NodeId(0),
            &mut self.made,
            &mut self.outbox,
            &mut self.tracer,
            &self.topology,
        );
        ctx.set_about(about);
        call(&mut self.device, &mut ctx);
        self.sent = std::mem::take(&mut self.outbox.frames);
    }
}
