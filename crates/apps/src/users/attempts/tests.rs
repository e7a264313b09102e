use std::net::Ipv4Addr;

use super::*;

const fn address(number: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + number))
}

fn name(text: &str) -> UserName {
    UserName::new(text).unwrap()
}

fn secs(secs: u64) -> Instant {
    Instant::from_secs(secs)
}

/// Tries at `now`; the delay in seconds, or how long the lock still lasts.
fn try_at(attempts: &mut Attempts, now: Instant, who: &str, from: u32) -> Result<u64, u64> {
    let whole = |time: Duration| time.millis() / 1000;
    attempts
        .begin(now, Some(&name(who)), address(from))
        .map(whole)
        .map_err(|TooMany(wait)| whole(wait))
}

#[test]
fn failures_with_one_name_are_first_free_then_slowed_then_locked_for_a_time() {
    let mut attempts = Attempts::new(Limits::default());
    let seen: Vec<_> = (0..7).map(|_| try_at(&mut attempts, secs(1), "alice", 1)).collect();
    assert_eq!(
        seen,
        [Ok(0), Ok(0), Ok(0), Ok(1), Ok(2), Ok(4), Err(300)],
        "three are free, then 1, 2, 4 seconds; the sixth locks"
    );
    assert_eq!(try_at(&mut attempts, secs(1), "bob", 1), Ok(0), "another name is not concerned");
    assert_eq!(try_at(&mut attempts, secs(1), "alice", 2), Ok(0), "nor is the owner elsewhere");
    assert_eq!(try_at(&mut attempts, secs(300), "alice", 1), Err(1));
    assert!(try_at(&mut attempts, secs(301), "alice", 1).is_ok());
    assert_eq!(try_at(&mut attempts, secs(301), "alice", 1), Err(600));
}

#[test]
fn failures_with_one_name_from_everywhere_are_locked_for_a_minute_at_most() {
    let mut attempts = Attempts::new(Limits::default());
    let seen: Vec<_> = (0..16).map(|n| try_at(&mut attempts, secs(1), "alice", n)).collect();
    assert!(seen[..12].iter().all(|delay| *delay == Ok(0)));
    assert_eq!(seen[12..], [Ok(1), Ok(2), Ok(4), Err(30)]);
    assert_eq!(try_at(&mut attempts, secs(1), "bob", 100), Ok(0), "another name is not concerned");
    assert_eq!(try_at(&mut attempts, secs(31), "alice", 20), Ok(8));
    assert_eq!(try_at(&mut attempts, secs(31), "alice", 21), Err(60));
    assert_eq!(try_at(&mut attempts, secs(91), "alice", 22), Ok(8));
    assert_eq!(try_at(&mut attempts, secs(91), "alice", 23), Err(60), "never more than a minute");
}

#[test]
fn failures_from_one_address_with_many_names_are_slowed_and_locked_too() {
    let mut attempts = Attempts::new(Limits::default());
    let mut seen = Vec::new();
    for n in 0..31 {
        seen.push(try_at(&mut attempts, secs(1), &format!("user{n}"), 1));
    }
    assert!(seen[..20].iter().all(|delay| *delay == Ok(0)));
    assert_eq!(seen[20..26], [Ok(1), Ok(2), Ok(4), Ok(8), Ok(8), Ok(8)]);
    assert_eq!(seen[30], Err(60));
    assert_eq!(try_at(&mut attempts, secs(1), "user99", 2), Ok(0), "another address is not");
}

#[test]
fn neighbours_of_an_ipv6_network_share_a_count_and_a_mapped_address_is_the_ipv4_one() {
    let mut attempts = Attempts::new(Limits::default());
    for n in 0..30 {
        let from: IpAddr = format!("2001:db8::{n:x}").parse().unwrap();
        attempts.begin(secs(1), Some(&name(&format!("user{n}"))), from).unwrap();
    }
    let begin = |attempts: &mut Attempts, from: &str| {
        attempts.begin(secs(1), None, from.parse().unwrap()).is_ok()
    };
    assert!(!begin(&mut attempts, "2001:db8::ffff:1"));
    assert!(begin(&mut attempts, "2001:db8:0:1::1"));
    for _ in 0..30 {
        assert!(begin(&mut attempts, "::ffff:192.0.2.1"));
    }
    assert!(!begin(&mut attempts, "192.0.2.1"));
}

#[test]
fn a_success_clears_the_name_but_does_not_wash_the_address_clean() {
    let mut attempts = Attempts::new(Limits::default());
    for _ in 0..6 {
        assert!(try_at(&mut attempts, secs(1), "alice", 1).is_ok());
    }
    attempts.succeeded(secs(1), &name("alice"), address(1));
    assert_eq!(try_at(&mut attempts, secs(2), "alice", 1), Ok(0));
    attempts.succeeded(secs(2), &name("alice"), address(1));
    // Guessing at others' passwords with logins to one's own account in between.
    let mut guesses = 0;
    for n in 0..100 {
        if try_at(&mut attempts, secs(3), &format!("user{n}"), 1).is_ok() {
            guesses += 1;
        }
        if try_at(&mut attempts, secs(3), "alice", 1).is_ok() {
            attempts.succeeded(secs(3), &name("alice"), address(1));
        }
    }
    assert!(guesses <= 30, "{guesses} guesses");
}

#[test]
fn a_flood_from_everywhere_does_not_lock_out_an_owner_where_the_owner_was_before() {
    let mut attempts = Attempts::new(Limits::default());
    let home = 7;
    assert_eq!(try_at(&mut attempts, secs(0), "alice", home), Ok(0));
    attempts.succeeded(secs(0), &name("alice"), address(home));
    let mut guesses = 0;
    for second in 1..3600 {
        for n in 0..10 {
            let from = 1000 + second as u32 * 10 + n;
            guesses += u32::from(try_at(&mut attempts, secs(second), "alice", from).is_ok());
        }
        if second % 600 == 0 {
            assert_eq!(try_at(&mut attempts, secs(second), "alice", home), Ok(0), "at {second} s");
        }
    }
    assert!((60..=80).contains(&guesses), "fifteen, then one per minute, but {guesses} in an hour");
}

#[test]
fn a_flood_from_one_address_does_not_keep_the_owner_out_anywhere_else() {
    let mut attempts = Attempts::new(Limits::default());
    for second in 0..7200 {
        for _ in 0..10 {
            let _ = try_at(&mut attempts, secs(second), "alice", 1);
        }
        if second % 300 == 3 {
            // An address that was never seen before.
            let from = 100_000 + second as u32;
            assert!(try_at(&mut attempts, secs(second), "alice", from).is_ok(), "at {second} s");
            attempts.succeeded(secs(second), &name("alice"), address(from));
        }
    }
}

#[test]
fn a_flood_from_a_few_addresses_lets_a_new_address_of_the_owner_in_within_the_hour() {
    for flooders in [2, 5, 10] {
        let mut attempts = Attempts::new(Limits::default());
        let mut asked_since = 0;
        let mut longest = 0;
        for second in 0..14_400 {
            for from in 0..flooders {
                let _ = try_at(&mut attempts, secs(second), "alice", from);
            }
            // Without ever getting the password right, so that the address stays unknown.
            if second % 5 == 3 {
                match try_at(&mut attempts, secs(second), "alice", 100_000 + second as u32) {
                    Ok(_) => asked_since = second,
                    Err(_) => longest = longest.max(second - asked_since),
                }
            }
        }
        assert!(longest <= 60 * 60, "{longest} s with {flooders} flooders");
    }
}

#[test]
fn counts_melt_with_time() {
    let mut attempts = Attempts::new(Limits::default());
    for _ in 0..6 {
        assert!(try_at(&mut attempts, secs(0), "alice", 1).is_ok());
    }
    assert_eq!(try_at(&mut attempts, secs(4 * 900), "alice", 1), Ok(0), "two are left");
    assert_eq!(try_at(&mut attempts, secs(4 * 900), "alice", 1), Ok(1), "and now four");
}

#[test]
fn made_up_names_and_addresses_take_bounded_memory_and_do_not_hide_a_name_under_attack() {
    let limits = Limits { remembered: 100, ..Limits::default() };
    let mut attempts = Attempts::new(limits);
    for n in 0..15 {
        assert!(try_at(&mut attempts, secs(0), "alice", n).is_ok());
    }
    for n in 0..5000 {
        assert_eq!(try_at(&mut attempts, secs(1), &format!("made-up{n}"), n), Ok(0));
    }
    let Attempts { addresses, pairs, names, .. } = &attempts;
    assert_eq!((addresses.0.len(), pairs.0.len(), names.0.len()), (100, 100, 100));
    assert_eq!(try_at(&mut attempts, secs(1), "alice", 1), Err(29));
    for n in 0..500 {
        attempts.succeeded(secs(2), &name("carol"), address(n));
    }
    assert_eq!(attempts.known.len(), 100);
}

#[test]
fn no_time_and_no_number_of_attempts_overflows() {
    let mut attempts = Attempts::new(Limits::default());
    let mut now = Instant::ZERO;
    for _ in 0..200 {
        let _ = attempts.begin(now, Some(&name("alice")), address(1));
        now += Duration::from_secs(10_000_000);
    }
    let _ = attempts.begin(Instant::MAX, Some(&name("alice")), address(1));
    assert_eq!(
        doubled(Duration::from_secs(1), 200, Duration::from_secs(8)),
        Duration::from_secs(8)
    );
}
