//! `files:` the files of a lab that are written in the lab itself.

use lanternet_apps::files;
use schemars::{Schema, json_schema};

use super::read::{Leaf, Refusal};
use crate::span::Text;
use crate::yaml::Scalar;

/// The path of a file, relative to the lab file, without `.` and empty parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FilePath(pub(crate) String);

/// What is in a file.
#[derive(Clone, Debug)]
pub(crate) struct FileText(pub(crate) Text);

impl Leaf for FilePath {
    const NOUN: &'static str = "a path";
    const HOW: &'static str = "write one such as `example.zone` or `site/index.html`";

    fn accepts(_: Scalar) -> bool {
        true
    }

    fn parse(text: &Text) -> Result<Self, Refusal> {
        files::normalize(&text.value)
            .map(Self)
            .map_err(|error| Refusal::because(format!("{error}: `{}`", text.value)))
    }

    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": "^[^/\\\\:][^\\\\:]*$" })
    }
}

impl Leaf for FileText {
    const NOUN: &'static str = "the text of a file";
    const HOW: &'static str = "write `|` after the colon, and the text in the lines below";

    fn parse(text: &Text) -> Result<Self, Refusal> {
        Ok(Self(text.clone()))
    }

    fn schema() -> Schema {
        json_schema!({ "type": "string" })
    }
}
