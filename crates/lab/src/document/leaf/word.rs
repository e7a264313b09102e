//! Names, words of a fixed choice, and texts that others read later.

use schemars::{Schema, json_schema};

use crate::diagnostic::{Code, did_you_mean, one_of};
use crate::document::read::{Leaf, Refusal};
use crate::document::{CommandLine, ExpectLine, InputLine, Name, is_name};
use crate::names::{
    HOST_NAME_PATTERN, HostName, INTERFACE_NAME_PATTERN, InterfaceName, NAME_PATTERN, NodeName,
    ParseNameError,
};
use crate::span::Text;
use crate::yaml::Scalar;

macro_rules! words {
    (
        $(#[doc = $doc:literal])*
        $name:ident, $noun:literal, $later:expr, { $($(#[doc = $vdoc:literal])* $variant:ident = $word:literal,)* }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name { $($(#[doc = $vdoc])* $variant,)* }

        impl $name {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant,)*];

            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// All words, as a choice.
            pub(crate) fn choice() -> String {
                one_of(Self::ALL.iter().map(|word| word.name()))
            }
        }

        impl Leaf for $name {
            const NOUN: &'static str = $noun;
            const HOW: &'static str = "";

            fn how() -> String {
                format!("use {}", Self::choice())
            }

            fn parse(text: &Text) -> Result<Self, Refusal> {
                let written = text.value.as_str();
                if let Some(word) = Self::ALL.iter().find(|word| word.name() == written) {
                    return Ok(*word);
                }
                let later: &[&str] = $later;
                if later.contains(&written) {
                    return Err(Refusal::because(format!("`{written}` is not supported yet"))
                        .code(Code::NotYet)
                        .label("not in this version")
                        .help(Self::how()));
                }
                let known = Self::ALL.iter().map(|word| word.name());
                Err(Refusal::default().help(
                    did_you_mean(written, known)
                        .unwrap_or_else(Self::how),
                ))
            }

            fn schema() -> Schema {
                let words: Vec<_> = Self::ALL.iter().map(|word| word.name()).collect();
                json_schema!({ "enum": words })
            }
        }
    };
}

words! {
    /// What a node is.
    Kind, "a kind of node", &[], {
        Host = "host",
        Hub = "hub",
        Switch = "switch",
        Router = "router",
        L3Switch = "l3-switch",
        HomeRouter = "home-router",
    }
}

words! {
    /// A well-known kind of link.
    Preset, "a preset", &[], {
        Perfect = "perfect",
        Lan = "lan",
        Wifi = "wifi",
        Mobile4g = "mobile-4g",
        Mobile3g = "mobile-3g",
        Satellite = "satellite",
    }
}

words! {
    /// Whether the cable is plugged in.
    LinkState, "the state of a link", &[], {
        Up = "up",
        Down = "down",
    }
}

impl Leaf for bool {
    const NOUN: &'static str = "yes or no";
    const HOW: &'static str = "write `true` or `false`";

    fn accepts(scalar: Scalar) -> bool {
        scalar == Scalar::Boolean
    }

    fn parse(text: &Text) -> Result<Self, Refusal> {
        match text.value.as_str() {
            "true" | "True" | "TRUE" => Ok(true),
            "false" | "False" | "FALSE" => Ok(false),
            _ => Err(Refusal::default()),
        }
    }

    fn schema() -> Schema {
        json_schema!({ "type": "boolean" })
    }
}

macro_rules! any_text {
    ($($name:ident($wrap:expr), $noun:literal, $how:literal;)*) => {
        $(
            impl Leaf for $name {
                const NOUN: &'static str = $noun;
                const HOW: &'static str = $how;

                fn parse(text: &Text) -> Result<Self, Refusal> {
                    Ok($wrap(text))
                }

                fn schema() -> Schema {
                    json_schema!({ "type": "string" })
                }
            }
        )*
    };
}

any_text! {
    CommandLine(|text: &Text| CommandLine(text.clone())), "a command line",
        "write the program and its arguments, such as `ping b3`";
    ExpectLine(|text: &Text| ExpectLine(text.clone())), "a claim on one line",
        "write one such as `a1 reaches b3`";
    InputLine(|text: &Text| InputLine(text.value.clone())), "a line of text",
        "put it in quotes, such as \"42\"";
}

impl Leaf for Name {
    const NOUN: &'static str = "a name";
    const HOW: &'static str = "write a few words, such as `two-dorms`; a number needs quotes";

    fn parse(text: &Text) -> Result<Self, Refusal> {
        if is_name(&text.value) { Ok(Self(text.value.clone())) } else { Err(Refusal::default()) }
    }

    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": "\\S" })
    }
}

macro_rules! name_leaf {
    ($name:ident, $noun:literal, $how:literal, $pattern:expr, $max:literal) => {
        impl Leaf for $name {
            const NOUN: &'static str = $noun;
            const HOW: &'static str = $how;

            fn parse(text: &Text) -> Result<Self, Refusal> {
                text.value.parse().map_err(|error: ParseNameError| {
                    let refusal = Refusal::because(error.to_string());
                    match error {
                        ParseNameError::Letter { got, at, .. } => {
                            let refusal = refusal.label("this one").at(at..at + got.len_utf8());
                            let small = text.value.to_lowercase().replace('_', "-");
                            match small.parse::<Self>() {
                                Ok(name) => refusal.help(format!("did you mean `{name}`?")),
                                Err(_) => refusal,
                            }
                        }
                        _ => refusal,
                    }
                })
            }

            fn schema() -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern, "maxLength": $max })
            }
        }
    };
}

name_leaf!(NodeName, "a name", "write one such as `a1` or `sw-a`", NAME_PATTERN, 63);
name_leaf!(
    InterfaceName,
    "the name of an interface",
    "write one such as `eth0` or `wan`",
    INTERFACE_NAME_PATTERN,
    15
);
name_leaf!(HostName, "a host name", "write one such as `www.example.com`", HOST_NAME_PATTERN, 253);
