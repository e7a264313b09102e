//! A server's waiting call that fails: one failure may pass (too many open files), many in a row do
//! not.

use lanternet_core::Duration;

use crate::sockets::Sockets;

/// Give up after so many in a row.
const MOST: u32 = 10;
/// Time between two tries.
const PAUSE: Duration = Duration::from_millis(100);

/// Failures in a row.
#[derive(Debug, Default)]
pub(crate) struct Failures(u32);

impl Failures {
    /// A call went well.
    pub(crate) fn forget(&mut self) {
        self.0 = 0;
    }

    /// A call failed: says so with `tell`, and is ready when it is time to try again.
    ///
    /// # Errors
    /// The message, not told, when there were too many.
    pub(crate) async fn another<S: Sockets>(
        &mut self,
        sockets: &S,
        message: String,
        tell: impl FnOnce(&str),
    ) -> Result<(), String> {
        self.0 += 1;
        if self.0 == MOST {
            return Err(message);
        }
        tell(&message);
        sockets.sleep(PAUSE).await;
        Ok(())
    }
}
