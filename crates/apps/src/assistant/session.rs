//! One customer's conversation, without I/O: [`Session`].

use std::sync::Arc;

use super::pattern::Heard;
use super::rules::{Menu, Phrase, Rules, Step, Steps};
use super::template::Template;

/// So much of what a customer said is remembered under one name, in characters.
const LONGEST_VALUE: usize = 100;
/// More names are not remembered.
const MOST_VALUES: usize = 32;
/// An answer is cut behind so many bytes.
const LONGEST_ANSWER: usize = 16 * 1024;

/// What is remembered of one customer. Small: an idle session is a few hundred bytes.
///
/// Each call is handed the rules as they are then. When they were replaced, what was asked is still
/// understood, and numbers mean what the menu said that the customer saw; everything else goes by
/// the new rules.
///
/// ```
/// use std::sync::Arc;
///
/// use lanternet_apps::assistant::{Language, Rules, Session};
///
/// let rules = Rules::parse("when: my name is {name}\nsay: Hello, {name}!", Language::En)?;
/// let mut session = Session::new(Arc::from("shop"));
/// assert!(session.greet(&rules).text.starts_with("Welcome to shop"));
/// assert_eq!(session.answer(&rules, "My name is Anna.").text, "Hello, Anna!");
/// assert_eq!(session.answer(&rules, "what?").text, "Say that again?");
/// assert!(session.answer(&rules, "Q").ended);
/// # Ok::<(), lanternet_apps::assistant::RulesError>(())
/// ```
#[derive(Debug)]
pub struct Session {
    host: Arc<str>,
    values: Vec<(Box<str>, Box<str>)>,
    /// The menu that was shown last.
    menu: Option<Arc<Menu>>,
    /// What was asked: the steps, and which of them asks.
    asked: Option<(Steps, usize)>,
    ended: bool,
}

/// What an assistant says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Answer {
    /// Lines with a line feed between them, none at the end.
    pub text: String,
    /// The customer is to be handed over to a person.
    pub handed_over: bool,
    /// The conversation is over.
    pub ended: bool,
}

/// Why a conversation ends that the customer did not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It has lasted too long.
    TimeOver,
    /// The server stops.
    Closing,
}

impl Session {
    /// A conversation that begins; `host` is what texts call `{host}`.
    pub const fn new(host: Arc<str>) -> Self {
        Self { host, values: Vec::new(), menu: None, asked: None, ended: false }
    }

    /// What is said when a customer connects.
    pub fn greet(&mut self, rules: &Rules) -> Answer {
        let mut answer = Answer::default();
        self.run(rules, rules.phrase(Phrase::Greeting), 0, &mut answer);
        self.done(answer)
    }

    /// The answer to a message. `q`, in any spelling, ends the conversation.
    pub fn answer(&mut self, rules: &Rules, message: &str) -> Answer {
        let mut answer = Answer::default();
        let heard = Heard::new(message);
        if heard.plain() == "q" {
            self.say_goodbye(rules, &mut answer);
        } else if let Some((steps, at)) = self.asked.take() {
            match steps.get(at) {
                Some(Step::Ask { variable, .. }) if !message.trim().is_empty() => {
                    self.remember(variable, message);
                    self.run(rules, &steps, at + 1, &mut answer);
                }
                // Nothing was said: ask again.
                _ => self.run(rules, &steps, at, &mut answer),
            }
        } else if let Some(steps) = self.chosen(rules, &heard) {
            self.run(rules, &steps, 0, &mut answer);
        } else if let Some((steps, captures)) = rules.find(&heard) {
            for (name, value) in captures {
                self.remember(name, value);
            }
            self.run(rules, steps, 0, &mut answer);
        } else {
            self.run(rules, rules.phrase(Phrase::Default), 0, &mut answer);
            if let Some(menu) = self.menu.clone() {
                self.show(rules, menu, &mut answer);
            }
        }
        self.done(answer)
    }

    /// What is said to a message that is longer than is read.
    pub fn too_long(&mut self, rules: &Rules) -> Answer {
        let mut answer = Answer::default();
        self.run(rules, rules.phrase(Phrase::TooLong), 0, &mut answer);
        self.done(answer)
    }

    /// Ends the conversation from this side.
    pub fn end(&mut self, rules: &Rules, why: Ending) -> Answer {
        let mut answer = Answer::default();
        let phrase = match why {
            Ending::TimeOver => Phrase::TimeOver,
            Ending::Closing => Phrase::Closing,
        };
        self.run(rules, rules.phrase(phrase), 0, &mut answer);
        self.ended = true;
        self.done(answer)
    }

    /// Remembers a value under this name, as if the customer had said it: the beginning of it, on one
    /// line.
    pub fn remember(&mut self, name: &str, value: &str) {
        let mut kept = String::new();
        for c in value.trim().chars().take(LONGEST_VALUE) {
            kept.push(if c.is_control() { ' ' } else { c });
        }
        if let Some((_, value)) = self.values.iter_mut().find(|(known, _)| **known == *name) {
            *value = kept.into();
        } else if self.values.len() < MOST_VALUES {
            self.values.push((name.into(), kept.into()));
        }
    }

    /// What is remembered under this name.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(known, _)| **known == *name).map(|(_, value)| &**value)
    }

    /// What is done for the choice of the menu that this text names, by number or label.
    fn chosen(&self, rules: &Rules, heard: &Heard<'_>) -> Option<Steps> {
        let menu = self.menu.as_ref()?;
        let number: Option<u32> = heard.plain().parse().ok();
        let choice = menu.choices.iter().find(|choice| {
            number == Some(choice.number) || {
                let mut label = String::new();
                self.put(rules, &choice.label, &mut label);
                Heard::new(&label).plain() == heard.plain()
            }
        })?;
        Some(Arc::clone(&choice.steps))
    }

    /// Does these steps from the one at `from` on, up to one that asks.
    fn run(&mut self, rules: &Rules, steps: &Steps, from: usize, answer: &mut Answer) {
        for (at, step) in steps.iter().enumerate().skip(from) {
            match step {
                Step::Say(text) => self.say(rules, text, answer),
                Step::HandOver(text) => {
                    self.say(rules, text, answer);
                    answer.handed_over = true;
                }
                Step::Ask { variable, .. } if self.value(variable).is_some() => {}
                Step::Ask { text, .. } => {
                    self.say(rules, text, answer);
                    self.asked = Some((Arc::clone(steps), at));
                    return;
                }
                Step::GoTo(name) => match rules.menu(name) {
                    Some(menu) => self.show(rules, Arc::clone(menu), answer),
                    // Only when the rules were replaced: the menu is no more.
                    None => {
                        self.menu = None;
                        self.run(rules, rules.phrase(Phrase::Default), 0, answer);
                    }
                },
                Step::End(Some(text)) => {
                    self.say(rules, text, answer);
                    self.ended = true;
                }
                Step::End(None) => self.say_goodbye(rules, answer),
            }
        }
    }

    fn show(&mut self, rules: &Rules, menu: Arc<Menu>, answer: &mut Answer) {
        self.run(rules, &menu.title, 0, answer);
        for choice in &menu.choices {
            begin_line(&mut answer.text);
            answer.text.push_str(&format!("{}. ", choice.number));
            self.put(rules, &choice.label, &mut answer.text);
        }
        self.menu = Some(menu);
    }

    fn say_goodbye(&mut self, rules: &Rules, answer: &mut Answer) {
        self.run(rules, rules.phrase(Phrase::Goodbye), 0, answer);
        self.ended = true;
    }

    /// Adds a line to the answer.
    fn say(&self, rules: &Rules, text: &Template, answer: &mut Answer) {
        begin_line(&mut answer.text);
        self.put(rules, text, &mut answer.text);
    }

    /// Adds a text to `to`, with what is remembered put in.
    fn put(&self, rules: &Rules, text: &Template, to: &mut String) {
        // A constant names nothing but the host, so this is as deep as it gets.
        let mut constants = Vec::new();
        for (name, constant) in &rules.constants {
            let mut value = String::new();
            constant.render(|_| Some(&self.host), &mut value);
            constants.push((&**name, value));
        }
        let value = |name: &str| match name {
            _ if self.value(name).is_some() => self.value(name),
            "host" => Some(&*self.host),
            _ => constants.iter().find(|(known, _)| *known == name).map(|(_, value)| &**value),
        };
        if to.len() < LONGEST_ANSWER {
            text.render(value, to);
        }
    }

    fn done(&self, mut answer: Answer) -> Answer {
        if answer.text.len() > LONGEST_ANSWER {
            answer.text.truncate(answer.text.floor_char_boundary(LONGEST_ANSWER));
        }
        answer.ended = self.ended;
        answer
    }
}

fn begin_line(text: &mut String) {
    if !text.is_empty() {
        text.push('\n');
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
