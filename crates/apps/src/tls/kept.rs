//! Small files in the folder of state that are made once and then stay.

use std::io;

use crate::disk::{Existing, Folder, Open, OpenFile};

/// Puts a new file there as a whole, or leaves the one that is there; whether it was put. Of several
/// that do this at once, one does. `unique` is a number that nobody else has.
pub(super) async fn keep<F: Folder>(
    folder: &F,
    path: &str,
    content: Vec<u8>,
    how: Open,
    unique: u64,
) -> io::Result<bool> {
    let temporary = format!("{path}.{unique:016x}.tmp");
    let written = async {
        let file = folder.open(&temporary, how).await?;
        file.write_at(0, content).await?;
        file.sync().await?;
        folder.rename(&temporary, path, Existing::Keep).await
    };
    match written.await {
        Ok(()) => Ok(true),
        Err(error) => {
            // What matters is why it failed before.
            let _ = folder.remove(&temporary).await;
            match error.kind() {
                io::ErrorKind::AlreadyExists => Ok(false),
                _ => Err(error),
            }
        }
    }
}
