//! How programs and test bodies end.

use std::fmt::Display;

/// The result of a program or a test that may fail in many ways.
pub type Result<T = (), E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;

/// What a program may end with: nothing, or a [`Result`](std::result::Result) whose error has words.
///
/// An async closure whose last line is `Ok(())` has to say which error it means:
/// `async move |sockets| -> lanternet::Result { … }`.
#[diagnostic::on_unimplemented(
    message = "a program ends with `()` or a `Result`, not with `{Self}`",
    note = "one that never ends needs its type said: `async |sockets| -> () {{ loop {{ … }} }}`",
    note = "the error has to implement `Display`; `lanternet::Result` takes any error"
)]
pub trait Outcome {
    /// What it is worth when it went well.
    type Value;

    /// The value, or the words of the error.
    ///
    /// # Errors
    /// Those words.
    fn into_result(self) -> std::result::Result<Self::Value, String>;
}

impl Outcome for () {
    type Value = ();

    fn into_result(self) -> std::result::Result<(), String> {
        Ok(())
    }
}

impl<T, E: Display> Outcome for std::result::Result<T, E> {
    type Value = T;

    fn into_result(self) -> std::result::Result<T, String> {
        // The alternate form has the causes too, where an error knows how to tell them.
        self.map_err(|error| format!("{error:#}"))
    }
}
