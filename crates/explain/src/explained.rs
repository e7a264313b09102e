//! A mistake, explained.

/// What is wrong and the way out of it, in the user's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// What is wrong: one sentence without a full stop.
    pub message: String,
    /// What to do: one sentence without a full stop.
    pub help: Option<String>,
}

impl Explained {
    /// A mistake with the way out of it.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: Some(help.into()) }
    }
}
