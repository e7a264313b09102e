//! Languages, and the catalogues of sentences in each of them.
//!
//! Text for people lives in `locales/<language>/<subject>.ftl` ([Fluent](https://projectfluent.org)),
//! compiled in. A new subject is one file in each language and one line in [`catalogues!`] below.
//! In code a message's id is always written out whole, so that searching for it finds its use.
//!
//! ```
//! use lanternet_explain::{Catalogue, Locale, args};
//!
//! let catalogue = Catalogue::new(Locale::En);
//! let (network, address) = ("192.168.11.0/24", "192.168.11.7");
//! catalogue.text("subnet-role-host", &args!(network, address));
//! ```

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// One subject a line. The order does not matter: an id exists once in all files together.
const FILES: &[File] = catalogues![
    "command",
    "subnet",
    "port",
    "wire",
    "l2",
    "arp",
    "ip",
    "icmp",
    "transport",
    "program",
    "drops",
    "vlan",
    "stp",
    "multicast",
    "dhcp",
    "nat",
    "firewall",
    "dns",
    "ipv6",
    "why",
    "run",
];

/// A language that every sentence exists in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Locale {
    /// English.
    En,
    /// Simplified Chinese.
    ZhCn,
}

impl Locale {
    /// Every language, the default first.
    pub const ALL: &[Self] = &[Self::En, Self::ZhCn];

    /// The name as a language tag (BCP 47), which [`FromStr`] reads back.
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhCn => "zh-CN",
        }
    }

    fn language(self) -> LanguageIdentifier {
        // Both names are well-formed tags, so the default (`und`) is never taken.
        self.name().parse().unwrap_or_default()
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A language that there are no sentences in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no texts in language `{0}`; there are: en, zh-CN")]
pub struct UnknownLocale(pub String);

impl FromStr for Locale {
    type Err = UnknownLocale;

    /// Reads a language tag (`en`, `en-US`, `zh-Hans`) or the name of a POSIX locale
    /// (`zh_CN.UTF-8`); case does not matter. Chinese without a script or region is Simplified
    /// Chinese; Traditional Chinese is unknown rather than answered in the other script.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let tag = name.split(['.', '@']).next().unwrap_or_default();
        let tag = tag.replace('_', "-").to_ascii_lowercase();
        let (language, rest) = tag.split_once('-').unwrap_or((&tag, ""));
        match (language, rest) {
            ("en", _) => Ok(Self::En),
            ("zh", "" | "cn" | "sg" | "my" | "hans") => Ok(Self::ZhCn),
            ("zh", rest) if rest.starts_with("hans-") => Ok(Self::ZhCn),
            _ => Err(UnknownLocale(name.to_owned())),
        }
    }
}

/// The arguments of one message. Built by [`args!`](crate::args) or step by step.
#[derive(Debug, Default)]
pub struct Args<'a>(FluentArgs<'a>);

impl<'a> Args<'a> {
    /// No arguments yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what `value` displays, exactly so: a number is not grouped or rounded.
    #[must_use]
    pub fn with(mut self, name: &'a str, value: impl fmt::Display) -> Self {
        self.0.set(name, FluentValue::String(Cow::Owned(value.to_string())));
        self
    }

    /// Adds a number that the message may choose a plural form by. Shown without grouping; exact up
    /// to 2^53, so pass greater ones by [`with`](Self::with).
    #[must_use]
    pub fn count(mut self, name: &'a str, count: impl TryInto<u64>) -> Self {
        let count = count.try_into().unwrap_or(u64::MAX);
        self.0.set(name, FluentValue::from(count));
        self
    }
}

/// The arguments of a message: `args!(host, port = segment.port, count frames = 3)`.
///
/// A bare name takes the variable of that name; `count` marks a number that plural forms depend on.
/// Values are anything that displays.
#[macro_export]
macro_rules! args {
    ($($rest:tt)*) => { $crate::args_onto!($crate::Args::new(); $($rest)*) };
}

/// The steps of [`args!`]; use that.
#[doc(hidden)]
#[macro_export]
macro_rules! args_onto {
    ($args:expr;) => { $args };
    ($args:expr; count $name:ident = $value:expr $(, $($rest:tt)*)?) => {
        $crate::args_onto!($args.count(stringify!($name), $value); $($($rest)*)?)
    };
    ($args:expr; $name:ident = $value:expr $(, $($rest:tt)*)?) => {
        $crate::args_onto!($args.with(stringify!($name), &$value); $($($rest)*)?)
    };
    ($args:expr; count $name:ident $(, $($rest:tt)*)?) => {
        $crate::args_onto!($args.count(stringify!($name), $name); $($($rest)*)?)
    };
    ($args:expr; $name:ident $(, $($rest:tt)*)?) => {
        $crate::args_onto!($args.with(stringify!($name), &$name); $($($rest)*)?)
    };
}

/// Why a message cannot be shown as it is meant. Only a mistake of ours causes it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// The language has no message of this id.
    #[error("no message `{0}`")]
    NoMessage(String),
    /// The message refers to what it was not given.
    #[error("message `{id}`: {errors}; shown as `{shown}`")]
    Unresolved {
        /// The message's id.
        id: String,
        /// What the resolver says, joined by commas.
        errors: String,
        /// The text with `{$name}` in the place of what is missing.
        shown: String,
    },
}

/// All sentences in one language.
pub struct Catalogue {
    locale: Locale,
    bundle: FluentBundle<FluentResource>,
}

impl Catalogue {
    /// The catalogue of a language.
    pub fn new(locale: Locale) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![locale.language()]);
        // Isolation marks (U+2068, U+2069) are for mixed writing directions and would stand in
        // terminals and files as boxes.
        bundle.set_use_isolating(false);
        for file in FILES {
            // What a file with a mistake still holds is used; the tests refuse such a file.
            let resource = match FluentResource::try_new(file.source(locale).to_owned()) {
                Ok(resource) | Err((resource, _)) => resource,
            };
            let _ = bundle.add_resource(resource);
        }
        Self { locale, bundle }
    }

    /// The language.
    pub fn locale(&self) -> Locale {
        self.locale
    }

    /// The message `id` with its arguments. Never fails: an unknown id is shown itself, a missing
    /// argument as `{$name}`.
    pub fn text(&self, id: &str, args: &Args<'_>) -> String {
        self.try_text(id, args).unwrap_or_else(|error| match error {
            TextError::NoMessage(id) => id,
            TextError::Unresolved { shown, .. } => shown,
        })
    }

    /// The message `id`, which takes no arguments.
    pub fn phrase(&self, id: &str) -> String {
        self.text(id, &Args::new())
    }

    /// Like [`text`](Self::text), for tests: an id or argument that is missing is an error.
    pub fn try_text(&self, id: &str, args: &Args<'_>) -> Result<String, TextError> {
        let pattern = self
            .bundle
            .get_message(id)
            .and_then(|message| message.value())
            .ok_or_else(|| TextError::NoMessage(id.to_owned()))?;
        let mut errors: Vec<FluentError> = Vec::new();
        let shown = self.bundle.format_pattern(pattern, Some(&args.0), &mut errors).into_owned();
        if errors.is_empty() {
            return Ok(shown);
        }
        let errors = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        Err(TextError::Unresolved { id: id.to_owned(), errors, shown })
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalogue").field("locale", &self.locale).finish_non_exhaustive()
    }
}

/// One subject's texts in every language.
struct File {
    en: &'static str,
    zh_cn: &'static str,
}

impl File {
    const fn source(&self, locale: Locale) -> &'static str {
        match locale {
            Locale::En => self.en,
            Locale::ZhCn => self.zh_cn,
        }
    }
}

macro_rules! catalogues {
    ($($subject:literal),* $(,)?) => {
        &[$(File {
            en: include_str!(concat!("../locales/en/", $subject, ".ftl")),
            zh_cn: include_str!(concat!("../locales/zh-CN/", $subject, ".ftl")),
        }),*]
    };
}
use catalogues;

#[cfg(test)]
mod tests;
