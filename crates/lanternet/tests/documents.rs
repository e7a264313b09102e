//! README and GUIDE tell the truth: every command in them is run, and its output compared.
//!
//! A block of ```` ```console ```` holds commands behind `$ ` and what they print. A line `...` stands
//! for any number of lines. A block of ```` ```yaml ```` whose first line is a comment with a file
//! name is written to that file for the commands after it. Everything runs in a folder of its own
//! that sees the repository's `labs`.
//!
//! With the environment variable `UPDATE_DOCUMENTS` set, what the commands print is written into
//! the blocks (except those with a `...`), so that a reviewer sees the change.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A document, and how its commands are run.
struct Document {
    path: PathBuf,
    folder: PathBuf,
    update: bool,
    wrong: Vec<String>,
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn every_command_in_the_readme_prints_what_the_readme_says() {
    Document::new("README.md").check();
}

#[test]
fn every_command_in_the_guide_prints_what_the_guide_says() {
    Document::new("GUIDE.md").check();
}

impl Document {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("documents-{name}"));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("the target folder can be written");
        let labs = repository().join("labs").canonicalize().expect("the repository has labs");
        std::os::unix::fs::symlink(labs, folder.join("labs")).expect("a link to the labs");
        let update = std::env::var_os("UPDATE_DOCUMENTS").is_some();
        Self { path: repository().join(name), folder, update, wrong: Vec::new() }
    }

    fn check(mut self) {
        let text = std::fs::read_to_string(&self.path).expect("the document is there");
        let mut lines = text.lines();
        let mut new = String::new();
        let mut commands = 0;
        while let Some(line) = lines.next() {
            let _ = writeln!(new, "{line}");
            let Some(language) = line.strip_prefix("```").filter(|word| !word.is_empty()) else {
                continue;
            };
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            match language {
                "console" => {
                    commands += block.iter().filter(|line| line.starts_with("$ ")).count();
                    new += &self.console(&block);
                }
                "yaml" => {
                    self.save(&block);
                    new += &block.iter().map(|line| format!("{line}\n")).collect::<String>();
                }
                _ => new += &block.iter().map(|line| format!("{line}\n")).collect::<String>(),
            }
            new += "```\n";
        }
        assert!(commands > 0, "{} has no commands", self.path.display());
        if self.update && new != text {
            std::fs::write(&self.path, new).expect("the document can be written");
        }
        assert!(self.wrong.is_empty(), "{}:\n{}", self.path.display(), self.wrong.join("\n"));
    }

    /// A lab in the text, for the commands after it.
    fn save(&self, block: &[&str]) {
        let name = block.first().and_then(|line| line.strip_prefix("# "));
        if let Some(name) = name.filter(|name| name.ends_with(".yaml") && !name.contains(' ')) {
            let text: String = block.iter().map(|line| format!("{line}\n")).collect();
            let path = self.folder.join(Path::new(name).file_name().expect("a file name"));
            std::fs::write(path, text).expect("the folder can be written");
        }
    }

    /// Runs the commands of a block; returns the block as it should be.
    fn console(&mut self, block: &[&str]) -> String {
        let mut new = String::new();
        let mut rest = block;
        while let [command, after @ ..] = rest {
            let end = after.iter().position(|line| line.starts_with("$ ")).unwrap_or(after.len());
            let (expected, next) = after.split_at(end);
            rest = next;
            let command = command.strip_prefix("$ ").expect("a block begins with a command");
            let printed = self.run(command);
            let elided = expected.contains(&"...");
            if !matches(expected, &printed.lines().collect::<Vec<_>>()) && (!self.update || elided)
            {
                let expected = expected.join("\n");
                self.wrong.push(format!("$ {command}\nexpected:\n{expected}\ngot:\n{printed}"));
            }
            let _ = writeln!(new, "$ {command}");
            if elided {
                expected.iter().for_each(|line| new += &format!("{line}\n"));
            } else {
                new += &printed;
            }
        }
        new
    }

    /// Both streams of a command, in a shell whose `lanternet` is the one under test.
    fn run(&self, command: &str) -> String {
        let command = command
            .replace("cargo run --release -- ", "lanternet ")
            .replace("cargo install --path crates/lanternet", "true");
        let bin = Path::new(env!("CARGO_BIN_EXE_lanternet")).parent().expect("a folder");
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
        let output = Command::new("bash")
            .args(["-c", &format!("{{ {command}; }} 2>&1")])
            .current_dir(&self.folder)
            .env("PATH", path)
            .env("LANG", "C.UTF-8")
            .env_remove("LC_ALL")
            .env_remove("LANGUAGE")
            .output()
            .expect("bash is there");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }
}

/// Whether the lines are as expected, where `...` stands for any number of lines.
fn matches(expected: &[&str], printed: &[&str]) -> bool {
    match expected {
        [] => printed.is_empty(),
        ["...", rest @ ..] => (0..=printed.len()).any(|skip| matches(rest, &printed[skip..])),
        [line, rest @ ..] => {
            printed.first().is_some_and(|first| first == line) && matches(rest, &printed[1..])
        }
    }
}
