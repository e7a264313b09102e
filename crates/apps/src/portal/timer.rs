//! Time for hyper: that of the host, which in a simulation is virtual.

use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};

use crate::sockets::Sockets;

/// The clock of a host as hyper wants it: in std's instants.
pub(super) struct HostTimer<S> {
    sockets: S,
    /// Std has no instants but those of the machine, so one of them stands for a moment of the host's own
    /// clock. Only differences are ever used: in a simulation it has no influence on anything.
    zero: Instant,
    began: lanternet_core::Instant,
}

impl<S: Sockets> HostTimer<S> {
    /// The clock of this host.
    pub(super) fn new(sockets: &S) -> Self {
        Self { sockets: sockets.clone(), zero: Instant::now(), began: sockets.now() }
    }
}

/// A boxed future may be sent to another thread but not looked at from two; hyper wants both, and a mutex
/// that is only entered by `&mut` gives it.
struct Sleeping(Mutex<Pin<Box<dyn Future<Output = ()> + Send>>>);

impl Sleep for Sleeping {}

impl Future for Sleeping {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let future = self.0.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
        future.as_mut().poll(cx)
    }
}

impl<S: Sockets> Timer for HostTimer<S> {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        let sockets = self.sockets.clone();
        let sleep = async move { sockets.sleep(duration.into()).await };
        Box::pin(Sleeping(Mutex::new(Box::pin(sleep))))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        self.sleep(deadline.saturating_duration_since(self.now()))
    }

    fn now(&self) -> Instant {
        self.zero + Duration::from(self.sockets.now() - self.began)
    }
}
