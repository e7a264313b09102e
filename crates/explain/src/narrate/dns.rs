//! Names (RFC 1034).

use lanternet_core::trace::{
    DnsAnswer, DnsEvent, DnsFailure, DnsLame, DnsLimit, DnsLookupFailure, DnsLoop, DnsMismatch,
    DnsQuestion, DnsRefusal, DnsTransport,
};

use super::scene::Scene;
use crate::args;

pub(super) fn sentence(scene: &Scene<'_>, event: &DnsEvent) -> String {
    use DnsEvent as E;
    let say = |id, args| scene.say(id, &args);
    let ask = |question: &DnsQuestion| self::question(scene, question);
    match event {
        E::QueryReceived { client, question, transport, recursion } => {
            let (question, over) = (ask(question), over(scene, *transport));
            let recursion = yes(*recursion);
            say("dns-query-received", args!(client, question, over, recursion))
        }
        E::QueryMalformed { client, length, answered } => {
            let answered = yes(*answered);
            say("dns-query-malformed", args!(client, length, answered))
        }
        E::AnsweredFromZone { client, question, zone, wildcard, answer } => {
            let (question, answer) = (ask(question), self::answer(scene, answer));
            match wildcard {
                None => say("dns-answered-from-zone", args!(client, question, zone, answer)),
                Some(wildcard) => say(
                    "dns-answered-from-wildcard",
                    args!(client, question, zone, wildcard, answer),
                ),
            }
        }
        E::AnsweredFromCache { client, question, answer, remaining } => {
            let (question, answer) = (ask(question), self::answer(scene, answer));
            say("dns-answered-from-cache", args!(client, question, answer, remaining))
        }
        E::AnsweredAfterAsking { client, question, answer, queries } => {
            let (question, answer) = (ask(question), self::answer(scene, answer));
            let queries = *queries;
            say("dns-answered-after-asking", args!(client, question, answer, count queries))
        }
        E::QueryRefused { client, question, why } => {
            let (question, why) = (ask(question), scene.phrase(refusal(*why)));
            say("dns-query-refused", args!(client, question, why))
        }
        E::AnswerTruncated { client, question, length, limit } => {
            let question = ask(question);
            say("dns-answer-truncated", args!(client, question, length, limit))
        }
        E::QueryJoined { client, question } => {
            let question = ask(question);
            say("dns-query-joined", args!(client, question))
        }
        E::ServerAsked { server, zone, question, transport } => {
            let (question, over) = (ask(question), over(scene, *transport));
            match zone {
                None => say("dns-server-asked", args!(server, question, over)),
                Some(zone) => {
                    let zone = self::zone(scene, zone);
                    say("dns-server-of-zone-asked", args!(server, zone, question, over))
                }
            }
        }
        E::ServerAnswered { server, question, answer } => {
            let (question, answer) = (ask(question), self::answer(scene, answer));
            say("dns-server-answered", args!(server, question, answer))
        }
        E::ReferralFollowed { server, question, zone, servers, glue } => {
            let zone = self::zone(scene, zone);
            let (servers, addresses) = (scene.list(servers.iter()), scene.list(glue.iter()));
            let (name, glue) = (&question.name, if glue.is_empty() { "none" } else { "some" });
            say("dns-referral-followed", args!(server, name, zone, servers, addresses, glue))
        }
        E::AliasFollowed { name, target } => say("dns-alias-followed", args!(name, target)),
        E::ServerLookedUp { name, zone, question: _ } => {
            let zone = self::zone(scene, zone);
            say("dns-server-looked-up", args!(name, zone))
        }
        E::ServerLame { server, zone, question: _, why } => {
            let zone = self::zone(scene, zone);
            let why = scene.phrase(match why {
                DnsLame::Refused => "dns-lame-refused",
                DnsLame::UpwardReferral => "dns-lame-upward",
                DnsLame::NotAuthoritative => "dns-lame-not-authoritative",
                DnsLame::Empty => "dns-lame-empty",
            });
            say("dns-server-lame", args!(server, zone, why))
        }
        E::ServerFailed { server, question, code } => {
            let question = ask(question);
            say("dns-server-failed", args!(server, question, code))
        }
        E::ServerSilent { server, question, after } => {
            let question = ask(question);
            say("dns-server-silent", args!(server, question, after))
        }
        E::ServerUnreachable { server, question } => {
            let question = ask(question);
            say("dns-server-unreachable", args!(server, question))
        }
        E::RetriedOverTcp { server, question } => {
            let question = ask(question);
            say("dns-retried-over-tcp", args!(server, question))
        }
        E::ReplyIgnored { from, question, why } => {
            let (question, why) = (ask(question), scene.phrase(mismatch(*why)));
            say("dns-reply-ignored", args!(from, question, why))
        }
        E::OutOfBailiwick { server, zone, name, records } => {
            let zone = self::zone(scene, zone);
            let records = *records as u64;
            say("dns-out-of-bailiwick", args!(server, zone, name, count records))
        }
        E::LoopDetected { question, why, name } => {
            let question = ask(question);
            let id = match why {
                DnsLoop::Alias => "dns-loop-alias",
                DnsLoop::Delegation => "dns-loop-delegation",
            };
            say(id, args!(question, name))
        }
        E::LimitReached { question, limit, most } => {
            let question = ask(question);
            let id = match limit {
                DnsLimit::Queries => "dns-limit-queries",
                DnsLimit::Aliases => "dns-limit-aliases",
                DnsLimit::Depth => "dns-limit-depth",
                DnsLimit::Time => "dns-limit-time",
            };
            say(id, args!(question, most))
        }
        E::ResolutionFailed { question, why, zone } => {
            let question = ask(question);
            let why = scene.phrase(match why {
                DnsFailure::NoServerAnswered => "dns-failure-no-server-answered",
                DnsFailure::NoServerAddress => "dns-failure-no-server-address",
                DnsFailure::Loop => "dns-failure-loop",
                DnsFailure::Limit => "dns-failure-limit",
            });
            match zone {
                None => say("dns-resolution-failed", args!(question, why)),
                Some(zone) => {
                    let zone = self::zone(scene, zone);
                    say("dns-resolution-failed-at", args!(question, why, zone))
                }
            }
        }
        E::KnownFromCache { question, answer, remaining } => {
            let (question, answer) = (ask(question), self::answer(scene, answer));
            say("dns-known-from-cache", args!(question, answer, remaining))
        }
        E::SearchDomainTried { name, full } => say("dns-search-domain-tried", args!(name, full)),
        E::LookupFailed { name, why, servers } => {
            let servers = scene.list(servers.iter());
            let id = match why {
                DnsLookupFailure::NameError => "dns-lookup-name-error",
                DnsLookupFailure::NoData => "dns-lookup-no-data",
                DnsLookupFailure::NoServerAnswered => "dns-lookup-no-server-answered",
                DnsLookupFailure::Failure => "dns-lookup-failure",
                DnsLookupFailure::OnlyReferrals => "dns-lookup-only-referrals",
                DnsLookupFailure::NotAName => "dns-lookup-not-a-name",
            };
            say(id, args!(name, servers))
        }
    }
}

/// A zone in a sentence: the root has a name of its own.
fn zone(scene: &Scene<'_>, zone: &str) -> String {
    if zone == "." { scene.phrase("dns-root") } else { zone.to_owned() }
}

/// What is asked: `A of www.example`.
fn question(scene: &Scene<'_>, question: &DnsQuestion) -> String {
    let DnsQuestion { name, kind } = question;
    scene.say("dns-question", &args!(name, type = kind))
}

fn answer(scene: &Scene<'_>, answer: &DnsAnswer) -> String {
    match answer {
        DnsAnswer::Records { records } => scene.list(records.iter()),
        DnsAnswer::NoData => scene.phrase("dns-answer-no-data"),
        DnsAnswer::NameError => scene.phrase("dns-answer-name-error"),
        DnsAnswer::Referral { zone, servers } => {
            let servers = scene.list(servers.iter());
            scene.say("dns-answer-referral", &args!(zone, servers))
        }
        DnsAnswer::Failure => scene.phrase("dns-answer-failure"),
    }
}

/// Nothing for UDP, which is usual.
fn over(scene: &Scene<'_>, transport: DnsTransport) -> String {
    match transport {
        DnsTransport::Udp => String::new(),
        DnsTransport::Tcp => scene.phrase("dns-over-tcp"),
    }
}

const fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

const fn refusal(why: DnsRefusal) -> &'static str {
    match why {
        DnsRefusal::NotServed => "dns-refused-not-served",
        DnsRefusal::RecursionNotAsked => "dns-refused-recursion-not-asked",
        DnsRefusal::Class => "dns-refused-class",
        DnsRefusal::Transfer => "dns-refused-transfer",
        DnsRefusal::Operation => "dns-refused-operation",
        DnsRefusal::Version => "dns-refused-version",
        DnsRefusal::Busy => "dns-refused-busy",
    }
}

const fn mismatch(why: DnsMismatch) -> &'static str {
    match why {
        DnsMismatch::Malformed => "dns-mismatch-malformed",
        DnsMismatch::NotAResponse => "dns-mismatch-not-a-response",
        DnsMismatch::Identifier => "dns-mismatch-identifier",
        DnsMismatch::Question => "dns-mismatch-question",
        DnsMismatch::Sender => "dns-mismatch-sender",
    }
}
