//! What a socket call answers when it does not do what was asked: Linux's error numbers.

use std::fmt;
use std::io;
use std::sync::Arc;

use lanternet_core::trace::{Unreachable, Unsent};

macro_rules! errnos {
    ($($(#[$doc:meta])* $name:ident = $raw:literal, $symbol:literal, $kind:ident, $text:literal;)*) => {
        /// An error number of Linux (`errno(3)`), with the numbers of its generic architectures.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Errno {
            $($(#[$doc])* $name,)*
        }

        impl Errno {
            /// Linux's number.
            pub const fn raw(self) -> i32 {
                match self { $(Self::$name => $raw,)* }
            }

            /// The symbol: `ECONNREFUSED`.
            pub const fn symbol(self) -> &'static str {
                match self { $(Self::$name => $symbol,)* }
            }

            /// The kind that the standard library gives this number on Linux.
            pub const fn kind(self) -> io::ErrorKind {
                match self { $(Self::$name => io::ErrorKind::$kind,)* }
            }
        }

        impl fmt::Display for Errno {
            /// The text of `strerror(3)`, in lower case.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(match self { $(Self::$name => $text,)* })
            }
        }
    };
}

errnos! {
    /// Forbidden by the host's own firewall.
    NotPermitted = 1, "EPERM", PermissionDenied, "operation not permitted";
    /// No such descriptor, or one of another kind.
    BadDescriptor = 9, "EBADF", InvalidInput, "bad file descriptor";
    /// Would have to wait: ask again when the socket is ready.
    WouldBlock = 11, "EAGAIN", WouldBlock, "resource temporarily unavailable";
    /// Not allowed: a broadcast without `SO_BROADCAST`.
    AccessDenied = 13, "EACCES", PermissionDenied, "permission denied";
    /// The call makes no sense in the socket's state.
    Invalid = 22, "EINVAL", InvalidInput, "invalid argument";
    /// The connection takes no more data.
    BrokenPipe = 32, "EPIPE", BrokenPipe, "broken pipe";
    /// No destination given, and the socket is not connected.
    DestinationRequired = 89, "EDESTADDRREQ", InvalidInput, "destination address required";
    /// Longer than the protocol, or the path together with don't-fragment, allows.
    MessageTooLong = 90, "EMSGSIZE", InvalidInput, "message too long";
    /// The peer does not speak the protocol (ICMP protocol unreachable).
    ProtocolNotAvailable = 92, "ENOPROTOOPT", Unsupported, "protocol not available";
    /// This kind of socket cannot do that.
    NotSupported = 95, "EOPNOTSUPP", Unsupported, "operation not supported";
    /// An address of the other version of IP.
    FamilyNotSupported = 97, "EAFNOSUPPORT", Unsupported, "address family not supported by protocol";
    /// The address and port are taken.
    AddressInUse = 98, "EADDRINUSE", AddrInUse, "address already in use";
    /// No interface has the address, or no port is left.
    AddressNotAvailable = 99, "EADDRNOTAVAIL", AddrNotAvailable, "cannot assign requested address";
    /// The cable is unplugged or down.
    NetworkDown = 100, "ENETDOWN", NetworkDown, "network is down";
    /// No route, or ICMP network unreachable.
    NetworkUnreachable = 101, "ENETUNREACH", NetworkUnreachable, "network is unreachable";
    /// The peer reset the connection.
    ConnectionReset = 104, "ECONNRESET", ConnectionReset, "connection reset by peer";
    /// Too much waits already.
    NoBuffers = 105, "ENOBUFS", OutOfMemory, "no buffer space available";
    /// Connected already.
    AlreadyConnected = 106, "EISCONN", InvalidInput, "transport endpoint is already connected";
    /// Not connected.
    NotConnected = 107, "ENOTCONN", NotConnected, "transport endpoint is not connected";
    /// Nothing answered for too long.
    TimedOut = 110, "ETIMEDOUT", TimedOut, "connection timed out";
    /// Nobody listens there.
    ConnectionRefused = 111, "ECONNREFUSED", ConnectionRefused, "connection refused";
    /// ICMP host unknown.
    HostDown = 112, "EHOSTDOWN", HostUnreachable, "host is down";
    /// The neighbour did not answer, or ICMP host unreachable.
    HostUnreachable = 113, "EHOSTUNREACH", HostUnreachable, "no route to host";
    /// A connection attempt is under way.
    Already = 114, "EALREADY", WouldBlock, "operation already in progress";
    /// The connection attempt has begun: the socket becomes writable when it is decided.
    InProgress = 115, "EINPROGRESS", WouldBlock, "operation now in progress";
}

impl std::error::Error for Errno {}

impl From<Errno> for io::Error {
    /// An error of the kind that fits; the number is in it: [`Errno::of`] finds it again.
    fn from(errno: Errno) -> Self {
        Self::new(errno.kind(), errno)
    }
}

impl From<Unsent> for Errno {
    fn from(unsent: Unsent) -> Self {
        match unsent {
            Unsent::NetworkUnreachable => Self::NetworkUnreachable,
            Unsent::HostUnreachable => Self::HostUnreachable,
            Unsent::MessageTooLong => Self::MessageTooLong,
            Unsent::BroadcastForbidden => Self::AccessDenied,
            Unsent::AddressNotAvailable => Self::AddressNotAvailable,
            Unsent::NetworkDown => Self::NetworkDown,
            Unsent::NoBuffers => Self::NoBuffers,
            Unsent::Prohibited => Self::NotPermitted,
        }
    }
}

impl Errno {
    /// The number in this error, if it came from a simulated socket.
    pub fn of(error: &io::Error) -> Option<Self> {
        let inner = error.get_ref()?;
        inner
            .downcast_ref::<Self>()
            .copied()
            .or_else(|| inner.downcast_ref::<BindError>().map(|error| error.errno))
    }

    /// What Linux makes of a destination unreachable message (`icmp_err_convert`), and whether it
    /// is hard: ends a connected datagram socket's call, rather than being a passing trouble.
    pub(crate) const fn of_unreachable(what: Unreachable) -> (Self, bool) {
        match what {
            Unreachable::Network => (Self::NetworkUnreachable, false),
            Unreachable::Host => (Self::HostUnreachable, false),
            Unreachable::Protocol => (Self::ProtocolNotAvailable, true),
            Unreachable::Port => (Self::ConnectionRefused, true),
            Unreachable::FragmentationNeeded { .. } => (Self::MessageTooLong, false),
            Unreachable::Prohibited => (Self::HostUnreachable, true),
            Unreachable::BeyondScope => (Self::HostUnreachable, false),
            Unreachable::Other { code } => match code {
                5 => (Self::NotSupported, false),
                6 | 9 => (Self::NetworkUnreachable, true),
                7 => (Self::HostDown, true),
                11 => (Self::NetworkUnreachable, false),
                12 => (Self::HostUnreachable, false),
                _ => (Self::HostUnreachable, true),
            },
        }
    }
}

/// Why an address could not be bound, and, where it is taken, who has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindError {
    /// The number.
    pub errno: Errno,
    /// The program that holds the address.
    pub holder: Option<Arc<str>>,
}

impl From<Errno> for BindError {
    fn from(errno: Errno) -> Self {
        Self { errno, holder: None }
    }
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.errno, f)?;
        match &self.holder {
            Some(holder) => write!(f, " by {holder}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for BindError {}

impl From<BindError> for io::Error {
    fn from(error: BindError) -> Self {
        match error.holder {
            None => error.errno.into(),
            Some(_) => Self::new(error.errno.kind(), error),
        }
    }
}
