//! What the two services answer; no I/O.

use std::fmt;

/// A service with one answer to each message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// The message itself (RFC 862).
    Echo,
    /// The message in capital letters.
    Upper,
}

impl Service {
    /// The answer to `message`. Text that is no UTF-8 has its ASCII letters raised only.
    pub fn answer(self, message: &[u8]) -> Vec<u8> {
        match (self, str::from_utf8(message)) {
            (Self::Echo, _) => message.to_vec(),
            (Self::Upper, Ok(text)) => text.to_uppercase().into_bytes(),
            (Self::Upper, Err(_)) => message.to_ascii_uppercase(),
        }
    }
}

impl Service {
    /// The name of its server's program.
    pub(super) const fn server(self) -> &'static str {
        match self {
            Self::Echo => "serve echo",
            Self::Upper => "serve upper",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Echo => "echo",
            Self::Upper => "upper",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upper_raises_letters_of_any_script_and_leaves_the_rest() {
        assert_eq!(
            Service::Upper.answer("hello, été 网 1".as_bytes()),
            "HELLO, ÉTÉ 网 1".as_bytes()
        );
        assert_eq!(Service::Upper.answer(b"a\xffb"), b"A\xffB");
        assert_eq!(Service::Echo.answer(b"a\xffb"), b"a\xffb");
    }
}
