//! Choices between futures, without a runtime.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use lanternet_core::Duration;

use crate::sockets::Sockets;

/// Which of two futures was ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Either<A, B> {
    /// The first.
    First(A),
    /// The second.
    Second(B),
}

/// Waits for the first of two futures and drops the other. The first wins a tie, so that the same
/// run ends the same way each time.
pub async fn select<A: Future, B: Future>(a: A, b: B) -> Either<A::Output, B::Output> {
    let (mut a, mut b) = (pin!(a), pin!(b));
    poll_fn(|cx| {
        if let Poll::Ready(output) = a.as_mut().poll(cx) {
            return Poll::Ready(Either::First(output));
        }
        b.as_mut().poll(cx).map(Either::Second)
    })
    .await
}

/// Waits for both, side by side; the first that fails ends it, and the other is dropped.
pub async fn try_join<A, B, E>(
    a: impl Future<Output = Result<A, E>>,
    b: impl Future<Output = Result<B, E>>,
) -> Result<(A, B), E> {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut first, mut second) = (None, None);
    poll_fn(|cx| {
        if first.is_none()
            && let Poll::Ready(output) = a.as_mut().poll(cx)
        {
            match output {
                Ok(output) => first = Some(output),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        if second.is_none()
            && let Poll::Ready(output) = b.as_mut().poll(cx)
        {
            match output {
                Ok(output) => second = Some(output),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        match (first.take(), second.take()) {
            (Some(a), Some(b)) => Poll::Ready(Ok((a, b))),
            (a, b) => {
                (first, second) = (a, b);
                Poll::Pending
            }
        }
    })
    .await
}

/// The time was over first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing happened within {0}")]
pub struct Elapsed(pub Duration);

/// Waits for `future`, but no longer than `limit`.
pub async fn timeout<S: Sockets, F: Future>(
    sockets: &S,
    limit: Duration,
    future: F,
) -> Result<F::Output, Elapsed> {
    match select(future, sockets.sleep(limit)).await {
        Either::First(output) => Ok(output),
        Either::Second(()) => Err(Elapsed(limit)),
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    fn now<T>(future: impl Future<Output = T>) -> Option<T> {
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        match pin!(future).poll(&mut cx) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }

    #[test]
    fn the_first_of_two_ready_futures_is_chosen() {
        assert_eq!(now(select(ready(1), ready(2))), Some(Either::First(1)));
        assert_eq!(now(select(pending::<()>(), ready(2))), Some(Either::Second(2)));
        assert_eq!(now(select(pending::<()>(), pending::<()>())), None);
    }

    #[test]
    fn a_failure_ends_a_join_that_still_waits() {
        assert_eq!(now(try_join(ready(Ok::<_, ()>(1)), ready(Ok(2)))), Some(Ok((1, 2))));
        assert_eq!(now(try_join(pending::<Result<(), _>>(), ready(Err::<(), _>(3)))), Some(Err(3)));
        assert_eq!(now(try_join(pending::<Result<(), ()>>(), ready(Ok(2)))), None);
    }
}
