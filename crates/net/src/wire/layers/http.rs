//! The first line of an HTTP/1 message (RFC 9112 section 2.1), when a segment starts with one.

use super::reader::{Frame, Upper};
use super::{FieldName, FieldValue, LayerProtocol, Layers};

/// The methods of RFC 9110 section 9, and PATCH (RFC 5789).
const METHODS: [&[u8]; 9] =
    [b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"CONNECT", b"OPTIONS", b"TRACE", b"PATCH"];

/// The parts of a first line.
enum FirstLine {
    /// Bytes of method, target, version, with a space between them.
    Request([usize; 3]),
    /// Bytes of version, code (3 digits) and phrase.
    Response([usize; 3]),
}

/// The first line and where its message's header ends: behind the empty line, or with the segment.
fn first_line(bytes: &[u8]) -> Option<(FirstLine, usize)> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let line = bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]);
    let header = bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
    let header = header.unwrap_or(bytes.len());
    let space = line.iter().position(|byte| *byte == b' ')?;
    let (first, rest) = (&line[..space], &line[space + 1..]);
    if is_version(first) {
        let code = rest.get(..3)?;
        let phrase = rest.get(3..).map_or(0, |rest| rest.len().saturating_sub(1));
        return code
            .iter()
            .all(u8::is_ascii_digit)
            .then_some((FirstLine::Response([space, 3, phrase]), header));
    }
    let last = rest.iter().rposition(|byte| *byte == b' ')?;
    let (target, version) = (&rest[..last], &rest[last + 1..]);
    let request = METHODS.contains(&first) && !target.is_empty() && is_version(version);
    request.then_some((FirstLine::Request([space, last, version.len()]), header))
}

fn is_version(word: &[u8]) -> bool {
    matches!(word, b"HTTP/1.0" | b"HTTP/1.1")
}

/// Returns whether it was one.
pub(super) fn dissect(layers: &mut Layers, frame: Frame<'_>, upper: &Upper) -> bool {
    let Some((line, len)) = first_line(frame.rest()) else { return false };
    let mut layer = frame.first(len).application(LayerProtocol::Http, upper);
    match line {
        FirstLine::Request([method, target, version]) => {
            layer.words(FieldName::HttpMethod, 0, method);
            layer.words(FieldName::HttpUri, method + 1, target);
            layer.words(FieldName::HttpRequestVersion, method + target + 2, version);
        }
        FirstLine::Response([version, code, phrase]) => {
            layer.words(FieldName::HttpResponseVersion, 0, version);
            let digits = frame.rest()[version + 1..].iter().take(code);
            let number = digits.fold(0, |all, digit| all * 10 + u64::from(digit - b'0'));
            let value = FieldValue::Number(number);
            layer.put(FieldName::HttpStatus, (version + 1) * 8, code * 8, value);
            if phrase > 0 {
                layer.words(FieldName::HttpPhrase, version + code + 2, phrase);
            }
        }
    }
    layers.layers.push(layer.done());
    layers.data(frame.skip(len), upper.quoted);
    true
}
