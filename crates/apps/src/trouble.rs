//! Why a client did not get its answer, in words that say what to look at next.

use std::io;
use std::net::SocketAddr;

use lanternet_core::Duration;
use lanternet_net::host::BindError;

use crate::console::ExitCode;
use crate::text;

/// The end of a client that did not succeed: a line to print and the code to exit with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) code: ExitCode,
    pub(crate) message: String,
}

impl Trouble {
    /// The network or the peer did not do its part.
    pub(crate) const fn failed(message: String) -> Self {
        Self { code: ExitCode::FAILURE, message }
    }

    /// Nothing was sent.
    pub(crate) const fn cannot_begin(message: String) -> Self {
        Self { code: ExitCode::ERROR, message }
    }

    /// The name is not known.
    pub(crate) fn resolving(host: &str, error: &io::Error) -> Self {
        Self::cannot_begin(format!("{host}: {}", text::describe(error)))
    }

    /// Connecting over TCP, or fixing the peer of a UDP socket.
    pub(crate) fn connecting(to: SocketAddr, limit: Duration, error: &io::Error) -> Self {
        use io::ErrorKind as Kind;
        let words = text::describe(error);
        match error.kind() {
            Kind::ConnectionRefused => Self::failed(format!(
                "{to}: connection refused: the host is there, but no program listens on TCP port \
                 {}; is the server started, and is this its port?",
                to.port()
            )),
            Kind::TimedOut => Self::failed(format!(
                "{to}: connection timed out: no answer within {limit}; the host may be down, \
                 packets may be dropped on the way there or back, or the server's backlog is full"
            )),
            Kind::HostUnreachable => Self::failed(format!(
                "{to}: no route to host: the last machine on the way found nobody with this \
                 address; is it right, and is the host up?"
            )),
            Kind::NetworkUnreachable => Self::cannot_begin(format!(
                "{to}: network is unreachable: no route leads there; has this host an address and \
                 a gateway?"
            )),
            Kind::PermissionDenied => Self::cannot_begin(format!(
                "{to}: permission denied: an address for everybody on a segment takes --broadcast \
                 (with --udp)"
            )),
            Kind::AddrNotAvailable => Self::cannot_begin(format!(
                "{to}: {words}: --source must be an address of this host"
            )),
            _ => Self::failed(format!("{to}: {words}")),
        }
    }

    /// Talking over a connection.
    pub(crate) fn talking(peer: SocketAddr, error: &io::Error) -> Self {
        use io::ErrorKind as Kind;
        Self::failed(match error.kind() {
            Kind::ConnectionReset => format!(
                "{peer}: connection reset by peer: the server gave the connection up without \
                 closing it"
            ),
            Kind::BrokenPipe => {
                format!("{peer}: broken pipe: the connection was already closed when we wrote")
            }
            Kind::TimedOut => {
                format!("{peer}: connection timed out: what we sent was not acknowledged")
            }
            Kind::InvalidData => format!("{peer}: answer refused: {}", text::describe(error)),
            _ => format!("{peer}: {}", text::describe(error)),
        })
    }
}

/// Why a server cannot listen.
pub(crate) fn listening(protocol: &str, on: SocketAddr, error: &io::Error) -> String {
    let port = on.port();
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            let holder = error.get_ref().and_then(|why| why.downcast_ref::<BindError>());
            let who = match holder.and_then(|why| why.holder.as_deref()) {
                Some(name) => format!("the program `{name}`"),
                None => "another program".to_owned(),
            };
            format!(
                "cannot listen on {protocol} {on}: the address is in use: {who} on this host has \
                 port {port}; stop it, or choose another with --port"
            )
        }
        io::ErrorKind::AddrNotAvailable => format!(
            "cannot listen on {protocol} {on}: no interface of this host has the address {}; \
             --bind takes one of its own, or 0.0.0.0 for all",
            on.ip()
        ),
        io::ErrorKind::PermissionDenied => format!(
            "cannot listen on {protocol} {on}: permission denied: ports below 1024 are for \
             privileged users; choose another with --port"
        ),
        _ => format!("cannot listen on {protocol} {on}: {}", text::describe(error)),
    }
}
