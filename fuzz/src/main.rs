//! `lanternet-fuzz TARGET [--seconds N] [--seed N]` runs a target for a while, 60 seconds if not
//! told otherwise; `lanternet-fuzz TARGET FILE...` tries the inputs in files; `--write-seeds DIR`
//! writes the inputs to start from, for other fuzzers. See README.md.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use lanternet_fuzz::{TARGETS, Target, runner};

const USAGE: &str = "usage: lanternet-fuzz TARGET [--seconds N] [--seed N] | TARGET FILE... | TARGET --write-seeds DIR";

/// Where inputs that made a target panic are put.
const ARTIFACTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/artifacts");

fn main() -> ExitCode {
    match parse() {
        Ok(job) => job.run(),
        Err(message) => {
            eprintln!("{message}\n{USAGE}\ntargets: {}", TARGETS.map(|t| t.name).join(", "));
            ExitCode::from(2)
        }
    }
}

struct Job {
    target: Target,
    seconds: u64,
    seed: u64,
    files: Vec<PathBuf>,
    write_seeds: Option<PathBuf>,
}

fn parse() -> Result<Job, String> {
    let mut args = std::env::args().skip(1);
    let name = args.next().ok_or("no target")?;
    let target = TARGETS.into_iter().find(|target| target.name == name);
    let target = target.ok_or_else(|| format!("no target is called `{name}`"))?;
    let mut job = Job { target, seconds: 60, seed: 1, files: Vec::new(), write_seeds: None };
    while let Some(arg) = args.next() {
        let number = match arg.as_str() {
            "--seconds" => &mut job.seconds,
            "--seed" => &mut job.seed,
            "--write-seeds" => {
                job.write_seeds =
                    Some(args.next().ok_or("--write-seeds needs a directory")?.into());
                continue;
            }
            _ => {
                job.files.push(arg.into());
                continue;
            }
        };
        let value = args.next().ok_or_else(|| format!("{arg} needs a number"))?;
        *number = value.parse().map_err(|_| format!("{arg} needs a number, got `{value}`"))?;
    }
    Ok(job)
}

impl Job {
    fn run(self) -> ExitCode {
        if let Some(directory) = &self.write_seeds {
            return exit(write_seeds(self.target, directory));
        }
        if !self.files.is_empty() {
            return self.replay();
        }
        let end = Instant::now() + Duration::from_secs(self.seconds);
        // The clock is asked once in a while only.
        match runner::run(self.target, self.seed, |n| n % 64 != 0 || Instant::now() < end) {
            Ok(tried) => {
                println!("{}: {tried} inputs, nothing found", self.target.name);
                ExitCode::SUCCESS
            }
            Err(failure) => {
                let name = self.target.name;
                let file = Path::new(ARTIFACTS).join(format!("{name}-{}.input", failure.tried));
                let written = std::fs::create_dir_all(ARTIFACTS)
                    .and_then(|()| std::fs::write(&file, &failure.input));
                match written {
                    Ok(()) => eprintln!("try it again: lanternet-fuzz {name} {}", file.display()),
                    Err(error) => eprintln!("{}: {error}: {:02x?}", file.display(), failure.input),
                }
                ExitCode::FAILURE
            }
        }
    }

    /// Without a net, so that AFL and a debugger see the panic.
    fn replay(self) -> ExitCode {
        for file in &self.files {
            match std::fs::read(file) {
                Ok(input) => (self.target.run)(&input),
                Err(error) => {
                    eprintln!("{}: {error}", file.display());
                    return ExitCode::from(2);
                }
            }
        }
        ExitCode::SUCCESS
    }
}

fn write_seeds(target: Target, directory: &Path) -> io::Result<()> {
    std::fs::create_dir_all(directory)?;
    for (number, seed) in (target.seeds)().iter().enumerate() {
        std::fs::write(directory.join(format!("seed-{number}")), seed)?;
    }
    Ok(())
}

fn exit(done: io::Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
