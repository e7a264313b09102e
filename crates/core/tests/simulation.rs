//! The engine as a device's author and a driver see it.

use lanternet_core::{
    Context, Deadline, Device, DropReason, Duration, Frame, Instant, Limits, LinkSettings, PortId,
    PortRef, QueueLimit, Recorder, Simulation, Stop, TraceEvent,
};

const LIMITS: Limits = Limits { until: Instant::from_secs(100), events: 100_000 };

fn settings(change: impl FnOnce(&mut LinkSettings)) -> LinkSettings {
    let mut settings = LinkSettings::default();
    change(&mut settings);
    settings
}

/// Two external nodes and a cable.
fn cable(seed: u64, settings: LinkSettings) -> (Simulation, PortRef, PortRef) {
    let mut sim = Simulation::new(seed);
    let (a, b) = (sim.add_external("a"), sim.add_external("b"));
    sim.add_link([a, b], [settings.clone(), settings]);
    (sim, a, b)
}

fn frame(tag: u32, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    bytes[14..18].copy_from_slice(&tag.to_be_bytes());
    bytes
}

fn arrivals(sim: &mut Simulation, at: PortRef) -> Vec<(u64, u32)> {
    let tag = |f: &Frame| f.bytes()[14..18].iter().fold(0, |tag, byte| tag << 8 | u32::from(*byte));
    sim.drain(at).iter().map(|(at, frame)| (at.nanos(), tag(frame))).collect()
}

fn drops(recorder: &Recorder) -> Vec<DropReason> {
    let reason = |event| match event {
        TraceEvent::Dropped { reason, .. } => Some(reason),
        _ => None,
    };
    recorder.take().into_iter().filter_map(|record| reason(record.event)).collect()
}

#[test]
fn a_frame_arrives_after_serialisation_and_delay() {
    // 1,000 bytes at 8 Mbit/s take 1 ms; two frames sent at once follow each other.
    let (mut sim, a, b) =
        cable(1, settings(|s| (s.rate, s.delay) = (Some(8_000_000), Duration::from_millis(5))));
    sim.inject(a, frame(1, 1000));
    sim.inject(a, frame(2, 1000));
    assert_eq!(sim.run_until_idle(LIMITS), Stop::Idle);
    assert_eq!(arrivals(&mut sim, b), [(6_000_000, 1), (7_000_000, 2)]);
}

#[test]
fn the_two_directions_do_not_disturb_each_other() {
    let (mut sim, a, b) = cable(1, settings(|s| s.rate = Some(8_000_000)));
    sim.inject(a, frame(1, 1000));
    sim.inject(b, frame(2, 1000));
    sim.run_until_idle(LIMITS);
    assert_eq!(arrivals(&mut sim, b), [(1_000_000, 1)]);
    assert_eq!(arrivals(&mut sim, a), [(1_000_000, 2)]);
}

#[test]
fn a_full_queue_drops_the_newest_and_says_how_full_it_was() {
    let (mut sim, a, b) =
        cable(1, settings(|s| (s.rate, s.queue) = (Some(8_000_000), QueueLimit::Frames(2))));
    let recorder = Recorder::default();
    sim.observe(recorder.clone());
    for tag in 1..=4 {
        sim.inject(a, frame(tag, 1000));
    }
    // One is being sent, two wait, the fourth finds the queue full.
    let full = DropReason::QueueFull { frames: 2, bytes: 2000, limit: QueueLimit::Frames(2) };
    assert_eq!(drops(&recorder), [full]);
    sim.run_until(Instant::from_millis(1));
    sim.inject(a, frame(5, 1000));
    sim.run_until_idle(LIMITS);
    let tags: Vec<_> = arrivals(&mut sim, b).into_iter().map(|(_, tag)| tag).collect();
    assert_eq!(tags, [1, 2, 3, 5], "a place is free once the first is sent");
}

#[test]
fn a_queue_can_be_limited_in_bytes() {
    let (mut sim, a, b) =
        cable(1, settings(|s| (s.rate, s.queue) = (Some(8_000_000), QueueLimit::Bytes(1500))));
    for (tag, len) in [(1, 1000), (2, 1000), (3, 1000), (4, 500)] {
        sim.inject(a, frame(tag, len));
    }
    sim.run_until_idle(LIMITS);
    let tags: Vec<_> = arrivals(&mut sim, b).into_iter().map(|(_, tag)| tag).collect();
    assert_eq!(tags, [1, 2, 4]);
}

#[test]
fn a_frame_longer_than_the_mtu_does_not_leave() {
    let (mut sim, a, b) = cable(1, LinkSettings::default());
    let recorder = Recorder::default();
    sim.observe(recorder.clone());
    sim.inject(a, frame(1, 14 + 1500));
    sim.inject(a, frame(2, 14 + 1501));
    let mut tagged = frame(0, 18 + 1500);
    tagged[12..14].copy_from_slice(&[0x81, 0x00]);
    sim.inject(a, tagged);
    sim.run_until_idle(LIMITS);
    assert_eq!(drops(&recorder), [DropReason::FrameTooLong { payload: 1501, mtu: 1500 }]);
    assert_eq!(sim.drain(b).len(), 2, "a VLAN tag does not count");
}

#[test]
fn impairments_happen_about_as_often_as_asked_and_are_told() {
    let (mut sim, a, b) =
        cable(3, settings(|s| (s.loss, s.duplicate, s.corrupt) = (100_000, 50_000, 20_000)));
    let recorder = Recorder::default();
    sim.observe(recorder.clone());
    for tag in 0..20_000 {
        sim.inject(a, frame(tag, 60));
    }
    sim.run_until_idle(LIMITS);
    let arrived = sim.drain(b);
    let (mut lost, mut twice, mut corrupt) = (0, 0, 0);
    for record in recorder.take() {
        match record.event {
            TraceEvent::Dropped { reason: DropReason::Lost { .. }, .. } => lost += 1,
            TraceEvent::FrameDuplicated { .. } => twice += 1,
            TraceEvent::FrameCorrupted { .. } => corrupt += 1,
            _ => {}
        }
    }
    // Six standard deviations either side of the mean.
    assert!((1746..=2254).contains(&lost), "{lost}");
    assert!((730..=1070).contains(&twice), "{twice}");
    assert!((260..=460).contains(&corrupt), "{corrupt}");
    assert_eq!(arrived.len(), 20_000 - lost + twice);
}

#[test]
fn jitter_spreads_arrivals_but_keeps_their_order() {
    let (mut sim, a, b) = cable(
        1,
        settings(|s| (s.delay, s.jitter) = (Duration::from_millis(5), Duration::from_millis(2))),
    );
    for tag in 0..200 {
        sim.inject(a, frame(tag, 60));
        sim.run_until(Instant::from_millis(u64::from(tag) * 20));
    }
    sim.run_until_idle(LIMITS);
    let arrived = arrivals(&mut sim, b);
    let delays: Vec<_> = arrived
        .iter()
        .map(|(at, tag)| at - u64::from(tag.saturating_sub(1)) * 20_000_000)
        .collect();
    assert!(delays.iter().all(|delay| (3_000_000..=7_000_000).contains(delay)));
    assert!(delays.iter().any(|delay| *delay < 3_500_000));
    assert!(delays.iter().any(|delay| *delay > 6_500_000));
    assert!(arrived.is_sorted_by_key(|(_, tag)| *tag));
}

#[test]
fn reordered_frames_overtake_those_before_them() {
    let (mut sim, a, b) =
        cable(1, settings(|s| (s.delay, s.reorder) = (Duration::from_millis(5), 250_000)));
    for tag in 0..100 {
        sim.inject(a, frame(tag, 60));
    }
    sim.run_until_idle(LIMITS);
    let arrived = arrivals(&mut sim, b);
    let early: Vec<_> = arrived.iter().filter(|(at, _)| *at == 0).collect();
    assert!((8..=45).contains(&early.len()), "{}", early.len());
    assert_eq!(arrived.len(), 100);
    assert!(!arrived.is_sorted_by_key(|(_, tag)| *tag));
}

#[test]
fn a_pulled_cable_loses_what_is_on_it_and_what_comes_later() {
    let (mut sim, a, b) = cable(1, settings(|s| s.delay = Duration::from_millis(5)));
    let link = sim.topology().link_at(a).unwrap();
    let recorder = Recorder::default();
    sim.observe(recorder.clone());
    sim.inject(a, frame(1, 60));
    sim.set_link_up(link, false);
    sim.inject(a, frame(2, 60));
    sim.set_link_up(link, true);
    sim.inject(a, frame(3, 60));
    assert_eq!(sim.run_until_idle(LIMITS), Stop::Idle);
    assert_eq!(drops(&recorder), [DropReason::LinkCut, DropReason::LinkDown]);
    assert_eq!(arrivals(&mut sim, b), [(5_000_000, 3)]);
}

#[test]
fn frames_lost_with_the_cable_keep_no_place_in_the_queue() {
    // 1,000 bytes at 8 Mbit/s take 1 ms: ten of them would keep the transmitter busy for 10 ms.
    let (mut sim, a, b) = cable(1, settings(|s| s.rate = Some(8_000_000)));
    let link = sim.topology().link_at(a).unwrap();
    for tag in 0..10 {
        sim.inject(a, frame(tag, 1000));
    }
    sim.set_link_up(link, false);
    sim.set_link_up(link, true);
    sim.inject(a, frame(10, 1000));
    sim.run_until_idle(LIMITS);
    assert_eq!(arrivals(&mut sim, b), [(1_000_000, 10)]);
}

#[test]
fn a_port_without_a_cable_says_so() {
    let mut sim = Simulation::new(1);
    let a = sim.add_external("a");
    let recorder = Recorder::default();
    sim.observe(recorder.clone());
    sim.inject(a, frame(1, 60));
    assert_eq!(drops(&recorder), [DropReason::NoCable]);
}

/// Answers every frame and counts its timeouts: one each second, three in all.
#[derive(Default)]
struct Echo {
    starts: u32,
    timeouts: u32,
    next: Option<Instant>,
    busy: bool,
    links: Vec<(PortId, bool)>,
}

impl Device for Echo {
    fn handle_start(&mut self, ctx: &mut Context<'_>) {
        self.starts += 1;
        self.next = Some(ctx.now() + Duration::from_secs(1));
    }

    fn handle_frame(&mut self, ctx: &mut Context<'_>, port: PortId, frame: Frame) {
        let answer = ctx.frame(frame.bytes().to_vec());
        ctx.transmit(port, answer);
    }

    fn handle_timeout(&mut self, ctx: &mut Context<'_>) {
        self.timeouts += 1;
        self.next = (self.timeouts < 3).then(|| ctx.now() + Duration::from_secs(1));
    }

    fn handle_link(&mut self, _: &mut Context<'_>, port: PortId, up: bool) {
        self.links.push((port, up));
    }

    fn handle_crash(&mut self, _: &mut Context<'_>) {
        self.next = None;
    }

    fn poll_timeout(&self) -> Option<Deadline> {
        self.next.map(|at| Deadline { at, busy: self.busy })
    }
}

#[test]
fn a_frame_made_because_of_another_names_it_as_its_cause() {
    let mut sim = Simulation::new(1);
    let a = sim.add_external("a");
    let echo = sim.add_node("echo", Echo::default());
    let port = sim.add_port(echo, "1");
    sim.add_link([a, port], [LinkSettings::default(), LinkSettings::default()]);
    sim.inject(a, frame(1, 60));
    sim.run_until_idle(LIMITS);
    let [(_, answer)] = &sim.drain(a)[..] else { panic!("one answer") };
    let cause = answer.cause().unwrap();
    assert_eq!((answer.id().origin(), cause.origin(), cause.number()), (echo, a.node, 1));
}

#[test]
fn a_busy_device_holds_the_run_open_and_a_housekeeping_one_does_not() {
    for (busy, timeouts, end) in [(true, 3, 3), (false, 0, 0)] {
        let mut sim = Simulation::new(1);
        let node = sim.add_node("echo", Echo { busy, ..Echo::default() });
        assert_eq!(sim.run_until_idle(LIMITS), Stop::Idle);
        assert_eq!(sim.device::<Echo>(node).map(|d| d.timeouts), Some(timeouts));
        assert_eq!(sim.now(), Instant::from_secs(end));
    }
}

#[test]
fn runs_stop_at_the_limit_of_time_and_of_events() {
    let mut sim = Simulation::new(1);
    sim.add_node("echo", Echo { busy: true, ..Echo::default() });
    let until = Instant::from_millis(1500);
    assert_eq!(sim.run_until_idle(Limits { until, events: 100 }), Stop::TimeLimit);
    assert_eq!(sim.now(), until);
    assert_eq!(sim.run_until_idle(Limits { events: 1, ..LIMITS }), Stop::EventLimit);
    assert_eq!(sim.now(), Instant::from_secs(2));
}

#[test]
fn a_crashed_node_takes_no_frames_until_it_is_restarted() {
    let mut sim = Simulation::new(1);
    let a = sim.add_external("a");
    let echo = sim.add_node("echo", Echo { busy: true, ..Echo::default() });
    let port = sim.add_port(echo, "1");
    sim.add_link([a, port], [LinkSettings::default(), LinkSettings::default()]);
    let recorder = Recorder::default();
    sim.observe(recorder.clone());
    sim.crash(echo);
    sim.inject(a, frame(1, 60));
    assert_eq!(sim.run_until_idle(LIMITS), Stop::Idle, "a crashed node is not busy");
    assert_eq!(drops(&recorder), [DropReason::NodeDown]);
    sim.restart(echo);
    sim.inject(a, frame(2, 60));
    sim.run_until_idle(LIMITS);
    assert_eq!(sim.drain(a).len(), 1);
    assert_eq!(sim.device::<Echo>(echo).map(|d| d.starts), Some(2));
}

#[test]
fn a_restarted_node_is_told_which_cables_are_down_by_then() {
    let mut sim = Simulation::new(1);
    let echo = sim.add_node("echo", Echo::default());
    let links: Vec<_> = (0..3)
        .map(|number| {
            let ends = [sim.add_port(echo, &format!("{number}")), sim.add_external("x")];
            sim.add_link(ends, [LinkSettings::default(), LinkSettings::default()])
        })
        .collect();
    sim.set_link_up(links[0], false);
    sim.set_link_up(links[1], false);
    sim.crash(echo);
    sim.set_link_up(links[0], true);
    sim.set_link_up(links[2], false);
    sim.restart(echo);
    let told = sim.device::<Echo>(echo).map(|d| d.links.iter().map(|(p, up)| (p.0, *up)).collect());
    let told: Vec<_> = told.unwrap_or_default();
    assert_eq!(told, [(0, false), (1, false), (1, false), (2, false)]);
}

#[test]
fn without_observers_the_reasons_are_not_even_made() {
    let mut sim = Simulation::new(1);
    let echo = sim.add_node("echo", Echo::default());
    sim.command(echo, |_: &mut Echo, ctx| {
        assert!(!ctx.traced());
        ctx.emit(|| unreachable!("nobody listens"));
    });
}

#[test]
fn a_node_that_runs_is_told_of_a_cable_that_is_plugged_in_later() {
    let mut sim = Simulation::new(1);
    let echo = sim.add_node("echo", Echo::default());
    let ports = [sim.add_port(echo, "1"), sim.add_port(echo, "2")];
    let a = sim.add_external("a");
    let default = || [LinkSettings::default(), LinkSettings::default()];
    // Before the start nothing need be told: all ports count as up.
    sim.add_link([a, ports[0]], default());
    sim.run_until(Instant::ZERO);
    let links = |sim: &Simulation| sim.device::<Echo>(echo).map(|d| d.links.clone());
    assert_eq!(links(&sim), Some(vec![(ports[1].port, false)]), "the port without a cable");
    let b = sim.add_external("b");
    sim.add_link([b, ports[1]], default());
    assert_eq!(links(&sim), Some(vec![(ports[1].port, false), (ports[1].port, true)]));
}
