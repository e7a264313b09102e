use super::*;

const GROUP: Ipv4Addr = Ipv4Addr::new(239, 1, 2, 3);
const OTHER: Ipv4Addr = Ipv4Addr::new(239, 1, 2, 4);

fn at(secs: u64) -> Instant {
    Instant::from_secs(secs)
}

fn rng() -> Rng {
    Rng::named(1, "member")
}

fn record(kind: RecordKind, group: Ipv4Addr) -> Record {
    Record { kind, group, sources: Vec::new() }
}

/// All that is sent until nothing more is planned, each with its time in milliseconds.
fn sent(member: &mut Member, rng: &mut Rng) -> Vec<(u64, Due)> {
    let mut all = Vec::new();
    while let Some((next, _)) = member.next() {
        while let Some(due) = member.due(next, rng) {
            all.push((next.nanos() / 1_000_000, due));
        }
    }
    all
}

/// A question of version 2 for all groups.
fn old_query() -> Query {
    Query { version: 2, ..Query::new(None) }
}

#[test]
fn a_join_is_reported_at_once_and_repeated_within_a_second() {
    // RFC 3376 section 5.1.
    let (mut member, mut rng) = (Member::default(), rng());
    member.join(at(0), GROUP);
    assert_eq!(member.next(), Some((at(0), true)));
    let all = sent(&mut member, &mut rng);
    let report = Message::Records(vec![record(RecordKind::ToExclude, GROUP)]);
    let [(0, first), (again @ 0..=1000, second)] = &all[..] else { panic!("{all:?}") };
    assert_eq!((&first.message, first.why), (&report, ReportCause::Changed));
    assert_eq!((&second.message, second.why), (&report, ReportCause::Repeated), "{again}");
    assert!(member.contains(GROUP) && member.due(at(100), &mut rng).is_none());
}

#[test]
fn a_leave_is_reported_like_a_join_and_takes_its_place() {
    let (mut member, mut rng) = (Member::default(), rng());
    member.join(at(0), GROUP);
    member.due(at(0), &mut rng);
    member.leave(at(0), GROUP);
    let all = sent(&mut member, &mut rng);
    let report = Message::Records(vec![record(RecordKind::ToInclude, GROUP)]);
    assert_eq!(all.len(), 2, "the join is not repeated");
    assert!(all.iter().all(|(_, due)| due.message == report));
    assert!(!member.contains(GROUP));
}

#[test]
fn changes_at_the_same_time_share_a_report() {
    let (mut member, mut rng) = (Member::default(), rng());
    member.join(at(0), GROUP);
    member.join(at(0), OTHER);
    let due = member.due(at(0), &mut rng).unwrap();
    assert_eq!(due.groups, [GROUP, OTHER]);
    assert_eq!(member.due(at(0), &mut rng), None);
}

#[test]
fn all_systems_never_report_their_group() {
    let (mut member, mut rng) = (Member::default(), rng());
    member.join(at(0), ALL_SYSTEMS);
    assert_eq!(member.next(), None);
    assert_eq!(member.asked(at(0), &Query::new(None), &mut rng), (Plan::Nothing, false));
    member.leave(at(0), ALL_SYSTEMS);
    assert_eq!(member.next(), None);
}

#[test]
fn a_general_question_is_answered_once_for_all_groups_within_the_time_allowed() {
    let (mut member, mut rng) = (Member::default(), rng());
    member.join(at(0), GROUP);
    member.join(at(0), OTHER);
    sent(&mut member, &mut rng);
    let (plan, _) = member.asked(at(10), &Query::new(None), &mut rng);
    let Plan::Answer(delay) = plan else { panic!("{plan:?}") };
    assert!(delay < Duration::from_secs(10));
    let all = sent(&mut member, &mut rng);
    let [(time, due)] = &all[..] else { panic!("{all:?}") };
    assert_eq!(*time, 10_000 + delay.millis());
    let records = [GROUP, OTHER].map(|group| record(RecordKind::IsExclude, group));
    assert_eq!(due.message, Message::Records(records.to_vec()));
    assert_eq!(due.why, ReportCause::Asked);
}

#[test]
fn a_question_for_one_group_is_answered_by_its_members_only() {
    let (mut member, mut rng) = (Member::default(), rng());
    member.join(at(0), GROUP);
    sent(&mut member, &mut rng);
    assert_eq!(member.asked(at(9), &Query::new(Some(OTHER)), &mut rng).0, Plan::Nothing);
    member.asked(at(9), &Query::new(Some(GROUP)), &mut rng);
    let all = sent(&mut member, &mut rng);
    let message = Message::Records(vec![record(RecordKind::IsExclude, GROUP)]);
    assert!(matches!(&all[..], [(9_000..=10_000, due)] if due.message == message), "{all:?}");
    // Asked for senders, it names them: it takes all of them (RFC 3376 section 5.2).
    let sources = vec![Ipv4Addr::new(10, 0, 0, 9)];
    let query = Query { sources: sources.clone(), ..Query::new(Some(GROUP)) };
    member.asked(at(20), &query, &mut rng);
    let record = Record { kind: RecordKind::IsInclude, group: GROUP, sources };
    assert_eq!(sent(&mut member, &mut rng)[0].1.message, Message::Records(vec![record]));
}

#[test]
fn a_querier_of_version_2_is_answered_in_version_2() {
    let (mut member, mut rng) = (Member::default(), rng());
    member.join(at(0), GROUP);
    member.join(at(0), OTHER);
    sent(&mut member, &mut rng);
    assert!(member.asked(at(10), &old_query(), &mut rng).1, "the version changed");
    assert!(!member.asked(at(10), &old_query(), &mut rng).1);
    let all = sent(&mut member, &mut rng);
    let messages: Vec<_> = all.into_iter().map(|(_, due)| due.message).collect();
    let version = 2;
    let report = |group| Message::Report { version, group };
    assert_eq!(messages, [report(GROUP), report(OTHER)]);
    member.leave(at(30), GROUP);
    let due = member.due(at(30), &mut rng).unwrap();
    assert_eq!(due.message, Message::Leave { group: GROUP });
    // Two query intervals and a response interval later it is version 3 again (section 8.12).
    assert_eq!((member.version(at(269)), member.version(at(270))), (2, 3));
}

#[test]
fn in_version_2_the_answer_of_another_member_is_enough_and_it_says_the_leave() {
    let (mut member, mut rng) = (Member::default(), rng());
    member.join(at(0), GROUP);
    sent(&mut member, &mut rng);
    member.asked(at(10), &old_query(), &mut rng);
    assert!(member.heard(at(10), GROUP));
    assert!(!member.heard(at(10), OTHER));
    assert_eq!(member.next(), None);
    member.leave(at(11), GROUP);
    assert_eq!(member.next(), None, "somebody else reported last (RFC 2236 section 3)");
}

#[test]
fn in_version_3_the_answers_of_others_do_not_matter() {
    let (mut member, mut rng) = (Member::default(), rng());
    member.join(at(0), GROUP);
    sent(&mut member, &mut rng);
    member.asked(at(10), &Query::new(None), &mut rng);
    assert!(!member.heard(at(10), GROUP));
    assert_eq!(sent(&mut member, &mut rng).len(), 1);
}

#[test]
fn a_second_question_does_not_delay_the_answer() {
    let (mut member, mut rng) = (Member::default(), rng());
    member.join(at(0), GROUP);
    sent(&mut member, &mut rng);
    let (Plan::Answer(delay), _) = member.asked(at(10), &Query::new(None), &mut rng) else {
        panic!("a member answers")
    };
    member.asked(at(10), &Query::new(Some(GROUP)), &mut rng);
    let all = sent(&mut member, &mut rng);
    assert!(all.iter().any(|(time, _)| *time <= 10_000 + delay.millis()));
    assert!(all.len() <= 2);
}
