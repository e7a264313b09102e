//! A text as words, so that neither spaces nor punctuation nor capital letters decide whether a
//! pattern fits.
//!
//! A word is a run of letters and digits; an apostrophe within it is left out, and `-`, `_`, `.` and
//! `@` within it belong to it. Scripts that are written without spaces (Chinese, Japanese) have one
//! word per character. Full-width letters and digits, as Chinese input methods make them, are the same
//! as ordinary ones. Everything else separates words.

use std::ops::Range;

/// Stands in a pattern for a star beside a letter; private use, so no text has it for a letter.
pub(super) const PART: char = '\u{E000}';

/// A word, and where it is in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// In small letters.
    pub(super) text: String,
    /// Its bytes in the text.
    pub(super) place: Range<usize>,
}

/// What a character is to its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A letter or digit.
    Letter,
    /// A word of its own.
    Alone,
    /// Belongs to a word when there are letters on both sides.
    Joins,
    Separates,
}

/// Whether the character is a word of its own: scripts without spaces, and pictures.
pub(super) const fn stands_alone(c: char) -> bool {
    matches!(
        c as u32,
        // CJK radicals to Yi, without the punctuation of U+3000; Hangul has spaces.
        0x2E80..=0x2FDF | 0x3005..=0x3007 | 0x3021..=0x3029 | 0x3040..=0x30FF | 0x3100..=0x312F
        | 0x31A0..=0x31BF | 0x31F0..=0x31FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xA000..=0xA4CF
        | 0xF900..=0xFAFF | 0xFF66..=0xFF9F | 0x20000..=0x3FFFF
        // Symbols and pictures: a customer may answer with one.
        | 0x2190..=0x2BFF | 0x1F000..=0x1FAFF
    )
}

/// The ordinary form of a full-width character.
pub(super) fn ordinary(c: char) -> char {
    match c as u32 {
        full @ 0xFF01..=0xFF5E => char::from_u32(full - 0xFEE0).unwrap_or(c),
        0x3000 => ' ',
        _ => c,
    }
}

fn kind(c: char) -> Kind {
    match ordinary(c) {
        PART => Kind::Letter,
        '-' | '_' | '.' | '@' | '\'' | '\u{2019}' => Kind::Joins,
        _ if stands_alone(c) => Kind::Alone,
        // Combining accents belong to the letter before.
        '\u{300}'..='\u{36F}' => Kind::Letter,
        c if c.is_alphanumeric() => Kind::Letter,
        _ => Kind::Separates,
    }
}

/// The words of this text.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    // Whether the last word may still grow.
    let mut open = false;
    let mut characters = text.char_indices().peekable();
    while let Some((start, c)) = characters.next() {
        let place = start..start + c.len_utf8();
        match kind(c) {
            Kind::Letter => {
                let more = ordinary(c).to_lowercase();
                match words.last_mut() {
                    Some(word) if open => {
                        word.text.extend(more);
                        word.place.end = place.end;
                    }
                    _ => words.push(Word { text: more.collect(), place }),
                }
                open = true;
            }
            Kind::Alone => {
                words.push(Word { text: c.to_string(), place });
                open = false;
            }
            Kind::Joins => {
                let joins =
                    open && characters.peek().is_some_and(|&(_, next)| kind(next) == Kind::Letter);
                if joins
                    && !matches!(c, '\'' | '\u{2019}')
                    && let Some(word) = words.last_mut()
                {
                    word.text.push(ordinary(c));
                }
                open = joins;
            }
            Kind::Separates => open = false,
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn spaces_punctuation_and_capitals_do_not_matter() {
        assert_eq!(texts("  Hello,  WORLD!! "), ["hello", "world"]);
        assert_eq!(texts("What's up?"), ["whats", "up"]);
        assert_eq!(texts("What’s up?"), ["whats", "up"]);
        assert_eq!(texts("'quoted' - word."), ["quoted", "word"]);
        assert_eq!(texts("Été ÉTÉ"), ["été", "été"]);
        assert_eq!(texts("\r\n\t\u{1b}[2J?!"), ["2j"]);
        assert!(texts("...").is_empty());
    }

    #[test]
    fn what_holds_a_word_together_stays_in_it() {
        assert_eq!(
            texts("order A-1234, anna@example.com 3.5"),
            ["order", "a-1234", "anna@example.com", "3.5"]
        );
    }

    #[test]
    fn chinese_has_a_word_per_character_and_full_width_letters_are_letters() {
        assert_eq!(texts("你好,世界"), ["你", "好", "世", "界"]);
        assert_eq!(texts("订单号是12345。"), ["订", "单", "号", "是", "12345"]);
        assert_eq!(texts("\u{FF31} \u{FF21}BC\u{FF11}23"), ["q", "abc123"]);
        assert_eq!(texts("👍ok"), ["👍", "ok"]);
    }

    #[test]
    fn each_word_knows_its_place() {
        let text = "我叫Anna-Lena!";
        for word in words(text) {
            assert_eq!(text[word.place.clone()].to_lowercase(), word.text);
        }
    }
}
