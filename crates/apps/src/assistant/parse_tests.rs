use super::super::rules::Language;
use super::*;

fn mistakes(text: &str) -> Vec<String> {
    let error = parse(text, Language::En).unwrap_err();
    error.mistakes.iter().map(Mistake::to_string).collect()
}

#[test]
fn a_mistake_names_its_line_and_what_to_write() {
    for (text, expected) in [
        ("hello", "line 1: expected `word: text`, such as `say: Hello!`, got `hello`"),
        ("\n\nwhan: a\n", "line 3: unknown word `whan`; did you mean `when`?"),
        ("when: (a", "line 1: `(` is not closed: expected `)`"),
        ("when: a", "line 1: nothing is said to this; write `say: ...` below it"),
        (
            "say: a",
            "line 1: `say` belongs to nothing; write `when: ...` before it, with what a customer says",
        ),
        ("when: a\nsay:", "line 2: `say:` has no text behind it"),
        ("when: {name}\nsay: {nam}", "line 2: nothing sets {nam}; did you mean {name}?"),
        (
            "when: a\nsay: {age}",
            "line 2: nothing sets {age}; `ask age: ...`, {age} in a pattern or `set: age = ...` would",
        ),
        ("when: a\ngo to: b", "line 2: there is no menu `b`; `menu: b` begins one"),
        ("when: a\nend:\nsay: b", "line 3: `say` is never reached: `end` comes before it"),
        ("1: a\nsay: b", "line 1: the choice `1` is in no menu; write `menu: name` before it"),
        ("menu: m\nsay: a", "line 1: the menu `m` has no choices; write `1: text` below it"),
        (
            "menu: m\n1: a\nsay: x\n1: b\nsay: y",
            "line 4: the choice `1` is there twice in this menu",
        ),
        ("menu: m\n1: a\nsay: x\nmenu: m\n1: a\nsay: x", "line 4: the menu `m` is there twice"),
        (
            "greeting: a\ngreeting: b",
            "line 2: `greeting` is there twice; write `say:` lines below the first for more lines",
        ),
        ("goodbye: a\ngo to: b", "line 2: only `say` is possible here, got `go to`"),
        ("set: a", "line 1: expected `set: name = text`, got `set: a`"),
        ("set: a = {b}", "line 1: `set:` takes plain text, and {b} is none; write {{ for a brace"),
        ("when: a\nask: x", "line 2: a name is missing, as in {name}"),
        (
            "when: a\nsay: {",
            "line 2: `{` is not closed: expected `}`; write `{{` for a brace that is meant",
        ),
    ] {
        let found = mistakes(text);
        assert_eq!(found.first().map(String::as_str), Some(expected), "{text:?}: {found:?}");
    }
}

#[test]
fn all_mistakes_of_a_file_are_named_at_once_in_the_order_of_the_lines() {
    let found = mistakes("when: a\nsay: {x}\nsy: b\nwhen: b\ngo to: nowhere\nwhen: c");
    let lines: Vec<&str> = found.iter().map(|text| text.split(':').next().unwrap()).collect();
    assert_eq!(lines, ["line 2", "line 3", "line 5", "line 6"], "{found:?}");
    assert_eq!(mistakes(&"x\n".repeat(100)).len(), MOST_MISTAKES);
}

#[test]
fn a_file_may_be_empty_have_a_byte_order_mark_and_windows_line_ends() {
    assert!(parse("", Language::En).unwrap().is_empty());
    let rules = parse("\u{feff}# a\r\nwhen: a\r\n\tsay: b\r\n", Language::En).unwrap();
    assert_eq!(rules.len(), 1);
    assert_eq!(parse("当\u{FF1A}a\n说\u{FF1A}b", Language::ZhCn).unwrap().len(), 1);
    assert_eq!(parse("WHEN : a\nSay: b\nGREETING: c", Language::En).unwrap().len(), 1);
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let found = mistakes(&"#".repeat(LARGEST_FILE + 1));
    assert!(found[0].contains("at most 262144 are read"), "{found:?}");
    let many = "when: a\nsay: b\n".repeat(MOST + 1);
    assert!(mistakes(&many)[0].contains("more than 2000 rules"));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "(when|say|menu|go to|ask x|1|greeting|end|set|当|[a-z ]{0,5})?[::]?[ -~{}|()*\\n网]{0,20}(\n(when|say|menu|1|ask y): ?[a-z{}|(*)]{0,8}){0,6}") {
        let _ = parse(&text, Language::En);
    }
}
