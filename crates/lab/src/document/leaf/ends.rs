//! The ends of links.

use schemars::{Schema, json_schema};

use crate::document::read::{Leaf, Refusal};
use crate::names::NodeName;
use crate::span::{Spanned, Text};
use crate::yaml::Scalar;

/// The number of a switch or hub port, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PortNumber(pub(crate) u16);

/// One end of a link: a node, and an interface or port when it is named.
#[derive(Clone, Debug)]
pub(crate) struct EndText {
    pub(crate) node: Spanned<NodeName>,
    pub(crate) interface: Option<Spanned<String>>,
}

/// Both ends of a link.
#[derive(Clone, Debug)]
pub(crate) struct Ends(pub(crate) [EndText; 2]);

impl Leaf for PortNumber {
    const NOUN: &'static str = "a port number";
    const HOW: &'static str = "the ports of switches and hubs are 1, 2, 3 ... up to 65535";

    fn accepts(scalar: Scalar) -> bool {
        scalar == Scalar::Integer
    }

    fn parse(text: &Text) -> Result<Self, Refusal> {
        match text.value.parse() {
            Ok(port @ 1..) => Ok(Self(port)),
            _ => Err(Refusal::default()),
        }
    }

    fn schema() -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": 65_535 })
    }
}

/// The part of `text` at `start`, as a text of its own.
fn part(text: &Text, start: usize, value: &str) -> Text {
    let range = start..start + value.len();
    Text {
        value: value.to_owned(),
        span: text.span_of(range),
        verbatim: text.verbatim.map(|at| at + start),
    }
}

/// One end, which begins at byte `start` of `text`.
fn end(text: &Text, start: usize, written: &str) -> Result<EndText, Refusal> {
    let (node, interface) = match written.split_once(':') {
        Some((node, interface)) => (node, Some(interface)),
        None => (written, None),
    };
    let name = NodeName::parse(&part(text, start, node)).map_err(|refusal| {
        let within = refusal.part.clone().unwrap_or(0..node.len());
        refusal.at(start + within.start..start + within.end)
    })?;
    let node = Spanned::new(name, text.span_of(start..start + node.len()));
    let interface = interface.map(|interface| {
        let at = start + written.len() - interface.len();
        Spanned::new(interface.to_owned(), text.span_of(at..at + interface.len()))
    });
    Ok(EndText { node, interface })
}

const END_PATTERN: &str = "[a-z0-9-]+(:[a-z0-9.-]+)?";

impl Leaf for EndText {
    const NOUN: &'static str = "an end of a link";
    const HOW: &'static str = "write a node, or a node and its interface, such as `r1:eth0`";

    fn parse(text: &Text) -> Result<Self, Refusal> {
        let start = text.value.len() - text.value.trim_start().len();
        end(text, start, text.value.trim())
    }

    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": format!("^\\s*{END_PATTERN}\\s*$") })
    }
}

impl Leaf for Ends {
    const NOUN: &'static str = "a link";
    const HOW: &'static str = "write its two ends and ` -- ` between them, such as `a1 -- sw-a`";

    fn parse(text: &Text) -> Result<Self, Refusal> {
        let words = crate::expect::words(&text.value);
        match words.as_slice() {
            [first, dashes, second] if dashes.text == "--" => Ok(Self([
                end(text, first.at.start, first.text)?,
                end(text, second.at.start, second.text)?,
            ])),
            [one] if one.text.contains("--") => {
                Err(Refusal::default()
                    .help("put blanks around `--`: a name may have hyphens in it"))
            }
            [_, wrong, _] => Err(Refusal::because(format!(
                "expected `--` between the ends of a link, got `{}`",
                wrong.text
            ))
            .label("`--` belongs here")
            .at(wrong.at.clone())),
            [_, dashes, _, rest @ ..] if dashes.text == "--" => {
                let start = rest.first().map_or(0, |word| word.at.start);
                Err(Refusal::because(format!(
                    "expected the end of the link, got `{}`",
                    text.value.get(start..).unwrap_or("")
                ))
                .label("too much")
                .help("settings go into a mapping: `{ between: [a1, sw-a], delay: 2ms }`")
                .at(start..text.value.trim_end().len()))
            }
            _ => Err(Refusal::default()),
        }
    }

    fn schema() -> Schema {
        json_schema!({
            "type": "string", "pattern": format!("^\\s*{END_PATTERN}\\s+--\\s+{END_PATTERN}\\s*$"),
        })
    }
}
