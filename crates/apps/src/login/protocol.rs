//! The rules of a login conversation, without I/O: [`Conversation`].
//!
//! The server speaks first. What it says are lines; when it wants an answer it sends a [`Prompt`], which
//! is a line without a line end, and no other line begins like one. So a person at netcat, a script that
//! only sends and receives, and a program that looks for prompts are all served alike.

use crate::users::{Password, TooMany};

/// The longest line that a client sends, in bytes. A password may have half of it.
pub const LONGEST_LINE: usize = 1024;

/// What the server asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// The name to log in with.
    Name,
    /// The password that goes with it.
    Password,
    /// What to do next.
    Choice,
    /// What to say to the assistant.
    You,
    /// The password of before, to change it.
    OldPassword,
    /// The password from now on.
    NewPassword,
    /// The same again.
    Again,
}

impl Prompt {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Name,
        Self::Password,
        Self::Choice,
        Self::You,
        Self::OldPassword,
        Self::NewPassword,
        Self::Again,
    ];

    /// What stands at the end of what was sent.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Name => "name: ",
            Self::Password => "password: ",
            Self::Choice => "> ",
            Self::You => "you: ",
            Self::OldPassword => "old password: ",
            Self::NewPassword => "new password: ",
            Self::Again => "new password again: ",
        }
    }

    /// Whether nobody should see the answer.
    pub const fn is_secret(self) -> bool {
        matches!(self, Self::Password | Self::OldPassword | Self::NewPassword | Self::Again)
    }
}

/// What the server says when the client is to speak the upload protocol now.
pub const UPLOAD_NOW: &str = "upload: now, in its own protocol";

/// How the lines begin, in any capitals, behind which a server closes without having let anybody in.
const REFUSALS: [&str; 6] =
    ["wrong", "too many", "nobody can", "you are logged in", "this took", "the server stops"];

/// Whether a line of a server says that nobody was let in. Foreign servers say what they like; this is
/// what ours says, and what is usual.
pub fn is_refusal(line: &[u8]) -> bool {
    let begins = |with: &&str| {
        line.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with.as_bytes()))
    };
    REFUSALS.iter().any(begins)
}

/// What the server does next.
#[derive(Debug)]
pub enum Then {
    /// Sends this prompt and waits for a line.
    Ask(Prompt),
    /// Checks a name and a password; then [`Conversation::checked`].
    Check {
        /// As it was sent.
        name: String,
        /// As it was sent.
        password: Password,
    },
    /// Tells who is here; then [`Conversation::menu`].
    Who,
    /// Opens the assistant; then [`Conversation::assistant`] with what it says first.
    OpenAssistant,
    /// Gives this to the assistant; then [`Conversation::assistant`] with its answer.
    Assistant(String),
    /// Receives files; then [`Conversation::menu`].
    Upload,
    /// Checks the old password and takes the new one; then [`Conversation::menu`].
    Change {
        /// The one of before.
        old: Password,
        /// The one from now on.
        new: Password,
    },
    /// Closes.
    End,
}

/// What to say, and what to do then.
#[derive(Debug)]
pub struct Step {
    /// Whole lines, or nothing.
    pub say: String,
    /// After that.
    pub then: Then,
}

/// What came of checking a name and a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// They belong together; with this to say.
    Right(String),
    /// They do not.
    Wrong,
    /// Not checked: too many attempts.
    TooMany(TooMany),
    /// Not checked: the server cannot.
    Unavailable,
    /// Right, but this user has too many sessions already.
    TooManySessions(usize),
}

/// What is offered after the login, besides who is here, another password and logging out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    /// The assistant.
    pub assistant: bool,
    /// Uploads to the user's own folder.
    pub upload: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Assistant,
    Upload,
    Who,
    Password,
    Out,
}

impl Choice {
    const fn word(self) -> &'static str {
        match self {
            Self::Assistant => "assistant",
            Self::Upload => "upload",
            Self::Who => "who",
            Self::Password => "password",
            Self::Out => "q",
        }
    }

    const fn meaning(self) -> &'static str {
        match self {
            Self::Assistant => "talk with the assistant",
            Self::Upload => "send files to your folder",
            Self::Who => "see who is here",
            Self::Password => "change your password",
            Self::Out => "log out",
        }
    }
}

/// Where one client is.
#[derive(Debug)]
pub struct Conversation {
    offers: Offers,
    /// Tries that are left.
    tries: u32,
    state: State,
}

#[derive(Debug)]
enum State {
    Name,
    Password { name: String },
    Menu,
    Assistant,
    OldPassword,
    NewPassword { old: Password },
    Again { old: Password, new: Password },
}

impl Conversation {
    /// A client that has just connected may try so often.
    pub const fn new(offers: Offers, tries: u32) -> Self {
        Self { offers, tries, state: State::Name }
    }

    /// What is said first; `host` is what the server is called.
    pub fn greet(&self, host: &str) -> Step {
        let at = if host.is_empty() { String::new() } else { format!(" to {host}") };
        Step {
            say: format!("Welcome{at}. Please log in; q quits.\n"),
            then: Then::Ask(Prompt::Name),
        }
    }

    /// The client sent this line, without its line end.
    pub fn heard(&mut self, line: &[u8]) -> Step {
        let secret = matches!(
            self.state,
            State::Password { .. }
                | State::OldPassword
                | State::NewPassword { .. }
                | State::Again { .. }
        );
        // A password is what it is, with its spaces; and no password is as short as `q`.
        let quits = matches!(line.trim_ascii(), b"q" | b"Q");
        let text = match std::str::from_utf8(line) {
            Ok(text) => text,
            // Nobody's name, and nobody's password: it is checked like any other.
            Err(_) if secret => "",
            Err(_) => "\u{fffd}",
        };
        let password = || Password::new(text.to_owned());
        match std::mem::replace(&mut self.state, State::Menu) {
            State::Name | State::Password { .. } if quits => end("Goodbye.\n"),
            State::Name => {
                self.state = State::Password { name: text.trim().to_owned() };
                ask(Prompt::Password)
            }
            State::Password { name } => {
                Step { say: String::new(), then: Then::Check { name, password: password() } }
            }
            State::Menu if quits => end("Goodbye.\n"),
            State::Menu => self.choose(text),
            State::Assistant => {
                self.state = State::Assistant;
                Step { say: String::new(), then: Then::Assistant(text.to_owned()) }
            }
            State::OldPassword | State::NewPassword { .. } | State::Again { .. } if quits => {
                self.menu("Your password stays.\n")
            }
            State::OldPassword => {
                self.state = State::NewPassword { old: password() };
                ask(Prompt::NewPassword)
            }
            State::NewPassword { old } => {
                self.state = State::Again { old, new: password() };
                ask(Prompt::Again)
            }
            State::Again { old, new } => match new.expose() == text {
                true => Step { say: String::new(), then: Then::Change { old, new } },
                false => {
                    self.menu("The two new passwords are not the same; your password stays.\n")
                }
            },
        }
    }

    /// What came of [`Then::Check`].
    pub fn checked(&mut self, checked: Checked) -> Step {
        self.state = State::Name;
        match checked {
            Checked::Right(say) => {
                let menu = self.menu("");
                Step { say: say + &menu.say, ..menu }
            }
            Checked::Wrong => {
                self.tries = self.tries.saturating_sub(1);
                match self.tries {
                    0 => end("Wrong name or password, for the last time. Goodbye.\n"),
                    1 => again("Wrong name or password. One more try.\n"),
                    tries => again(&format!("Wrong name or password. {tries} more tries.\n")),
                }
            }
            Checked::TooMany(TooMany(wait)) => end(&format!(
                "Too many attempts; nothing was checked. Come back in {}. Goodbye.\n",
                waiting(wait.millis().div_ceil(1000))
            )),
            Checked::Unavailable => end("Nobody can log in at the moment. Goodbye.\n"),
            Checked::TooManySessions(most) => end(&format!(
                "You are logged in {most} times already, which is the limit. Goodbye.\n"
            )),
        }
    }

    /// Says this, and what there is to choose.
    pub fn menu(&mut self, say: &str) -> Step {
        self.state = State::Menu;
        let mut say = say.to_owned();
        for (number, choice) in self.choices() {
            let number = number.map_or(String::new(), |number| number.to_string());
            say.push_str(&format!("  {number:1} {:9}  {}\n", choice.word(), choice.meaning()));
        }
        Step { say, then: Then::Ask(Prompt::Choice) }
    }

    /// The assistant said this, and perhaps it was its last word.
    pub fn assistant(&mut self, text: &str, ended: bool) -> Step {
        // None of its lines can begin like a prompt.
        let said: String = text.lines().map(|line| format!("assistant: {line}\n")).collect();
        match ended {
            true => self.menu(&said),
            false => {
                self.state = State::Assistant;
                Step { say: said, then: Then::Ask(Prompt::You) }
            }
        }
    }

    fn choices(&self) -> Vec<(Option<usize>, Choice)> {
        let Offers { assistant, upload } = self.offers;
        let mut choices = Vec::new();
        for (offered, choice) in [
            (assistant, Choice::Assistant),
            (upload, Choice::Upload),
            (true, Choice::Who),
            (true, Choice::Password),
        ] {
            if offered {
                choices.push((Some(choices.len() + 1), choice));
            }
        }
        choices.push((None, Choice::Out));
        choices
    }

    fn choose(&mut self, text: &str) -> Step {
        let text = text.trim();
        let meant = |(number, choice): &(Option<usize>, Choice)| {
            text.eq_ignore_ascii_case(choice.word())
                || number.is_some_and(|number| text == number.to_string())
        };
        let Some((_, choice)) = self.choices().into_iter().find(meant) else {
            return self.menu(if text.is_empty() { "" } else { "There is no such choice.\n" });
        };
        let then = match choice {
            Choice::Assistant => {
                self.state = State::Assistant;
                Then::OpenAssistant
            }
            Choice::Upload => Then::Upload,
            Choice::Who => Then::Who,
            Choice::Password => {
                self.state = State::OldPassword;
                Then::Ask(Prompt::OldPassword)
            }
            Choice::Out => return end("Goodbye.\n"),
        };
        Step { say: String::new(), then }
    }
}

const fn ask(prompt: Prompt) -> Step {
    Step { say: String::new(), then: Then::Ask(prompt) }
}

fn again(say: &str) -> Step {
    Step { say: say.to_owned(), then: Then::Ask(Prompt::Name) }
}

fn end(say: &str) -> Step {
    Step { say: say.to_owned(), then: Then::End }
}

/// `40 s`, `5 min`.
fn waiting(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        _ => format!("{} min", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests;
