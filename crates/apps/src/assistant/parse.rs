//! Reads a rules file, and finds everything that is wrong in it.

use std::sync::Arc;

use super::pattern::{Pattern, Refused, variable};
use super::rules::{
    Choice, LARGEST_FILE, Language, MOST, Menu, Mistake, Phrase, Rule, Rules, RulesError, Step,
};
use super::template::Template;
use super::words::ordinary;

/// Mistakes after so many are not looked for.
const MOST_MISTAKES: usize = 20;
/// Longer texts are refused, in characters.
const LONGEST_TEXT: usize = 2000;
/// What a text may name although nothing in the file sets it.
const GIVEN: [&str; 1] = ["host"];

/// What a line begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Phrase(Phrase),
    Set,
    When,
    Menu,
    Choice(u32),
    Say,
    Ask,
    GoTo,
    HandOver,
    End,
}

/// The words of the format, English first.
const KEYS: [(&str, &str, Key); 14] = [
    ("when", "当", Key::When),
    ("say", "说", Key::Say),
    ("ask", "问", Key::Ask),
    ("go to", "转到", Key::GoTo),
    ("hand over", "转人工", Key::HandOver),
    ("end", "结束", Key::End),
    ("menu", "菜单", Key::Menu),
    ("greeting", "问候", Key::Phrase(Phrase::Greeting)),
    ("goodbye", "再见", Key::Phrase(Phrase::Goodbye)),
    ("default", "听不懂", Key::Phrase(Phrase::Default)),
    ("too long", "太长", Key::Phrase(Phrase::TooLong)),
    ("time over", "超时", Key::Phrase(Phrase::TimeOver)),
    ("closing", "关闭", Key::Phrase(Phrase::Closing)),
    ("set", "设", Key::Set),
];

/// What is being read.
enum Open {
    Nothing,
    Phrase(Phrase),
    Rule { line: usize, patterns: Vec<Pattern> },
    Menu,
    Choice { number: u32, label: Template },
}

struct Parser {
    line: usize,
    mistakes: Vec<Mistake>,
    open: Open,
    steps: Vec<Step>,
    /// A line of what is open was wrong, and may be missing from `steps`.
    spoiled: bool,
    phrases: [Option<Vec<Step>>; Phrase::COUNT],
    constants: Vec<(Box<str>, Template)>,
    rules: Vec<Rule>,
    menu: Option<OpenMenu>,
    menus: Vec<Arc<Menu>>,
    /// Variables that something sets.
    set: Vec<Box<str>>,
    /// Variables that texts name, with the line.
    named: Vec<(usize, Box<str>)>,
    /// Menus that are gone to, with the line.
    gone_to: Vec<(usize, Box<str>)>,
}

struct OpenMenu {
    line: usize,
    name: Box<str>,
    title: Vec<Step>,
    choices: Vec<Choice>,
}

pub(super) fn parse(text: &str, language: Language) -> Result<Rules, RulesError> {
    let mut parser = Parser {
        line: 0,
        mistakes: Vec::new(),
        open: Open::Nothing,
        steps: Vec::new(),
        spoiled: false,
        phrases: Default::default(),
        constants: Vec::new(),
        rules: Vec::new(),
        menu: None,
        menus: Vec::new(),
        set: Vec::new(),
        named: Vec::new(),
        gone_to: Vec::new(),
    };
    if text.len() > LARGEST_FILE {
        parser.line = 1;
        parser.wrong(format!("the file has {} bytes, at most {LARGEST_FILE} are read", text.len()));
    } else {
        parser.read(text.strip_prefix('\u{feff}').unwrap_or(text));
    }
    parser.finish(text, language)
}

impl Parser {
    fn wrong(&mut self, message: impl Into<String>) {
        self.mistakes.push(Mistake { line: self.line, message: message.into() });
    }

    fn read(&mut self, text: &str) {
        for (index, line) in text.lines().enumerate() {
            self.line = index + 1;
            let line = line.trim();
            if line.is_empty() || line.starts_with(['#', '\u{FF03}']) {
                continue;
            }
            if let Err(Refused(message)) = self.read_line(line) {
                self.wrong(message);
                self.spoiled = true;
            }
            if self.mistakes.len() >= MOST_MISTAKES {
                break;
            }
        }
        if let Err(Refused(message)) = self.close_menu() {
            self.wrong(message);
        }
    }

    fn read_line(&mut self, line: &str) -> Result<(), Refused> {
        let Some((word, text)) = line.split_once([':', '\u{FF1A}']) else {
            return Err(Refused(format!(
                "expected `word: text`, such as `say: Hello!`, got `{}`",
                shortened(line)
            )));
        };
        let (key, name) = key(word.trim())?;
        let text = text.trim();
        if text.chars().count() > LONGEST_TEXT {
            return Err(Refused(format!("a text has at most {LONGEST_TEXT} characters")));
        }
        match key {
            Key::When => self.when(text),
            Key::Phrase(phrase) => {
                self.close_menu()?;
                if self.phrases[phrase as usize].is_some() {
                    return Err(Refused(format!(
                        "`{}` is there twice; write `say:` lines below the first for more lines",
                        word.trim()
                    )));
                }
                self.open = Open::Phrase(phrase);
                if !text.is_empty() {
                    let text = self.template(text)?;
                    self.steps.push(Step::Say(text));
                }
                Ok(())
            }
            Key::Set => {
                self.close_menu()?;
                let Some((name, value)) = text.split_once(['=', '\u{FF1D}']) else {
                    return Err(Refused(format!("expected `set: name = text`, got `{line}`")));
                };
                let name = variable(name.trim())?;
                if self.constants.iter().any(|(other, _)| **other == *name) {
                    return Err(Refused(format!("`{name}` is set twice")));
                }
                // Constants in constants could go round in circles.
                let value = Template::parse(value.trim())?;
                if let Some(inner) = value.names().find(|name| !GIVEN.contains(name)) {
                    return Err(Refused(format!(
                        "`set:` takes plain text, and {{{inner}}} is none; write {{{{ for a brace"
                    )));
                }
                self.set.push(name.into());
                self.constants.push((name.into(), value));
                Ok(())
            }
            Key::Menu => {
                self.close_menu()?;
                let name = variable(text)?;
                if self.menus.iter().any(|menu| *menu.name == *name) {
                    return Err(Refused(format!("the menu `{name}` is there twice")));
                }
                if self.menus.len() == MOST {
                    return Err(Refused(format!("more than {MOST} menus")));
                }
                self.open = Open::Menu;
                self.menu = Some(OpenMenu {
                    line: self.line,
                    name: name.into(),
                    title: Vec::new(),
                    choices: Vec::new(),
                });
                Ok(())
            }
            Key::Choice(number) => self.choice(number, text),
            Key::Say | Key::Ask | Key::GoTo | Key::HandOver | Key::End => {
                self.step(key, word.trim(), name, text)
            }
        }
    }

    fn when(&mut self, text: &str) -> Result<(), Refused> {
        // A pattern that is wrong still begins its rule, so that the lines below are not wrong too.
        let more = matches!(self.open, Open::Rule { .. }) && self.steps.is_empty();
        let mut closed = Ok(());
        if !more {
            closed = self.close_menu();
            self.open = Open::Rule { line: self.line, patterns: Vec::new() };
        }
        if self.rules.len() == MOST {
            return Err(Refused(format!("more than {MOST} rules")));
        }
        let pattern = Pattern::parse(text)?;
        self.set.extend(pattern.names().map(Into::into));
        if let Open::Rule { patterns, .. } = &mut self.open {
            patterns.push(pattern);
        }
        closed
    }

    fn choice(&mut self, number: u32, text: &str) -> Result<(), Refused> {
        let closed = self.close();
        let label = self.template(text);
        let Some(menu) = &self.menu else {
            return Err(Refused(format!(
                "the choice `{number}` is in no menu; write `menu: name` before it"
            )));
        };
        let twice = menu.choices.iter().any(|choice| choice.number == number);
        let label = label?;
        self.open = Open::Choice { number, label };
        closed?;
        if twice {
            return Err(Refused(format!("the choice `{number}` is there twice in this menu")));
        }
        if text.is_empty() {
            return Err(Refused(format!(
                "the choice `{number}` has no text: write `{number}: text`"
            )));
        }
        Ok(())
    }

    fn step(&mut self, key: Key, word: &str, name: &str, text: &str) -> Result<(), Refused> {
        match self.open {
            Open::Nothing => {
                return Err(Refused(format!(
                    "`{word}` belongs to nothing; write `when: ...` before it, with what a customer \
                     says"
                )));
            }
            Open::Menu if key != Key::Say => {
                return Err(Refused(format!(
                    "`{word}` belongs to a choice; write `1: text` before it"
                )));
            }
            Open::Phrase(phrase)
                if key != Key::Say && !matches!(phrase, Phrase::Greeting | Phrase::Default) =>
            {
                return Err(Refused(format!("only `say` is possible here, got `{word}`")));
            }
            _ => {}
        }
        if let Some(last @ (Step::GoTo(_) | Step::End(_))) = self.steps.last() {
            let last = if matches!(last, Step::End(_)) { "end" } else { "go to" };
            return Err(Refused(format!("`{word}` is never reached: `{last}` comes before it")));
        }
        let needs_text = !matches!(key, Key::End);
        if needs_text && text.is_empty() {
            return Err(Refused(format!("`{word}:` has no text behind it")));
        }
        let step = match key {
            Key::Ask => {
                let name = variable(name)?;
                self.set.push(name.into());
                Step::Ask { variable: name.into(), text: self.template(text)? }
            }
            Key::GoTo => {
                let name = variable(text)?;
                self.gone_to.push((self.line, name.into()));
                Step::GoTo(name.into())
            }
            Key::HandOver => Step::HandOver(self.template(text)?),
            Key::End if text.is_empty() => Step::End(None),
            Key::End => Step::End(Some(self.template(text)?)),
            _ => Step::Say(self.template(text)?),
        };
        self.steps.push(step);
        Ok(())
    }

    fn template(&mut self, text: &str) -> Result<Template, Refused> {
        let template = Template::parse(text)?;
        self.named.extend(template.names().map(|name| (self.line, name.into())));
        Ok(template)
    }

    /// Ends the rule, phrase, or choice that is open.
    fn close(&mut self) -> Result<(), Refused> {
        let steps = std::mem::take(&mut self.steps);
        let nothing = !std::mem::take(&mut self.spoiled) && steps.is_empty();
        match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Nothing => {}
            Open::Phrase(phrase) => self.phrases[phrase as usize] = Some(steps),
            Open::Rule { line, patterns } => {
                if nothing {
                    let message = "nothing is said to this; write `say: ...` below it".to_owned();
                    self.mistakes.push(Mistake { line, message });
                }
                self.rules.push(Rule { patterns, steps: steps.into() });
            }
            Open::Menu => {
                if let Some(menu) = &mut self.menu {
                    menu.title = steps;
                }
            }
            Open::Choice { number, label } => {
                if nothing {
                    return Err(Refused(format!(
                        "nothing is done for the choice `{number}` above; write `say: ...` or `go \
                         to: ...` below it"
                    )));
                }
                if let Some(menu) = &mut self.menu {
                    menu.choices.push(Choice { number, label, steps: steps.into() });
                }
            }
        }
        Ok(())
    }

    /// Ends what is open, and the menu with it.
    fn close_menu(&mut self) -> Result<(), Refused> {
        let closed = self.close();
        if let Some(menu) = self.menu.take() {
            let OpenMenu { line, name, title, choices } = menu;
            if choices.is_empty() && closed.is_ok() {
                let message = format!("the menu `{name}` has no choices; write `1: text` below it");
                self.mistakes.push(Mistake { line, message });
            }
            self.menus.push(Arc::new(Menu { name, title: title.into(), choices }));
        }
        closed
    }

    fn finish(mut self, text: &str, language: Language) -> Result<Rules, RulesError> {
        if self.mistakes.len() < MOST_MISTAKES {
            self.check_names();
        }
        self.mistakes.sort_by_key(|mistake| mistake.line);
        self.mistakes.truncate(MOST_MISTAKES);
        if !self.mistakes.is_empty() {
            return Err(RulesError { mistakes: self.mistakes });
        }
        // What is not said is said as in the built-in rules, which say everything.
        let built_in = language.text();
        let rest = (text != built_in && self.phrases.iter().any(Option::is_none))
            .then(|| parse(built_in, language))
            .transpose()?;
        let mut index = 0;
        let phrases = self.phrases.map(|steps| {
            let theirs = rest.as_ref().map(|rest| Arc::clone(&rest.phrases[index]));
            index += 1;
            match (steps, theirs) {
                (Some(steps), _) => steps.into(),
                (None, Some(theirs)) => theirs,
                (None, None) => Arc::new([]),
            }
        });
        let Self { constants, rules, menus, .. } = self;
        Ok(Rules { phrases, constants, rules, menus })
    }

    /// Finds names that mean nothing.
    fn check_names(&mut self) {
        for (line, name) in std::mem::take(&mut self.named) {
            if GIVEN.contains(&&*name) || self.set.contains(&name) {
                continue;
            }
            let known = self.set.iter().map(|name| &**name).chain(GIVEN);
            let near = nearest(&name, known).map(|near| format!("; did you mean {{{near}}}?"));
            let help = near.unwrap_or_else(|| {
                format!("; `ask {name}: ...`, {{{name}}} in a pattern or `set: {name} = ...` would")
            });
            let message = format!("nothing sets {{{name}}}{help}");
            self.mistakes.push(Mistake { line, message });
        }
        for (line, name) in std::mem::take(&mut self.gone_to) {
            if self.menus.iter().any(|menu| menu.name == name) {
                continue;
            }
            let near = nearest(&name, self.menus.iter().map(|menu| &*menu.name));
            let help = match near {
                Some(near) => format!("; did you mean `{near}`?"),
                None => format!("; `menu: {name}` begins one"),
            };
            self.mistakes
                .push(Mistake { line, message: format!("there is no menu `{name}`{help}") });
        }
    }
}

/// What a line begins with, and the name that stands behind `ask`.
fn key(word: &str) -> Result<(Key, &str), Refused> {
    let digits: String = word.chars().map(ordinary).collect();
    if !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()) {
        let number = digits.parse().ok().filter(|number| *number < 1000);
        let number = number
            .ok_or_else(|| Refused(format!("choices are numbered 0 to 999, got `{word}`")))?;
        return Ok((Key::Choice(number), ""));
    }
    let plain = word.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    for (english, chinese, key) in KEYS {
        if plain == english || plain == chinese {
            return Ok((key, ""));
        }
    }
    if let Some(name) =
        word.get(..3).filter(|ask| ask.eq_ignore_ascii_case("ask")).map(|_| &word[3..])
        && name.starts_with(char::is_whitespace)
    {
        return Ok((Key::Ask, name.trim()));
    }
    if let Some(name) = word.strip_prefix('问') {
        return Ok((Key::Ask, name.trim()));
    }
    let near = nearest(&plain, KEYS.iter().map(|(english, ..)| *english));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "expected `when`, `say`, `ask`, `go to`, `hand over`, `end`, `menu`, a number, \
                 `greeting`, `goodbye`, `default` or `set`"
            .to_owned(),
    };
    Err(Refused(format!("unknown word `{}`; {help}", shortened(word))))
}

/// The one of these that is most like `word`, if any is.
fn nearest<'a>(word: &str, all: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = all.map(|other| {
        // Two letters the wrong way round.
        let slip = other.len() > 2 && strsim::osa_distance(word, other) == 1;
        (if slip { 1.0 } else { strsim::jaro_winkler(word, other) }, other)
    });
    let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.filter(|(score, _)| *score > 0.8).map(|(_, other)| other)
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    short
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
