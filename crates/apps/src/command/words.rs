//! Where the words of a command line are, which `shell_words` does not tell.

use std::ops::Range;

/// The place of each word, or of the quote that is opened and not closed.
pub(super) fn places(text: &str) -> Result<Vec<Range<usize>>, Range<usize>> {
    let mut places = Vec::new();
    let mut letters = text.char_indices().peekable();
    while let Some((start, first)) = letters.peek().copied() {
        match first {
            ' ' | '\t' | '\n' => {
                letters.next();
            }
            // A comment goes to the end of its line.
            '#' => while letters.next_if(|(_, letter)| *letter != '\n').is_some() {},
            _ => {
                let mut is_word = false;
                while let Some((at, letter)) =
                    letters.next_if(|(_, letter)| !matches!(letter, ' ' | '\t' | '\n'))
                {
                    match letter {
                        // A line that goes on with the next is no word and adds nothing to one.
                        '\\' => match letters.next() {
                            Some((_, '\n')) if !is_word => break,
                            Some((_, '\n')) => {}
                            _ => is_word = true,
                        },
                        '\'' | '"' => {
                            is_word = true;
                            loop {
                                match letters.next() {
                                    None => return Err(at..text.len()),
                                    Some((_, end)) if end == letter => break,
                                    Some((_, '\\')) if letter == '"' => {
                                        letters.next();
                                    }
                                    Some(_) => {}
                                }
                            }
                        }
                        _ => is_word = true,
                    }
                }
                if is_word {
                    let end = letters.peek().map_or(text.len(), |(at, _)| *at);
                    places.push(start..end);
                }
            }
        }
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_word_is_where_it_stands() {
        let text = r#"  connect echo 'b 1':7 --say "a \" b" c\ d # and so on"#;
        let words: Vec<_> = places(text).unwrap().into_iter().map(|at| &text[at]).collect();
        assert_eq!(words, ["connect", "echo", "'b 1':7", "--say", r#""a \" b""#, r"c\ d"]);
    }

    #[test]
    fn an_open_quote_is_where_it_was_opened() {
        assert_eq!(places("ping 'b1"), Err(5..8));
        assert_eq!(places(r#"ping b1" \""#), Err(7..11));
    }

    proptest! {
        #[test]
        fn there_are_as_many_words_as_the_shell_finds(text in "[a# \t\n\\\\'\"é]{0,12}") {
            let found = places(&text).ok().map(|places| places.len());
            prop_assert_eq!(found, shell_words::split(&text).ok().map(|words| words.len()));
        }
    }
}
