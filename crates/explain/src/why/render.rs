//! The answer on a terminal: columns, wrapped at 100 cells.

use lanternet_core::{NodeId, Record};

use super::Answer;
use super::hop::{Line, Teller};
use super::journey::Step;
use super::layer::Layer;
use super::naming;
use crate::args;
use crate::columns::{pad, width};
use crate::locale::Catalogue;
use crate::narrate::sentence;

/// Cells of a line.
const WIDTH: usize = 100;
/// A longer way is shown without its middle.
const MOST_STEPS: usize = 20;
/// Steps shown before and after the middle that is left out.
const SHOWN_FIRST: usize = 6;
const SHOWN_LAST: usize = 3;

/// The whole answer.
pub(super) fn render(answer: &Answer<'_>, catalogue: &Catalogue) -> String {
    let teller = Teller {
        catalogue,
        topology: answer.topology,
        network: answer.network,
        journey: &answer.journey,
    };
    let mut out = String::new();
    let ways = [("why-there", &answer.trail.there), ("why-back", &answer.trail.back)];
    let steps = ways.iter().flat_map(|(_, steps)| steps.iter());
    let names = steps.map(|step| width(answer.network.name(step.node))).max().unwrap_or(0);
    let mut number = 0;
    naming(&mut out, &mut number, answer, catalogue);
    for (heading, steps) in ways {
        // Nothing to tell of a probe that could not even be made.
        let untold = steps.iter().all(|step| teller.lines(step).is_empty());
        if untold {
            continue;
        }
        out += &catalogue.phrase(heading);
        out.push('\n');
        let left_out = match steps.len() > MOST_STEPS {
            true => SHOWN_FIRST..steps.len() - SHOWN_LAST,
            false => 0..0,
        };
        for (index, step) in steps.iter().enumerate() {
            number += 1;
            if left_out.contains(&index) {
                if index == left_out.start {
                    let nodes = names_of(answer, &steps[left_out.clone()], catalogue);
                    let args = args!(nodes, count steps = left_out.len() as u64);
                    out += &format!("    {}\n", catalogue.text("why-more-steps", &args));
                }
                continue;
            }
            let name = pad(answer.network.name(step.node), names);
            hop(&mut out, &format!("{number:>3}  {name}  "), &teller.lines(step));
        }
    }
    verdict(&mut out, answer, catalogue);
    out
}

/// How the name was looked up, where one was: what each node decided, in order.
fn naming(out: &mut String, number: &mut usize, answer: &Answer<'_>, catalogue: &Catalogue) {
    let steps = naming::steps(answer.journey.report());
    let here = |record: &&Record| answer.network.name(record.place.node());
    let names = steps.iter().map(|record| width(here(record))).max().unwrap_or(0);
    if !steps.is_empty() {
        out.push_str(&catalogue.phrase("why-names"));
        out.push('\n');
    }
    for same in steps.chunk_by(|one, next| one.place.node() == next.place.node()) {
        *number += 1;
        let name = pad(same.first().map_or("", here), names);
        let line = |record: &&Record| {
            (Layer::of(&record.event), sentence(catalogue, answer.topology, record))
        };
        let lines: Vec<Line> = same.iter().map(line).collect();
        hop(out, &format!("{number:>3}  {name}  "), &lines);
    }
}

/// The nodes of some steps, each once.
fn names_of(answer: &Answer<'_>, steps: &[Step<'_>], catalogue: &Catalogue) -> String {
    let mut nodes: Vec<NodeId> = Vec::new();
    for step in steps {
        if !nodes.contains(&step.node) {
            nodes.push(step.node);
        }
    }
    nodes.sort_unstable();
    let names: Vec<&str> = nodes.iter().map(|node| answer.network.name(*node)).collect();
    names.join(&catalogue.phrase("list-separator"))
}

/// One step: its number and node in front of the first line, the layer in front of its first line.
fn hop(out: &mut String, head: &str, lines: &[Line]) {
    let blank = " ".repeat(width(head));
    let mut before = None;
    if lines.is_empty() {
        wrap(out, head.trim_end(), "");
    }
    for (index, (layer, text)) in lines.iter().enumerate() {
        let head = if index == 0 { head } else { &blank };
        let number = match before == Some(layer) {
            true => " ".to_owned(),
            false => layer.number().to_string(),
        };
        before = Some(layer);
        wrap(out, &format!("{head}{number}  "), text);
    }
}

fn verdict(out: &mut String, answer: &Answer<'_>, catalogue: &Catalogue) {
    match answer.reason(catalogue) {
        None => wrap(out, "✓ ", &answer.success(catalogue)),
        Some(reason) => {
            let message = reason.message;
            wrap(out, "✗ ", &catalogue.text("why-not-reached", &args!(message)));
            if let Some(help) = reason.help {
                wrap(out, "  ", &catalogue.text("command-help", &args!(help)));
            }
        }
    }
}

/// Adds a text behind a head, broken into lines that line up behind it.
fn wrap(out: &mut String, head: &str, text: &str) {
    let indent = width(head);
    out.push_str(head);
    let mut used = indent;
    for (piece, space) in pieces(text) {
        let cells = width(piece);
        if used + cells + usize::from(space && used > indent) > WIDTH && used > indent {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            used = indent;
        } else if space && used > indent {
            out.push(' ');
            used += 1;
        }
        out.push_str(piece);
        used += cells;
    }
    out.push('\n');
}

/// Parts between which a line may end, each with whether a space is in front of it: words, and
/// single Chinese characters, with the punctuation that may not begin a line.
fn pieces(text: &str) -> Vec<(&str, bool)> {
    let mut pieces = Vec::new();
    for (index, word) in text.split(' ').enumerate() {
        let mut space = index > 0;
        let mut start = 0;
        let mut chars = word.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let end = at + c.len_utf8();
            let Some((_, next)) = chars.peek().copied() else { break };
            let wide = |c: char| c >= '\u{2e80}';
            let stays = "，。：；、）”》".contains(next) || "（“《".contains(c);
            if (wide(c) || wide(next)) && !stays {
                pieces.push((&word[start..end], space));
                (start, space) = (end, false);
            }
        }
        pieces.push((&word[start..], space));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str) -> String {
        let mut out = String::new();
        wrap(&mut out, "  x  ", text);
        out
    }

    #[test]
    fn short_texts_stay_as_they_are() {
        for text in ["one two", "目的地 192.168.1.1 不是本机地址，丢弃", "a  b"] {
            assert_eq!(wrapped(text).trim(), format!("x  {text}"));
        }
    }

    #[test]
    fn long_texts_are_broken_at_spaces_and_between_chinese_characters() {
        let english = wrapped(&"word ".repeat(40));
        let chinese = wrapped(&"网络，".repeat(40));
        for text in [english, chinese] {
            assert!(text.lines().count() >= 2, "{text}");
            for line in text.lines() {
                assert!(width(line) <= WIDTH && !line.trim().starts_with('，'), "{line}");
                assert!(line.starts_with("  x  ") || line.starts_with("     "), "{line}");
            }
        }
    }
}
