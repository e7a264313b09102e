//! Names (RFC 1034).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use lanternet_core::Duration;
use lanternet_core::trace::{
    DnsAnswer, DnsEvent, DnsFailure, DnsLame, DnsLimit, DnsLookupFailure, DnsLoop, DnsMismatch,
    DnsQuestion, DnsRefusal, DnsTransport,
};

use super::ip;

fn question() -> DnsQuestion {
    DnsQuestion { name: "www.taobao.example".into(), kind: "A".into() }
}

fn client() -> SocketAddr {
    SocketAddr::new(ip("192.168.10.1"), 40_000)
}

fn server() -> IpAddr {
    ip("10.0.0.53")
}

fn names() -> Arc<[Arc<str>]> {
    ["ns1.taobao.example".into(), "ns2.taobao.example".into()].into()
}

fn zone() -> Arc<str> {
    "taobao.example".into()
}

fn answers() -> Vec<DnsAnswer> {
    use DnsAnswer as A;
    examples! { DnsAnswer:
        A::Records { .. } => [A::Records {
            records: ["CNAME shop.taobao.example.".into(), "A 203.0.113.80".into()].into(),
        }],
        A::NoData => [A::NoData],
        A::NameError => [A::NameError],
        A::Referral { .. } => [A::Referral { zone: zone(), servers: names() }],
        A::Failure => [A::Failure],
    }
}

pub(super) fn events() -> Vec<DnsEvent> {
    use DnsEvent as E;
    let (remaining, none) = (Duration::from_secs(287), || DnsAnswer::NameError);
    let mut all = examples! { DnsEvent:
        E::QueryReceived { .. } => [
            E::QueryReceived {
                client: client(), question: question(), transport: DnsTransport::Udp,
                recursion: true,
            },
            E::QueryReceived {
                client: client(), question: question(), transport: DnsTransport::Tcp,
                recursion: false,
            },
        ],
        E::QueryMalformed { .. } => [
            E::QueryMalformed { client: client(), length: 9, answered: false },
            E::QueryMalformed { client: client(), length: 40, answered: true },
        ],
        E::AnsweredFromZone { .. } => [
            E::AnsweredFromZone {
                client: client(), question: question(), zone: zone(),
                wildcard: Some("*.taobao.example".into()), answer: none(),
            },
        ],
        E::AnsweredFromCache { .. } => [E::AnsweredFromCache {
            client: client(), question: question(), answer: none(), remaining,
        }],
        E::AnsweredAfterAsking { .. } => [
            E::AnsweredAfterAsking {
                client: client(), question: question(), answer: none(), queries: 1,
            },
            E::AnsweredAfterAsking {
                client: client(), question: question(), answer: none(), queries: 3,
            },
        ],
        E::QueryRefused { .. } => [],
        E::AnswerTruncated { .. } => [E::AnswerTruncated {
            client: client(), question: question(), length: 1800, limit: 1232,
        }],
        E::QueryJoined { .. } => [E::QueryJoined { client: client(), question: question() }],
        E::ServerAsked { .. } => [
            E::ServerAsked {
                server: server(), zone: None, question: question(), transport: DnsTransport::Udp,
            },
            E::ServerAsked {
                server: server(), zone: Some(zone()), question: question(),
                transport: DnsTransport::Tcp,
            },
            E::ServerAsked {
                server: server(),
                zone: Some(".".into()),
                question: question(),
                transport: DnsTransport::Udp,
            },
        ],
        E::ServerAnswered { .. } => [],
        E::ReferralFollowed { .. } => [
            E::ReferralFollowed {
                server: server(), question: question(), zone: zone(), servers: names(),
                glue: [ip("203.0.113.53")].into(),
            },
            E::ReferralFollowed {
                server: server(), question: question(), zone: zone(), servers: names(),
                glue: [].into(),
            },
        ],
        E::AliasFollowed { .. } => [E::AliasFollowed {
            name: "www.taobao.example".into(), target: "shop.taobao.example".into(),
        }],
        E::ServerLookedUp { .. } => [E::ServerLookedUp {
            name: "ns1.cdn.example".into(), zone: zone(), question: question(),
        }],
        E::ServerLame { .. } => [],
        E::ServerFailed { .. } => [E::ServerFailed {
            server: server(), question: question(), code: "SERVFAIL".into(),
        }],
        E::ServerSilent { .. } => [E::ServerSilent {
            server: server(), question: question(), after: Duration::from_secs(5),
        }],
        E::ServerUnreachable { .. } => [E::ServerUnreachable {
            server: server(), question: question(),
        }],
        E::RetriedOverTcp { .. } => [E::RetriedOverTcp { server: server(), question: question() }],
        E::ReplyIgnored { .. } => [],
        E::OutOfBailiwick { .. } => [
            E::OutOfBailiwick {
                server: server(), zone: zone(), name: "www.bank.example".into(), records: 1,
            },
            E::OutOfBailiwick {
                server: server(), zone: zone(), name: "www.bank.example".into(), records: 3,
            },
        ],
        E::LoopDetected { .. } => [],
        E::LimitReached { .. } => [],
        E::ResolutionFailed { .. } => [],
        E::KnownFromCache { .. } => [],
        E::SearchDomainTried { .. } => [E::SearchDomainTried {
            name: "www".into(), full: "www.taobao.example".into(),
        }],
        E::LookupFailed { .. } => [],
    };
    for answer in answers() {
        all.push(E::AnsweredFromZone {
            client: client(),
            question: question(),
            zone: zone(),
            wildcard: None,
            answer: answer.clone(),
        });
        let (server, question) = (server(), question());
        all.push(E::ServerAnswered { server, question: question.clone(), answer: answer.clone() });
        all.push(E::KnownFromCache { question, answer, remaining });
    }
    all.extend(refusals());
    all.extend(troubles());
    all
}

fn refusals() -> Vec<DnsEvent> {
    use DnsRefusal as R;
    let refusals = examples! { DnsRefusal:
        R::NotServed => [R::NotServed],
        R::RecursionNotAsked => [R::RecursionNotAsked],
        R::Class => [R::Class],
        R::Transfer => [R::Transfer],
        R::Operation => [R::Operation],
        R::Version => [R::Version],
        R::Busy => [R::Busy],
    };
    let refused = |why| DnsEvent::QueryRefused { client: client(), question: question(), why };
    refusals.into_iter().map(refused).collect()
}

/// What goes wrong, each kind of it.
fn troubles() -> Vec<DnsEvent> {
    use {DnsFailure as F, DnsLame as L, DnsLimit as M, DnsLookupFailure as K, DnsMismatch as X};
    let (server, question) = (server(), question());
    let lame = examples! { DnsLame:
        L::Refused => [L::Refused],
        L::UpwardReferral => [L::UpwardReferral],
        L::NotAuthoritative => [L::NotAuthoritative],
        L::Empty => [L::Empty],
    };
    let mismatches = examples! { DnsMismatch:
        X::Malformed => [X::Malformed],
        X::NotAResponse => [X::NotAResponse],
        X::Identifier => [X::Identifier],
        X::Question => [X::Question],
        X::Sender => [X::Sender],
    };
    let loops = examples! { DnsLoop:
        DnsLoop::Alias => [DnsLoop::Alias],
        DnsLoop::Delegation => [DnsLoop::Delegation],
    };
    let limits = examples! { DnsLimit:
        M::Queries => [M::Queries],
        M::Aliases => [M::Aliases],
        M::Depth => [M::Depth],
        M::Time => [M::Time],
    };
    let failures = examples! { DnsFailure:
        F::NoServerAnswered => [F::NoServerAnswered],
        F::NoServerAddress => [F::NoServerAddress],
        F::Loop => [F::Loop],
        F::Limit => [F::Limit],
    };
    let lookups = examples! { DnsLookupFailure:
        K::NameError => [K::NameError],
        K::NoData => [K::NoData],
        K::NoServerAnswered => [K::NoServerAnswered],
        K::Failure => [K::Failure],
        K::OnlyReferrals => [K::OnlyReferrals],
        K::NotAName => [K::NotAName],
    };
    let q = || question.clone();
    let mut all = Vec::new();
    all.extend(lame.into_iter().map(|why| DnsEvent::ServerLame {
        server,
        zone: zone(),
        question: q(),
        why,
    }));
    all.extend(mismatches.into_iter().map(|why| DnsEvent::ReplyIgnored {
        from: SocketAddr::new(server, 53),
        question: q(),
        why,
    }));
    all.extend(loops.into_iter().map(|why| DnsEvent::LoopDetected {
        question: q(),
        why,
        name: "ns1.taobao.example".into(),
    }));
    all.extend(limits.into_iter().map(|limit| DnsEvent::LimitReached {
        question: q(),
        limit,
        most: 64,
    }));
    for (why, zone) in failures.into_iter().zip([Some(zone()), None, Some(zone()), None]) {
        all.push(DnsEvent::ResolutionFailed { question: q(), why, zone });
    }
    all.extend(lookups.into_iter().map(|why| DnsEvent::LookupFailed {
        name: "www".into(),
        why,
        servers: [server].into(),
    }));
    all
}
