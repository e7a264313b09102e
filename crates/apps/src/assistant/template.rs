//! A text with places for what is remembered: `Good morning, {name|dear customer}!`.

use super::pattern::{Refused, variable};

/// A text that names variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Box<[Part]>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(Box<str>),
    /// A variable, and what stands there while nothing is remembered.
    Variable {
        name: Box<str>,
        otherwise: Box<str>,
    },
}

impl Template {
    /// Reads a template; `{{` and `}}` are braces that are meant.
    pub(super) fn parse(text: &str) -> Result<Self, Refused> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let from = &rest[at..];
            if from.starts_with("{{") || from.starts_with("}}") {
                plain.push_str(&from[..1]);
                rest = &from[2..];
                continue;
            }
            let inside = from.strip_prefix('{').ok_or_else(|| {
                Refused("`}` closes nothing; write `}}` for a brace that is meant".to_owned())
            })?;
            let (inside, behind) = inside.split_once('}').ok_or_else(|| {
                Refused(
                    "`{` is not closed: expected `}`; write `{{` for a brace that is meant"
                        .to_owned(),
                )
            })?;
            let (name, otherwise) = inside.split_once('|').unwrap_or((inside, ""));
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain).into()));
            }
            parts.push(Part::Variable {
                name: variable(name.trim())?.into(),
                otherwise: otherwise.trim().into(),
            });
            rest = behind;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain.into()));
        }
        Ok(Self(parts.into()))
    }

    /// The variables that it names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Variable { name, .. } => Some(&**name),
            Part::Text(_) => None,
        })
    }

    /// Adds the text to `to`, with what `value` knows put in.
    pub(super) fn render<'v>(&self, value: impl Fn(&str) -> Option<&'v str>, to: &mut String) {
        for part in &self.0 {
            to.push_str(match part {
                Part::Text(text) => text,
                Part::Variable { name, otherwise } => value(name).unwrap_or(otherwise),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(text: &str, name: Option<&str>) -> String {
        let mut out = String::new();
        Template::parse(text).unwrap().render(|_| name, &mut out);
        out
    }

    #[test]
    fn what_is_remembered_is_put_in() {
        assert_eq!(render("Hello, {name}!", Some("Anna")), "Hello, Anna!");
        assert_eq!(render("Hello, {name|friend}!", None), "Hello, friend!");
        assert_eq!(render("Hello{name}!", None), "Hello!");
        assert_eq!(render("{{name}} {name}", Some("{x}")), "{name} {x}");
        assert_eq!(render("你好,{名字|您}。", None), "你好,您。");
    }

    #[test]
    fn a_brace_that_is_alone_is_refused() {
        for text in ["{name", "name}", "{}", "{two words}"] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }
}
