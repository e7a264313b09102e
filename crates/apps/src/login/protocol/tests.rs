use lanternet_core::Duration;

use super::*;

const ALL: Offers = Offers { assistant: true, upload: true };

fn asks(step: &Step) -> Option<Prompt> {
    match step.then {
        Then::Ask(prompt) => Some(prompt),
        _ => None,
    }
}

fn logged_in(offers: Offers) -> Conversation {
    let mut talk = Conversation::new(offers, 3);
    talk.heard(b"alice");
    talk.heard(b"secret words");
    assert_eq!(asks(&talk.checked(Checked::Right(String::new()))), Some(Prompt::Choice));
    talk
}

#[test]
fn no_prompt_and_no_line_begins_like_another_prompt() {
    let mut talk = logged_in(ALL);
    let menu = talk.menu("There is no such choice.\n").say;
    let greeting = talk.greet("srv").say;
    let prompts = Prompt::ALL.map(Prompt::text);
    let lines = menu.lines().chain(greeting.lines());
    for line in lines.chain([UPLOAD_NOW]).chain(prompts.iter().copied()) {
        let alike = prompts.iter().filter(|prompt| **prompt != line && line.starts_with(**prompt));
        assert_eq!(alike.count(), 0, "{line}");
    }
}

#[test]
fn a_name_and_a_password_are_asked_for_and_checked_together() {
    let mut talk = Conversation::new(ALL, 3);
    let first = talk.greet("srv");
    assert_eq!(first.say, "Welcome to srv. Please log in; q quits.\n");
    assert_eq!(asks(&first), Some(Prompt::Name));
    assert_eq!(asks(&talk.heard(b" alice ")), Some(Prompt::Password));
    let Then::Check { name, password } = talk.heard(b" pass word ").then else { panic!() };
    assert_eq!((name.as_str(), password.expose()), ("alice", " pass word "), "spaces count in one");
}

#[test]
fn a_wrong_answer_gives_another_try_until_there_is_none() {
    let mut talk = Conversation::new(ALL, 3);
    let mut said = Vec::new();
    for _ in 0..3 {
        talk.heard(b"alice");
        talk.heard(b"guess");
        said.push(talk.checked(Checked::Wrong));
    }
    assert_eq!(said[0].say, "Wrong name or password. 2 more tries.\n");
    assert_eq!(asks(&said[1]), Some(Prompt::Name));
    assert!(matches!(said[2].then, Then::End), "{said:?}");
}

#[test]
fn q_quits_at_every_prompt() {
    for quit in [&b"q"[..], b"Q", b" q "] {
        let mut talk = Conversation::new(ALL, 3);
        assert!(matches!(talk.heard(quit).then, Then::End));
        let mut talk = Conversation::new(ALL, 3);
        talk.heard(b"alice");
        assert!(matches!(talk.heard(quit).then, Then::End), "at the password");
        assert!(matches!(logged_in(ALL).heard(quit).then, Then::End), "at the menu");
        let mut talk = logged_in(ALL);
        assert_eq!(asks(&talk.heard(b"password")), Some(Prompt::OldPassword));
        assert_eq!(asks(&talk.heard(quit)), Some(Prompt::Choice), "back to the menu");
    }
}

#[test]
fn refusals_end_and_say_when_to_come_back() {
    for (checked, words) in [
        (Checked::TooMany(TooMany(Duration::from_millis(29_001))), "30 s"),
        (Checked::TooMany(TooMany(Duration::from_secs(601))), "11 min"),
        (Checked::Unavailable, "Nobody can log in"),
        (Checked::TooManySessions(4), "4 times"),
    ] {
        let step = Conversation::new(ALL, 3).checked(checked);
        assert!(step.say.contains(words) && is_refusal(step.say.as_bytes()), "{step:?}");
        assert!(matches!(step.then, Then::End));
    }
}

#[test]
fn only_what_is_offered_can_be_chosen_by_number_or_word() {
    let mut talk = logged_in(Offers::default());
    assert!(matches!(talk.heard(b"1").then, Then::Who));
    let step = talk.heard(b"upload");
    assert!(step.say.starts_with("There is no such choice.\n"), "{step:?}");
    let mut talk = logged_in(ALL);
    assert!(matches!(talk.heard(b"2").then, Then::Upload));
    assert!(matches!(talk.heard(b"WHO").then, Then::Who));
    assert!(matches!(talk.heard(b"1").then, Then::OpenAssistant));
    let Then::Assistant(text) = talk.heard(b"q").then else { panic!() };
    assert_eq!(text, "q", "the assistant has a q of its own");
    let step = talk.assistant("name: what?\nyou: me", false);
    assert_eq!(step.say, "assistant: name: what?\nassistant: you: me\n");
    assert_eq!(asks(&step), Some(Prompt::You));
    assert_eq!(asks(&talk.assistant("bye", true)), Some(Prompt::Choice));
}

#[test]
fn a_new_password_is_typed_twice() {
    let mut talk = logged_in(ALL);
    talk.heard(b"password");
    assert_eq!(asks(&talk.heard(b"old words")), Some(Prompt::NewPassword));
    assert_eq!(asks(&talk.heard(b"new words")), Some(Prompt::Again));
    let Then::Change { old, new } = talk.heard(b"new words").then else { panic!() };
    assert_eq!((old.expose(), new.expose()), ("old words", "new words"));
    talk.menu("");
    for line in [&b"password"[..], b"old words", b"new words"] {
        talk.heard(line);
    }
    let step = talk.heard(b"new word");
    assert!(step.say.contains("not the same") && asks(&step) == Some(Prompt::Choice));
}

#[test]
fn bytes_that_are_no_text_are_a_wrong_name_or_a_wrong_password() {
    let mut talk = Conversation::new(ALL, 3);
    assert_eq!(asks(&talk.heard(b"\xff\xfe")), Some(Prompt::Password));
    let Then::Check { name, password } = talk.heard(b"\xff").then else { panic!() };
    assert_eq!((name.as_str(), password.expose()), ("\u{fffd}", ""));
    let mut talk = logged_in(ALL);
    assert!(talk.heard(b"\xff").say.starts_with("There is no such choice."));
}
