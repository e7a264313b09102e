//! Reading a lab file: from a path to a checked lab, with everything that is wrong on standard
//! error.

use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use lanternet::lab_folder::LabFolder;
use lanternet_explain::{Catalogue, Explained, args};
use lanternet_lab::{Diagnostics, Lab};
use miette::{GraphicalReportHandler, GraphicalTheme};

use crate::command::Context;
use crate::failure::Failure;

/// No lab that a person writes is longer, and a wrong path may lead to something endless.
const LIMIT: u64 = 16 << 20;
/// More labs than this are no help to somebody who mistyped a name.
const MOST_LABS: usize = 12;

/// The argument of every command that works on a lab.
#[derive(Debug, clap::Args)]
pub(crate) struct LabFile {
    /// Lab file, such as labs/two-dorms.yaml, or - for standard input
    #[arg(value_name = "LAB")]
    path: PathBuf,
}

impl LabFile {
    /// Reads and checks the lab. Its warnings come with it.
    pub(crate) fn load(&self, context: &Context) -> Result<(Lab, Diagnostics), Failure> {
        let text = self.read().map_err(|error| {
            let path = self.name();
            let catalogue = &context.catalogue;
            // A list of labs helps somebody who named the wrong file.
            let wrong_file =
                matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::IsADirectory);
            let labs = if wrong_file { labs_near(&self.path) } else { None };
            Failure::BadInput(Explained {
                message: catalogue.text("command-cannot-read", &args!(path, error)),
                help: labs.map(|labs| catalogue.text("command-labs-beside", &args!(labs))),
            })
        })?;
        let folder = LabFolder::of(&self.path);
        lanternet_lab::parse_in(&text, &self.name(), &mut |path| folder.files_at(path))
            .map_err(Failure::BadLab)
    }

    /// The path as it was written, or that it is standard input, for messages.
    pub(crate) fn name(&self) -> String {
        if self.is_stdin() { "standard input".to_owned() } else { self.path.display().to_string() }
    }

    fn is_stdin(&self) -> bool {
        self.path.as_os_str() == "-"
    }

    fn read(&self) -> io::Result<String> {
        let mut bytes = Vec::new();
        let read = if self.is_stdin() {
            io::stdin().lock().take(LIMIT + 1).read_to_end(&mut bytes)?
        } else {
            std::fs::File::open(&self.path)?.take(LIMIT + 1).read_to_end(&mut bytes)?
        };
        if read as u64 > LIMIT {
            let message = format!("longer than {} MiB", LIMIT >> 20);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
            let message = format!("no text in UTF-8 (line {line}); a lab is a YAML text file");
            io::Error::new(io::ErrorKind::InvalidData, message)
        })
    }
}

/// The lab files in the folder that was named instead of one, or in which one was looked for in
/// vain.
fn labs_near(path: &Path) -> Option<String> {
    let folder = match path.parent() {
        _ if path.is_dir() => path,
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let entries = std::fs::read_dir(folder).ok()?;
    let mut labs: Vec<String> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let yaml = path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
            let name = || path.file_name().map(|name| name.to_string_lossy().into_owned());
            (yaml && path.is_file()).then(name)?
        })
        .collect();
    labs.sort();
    if labs.len() > MOST_LABS {
        labs.truncate(MOST_LABS);
        labs.push("...".to_owned());
    }
    (!labs.is_empty()).then(|| labs.join(", "))
}

/// Says on standard error that a lab has warnings, for commands that are about something else.
pub(crate) fn hint(diagnostics: &Diagnostics, lab: &LabFile, catalogue: &Catalogue) {
    if diagnostics.is_empty() {
        return;
    }
    let (file, warnings) = (lab.name(), diagnostics.warnings());
    let hint = catalogue.text("command-warnings", &args!(file, count warnings));
    // Nobody is left to tell when even this cannot be written.
    let _ = writeln!(io::stderr(), "lanternet: {hint}");
}

/// Writes everything that is wrong with a lab to standard error: underlined and coloured on a
/// terminal that can, plain otherwise.
pub(crate) fn report(diagnostics: &Diagnostics) {
    let mut err = io::stderr().lock();
    let colour = err.is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let text = if colour {
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode())
            .with_width(100)
            .with_links(false);
        let mut text = String::new();
        for report in diagnostics.reports() {
            // A `String` takes whatever is written.
            let _ = handler.render_report(&mut text, &report);
            text.push('\n');
        }
        text
    } else {
        diagnostics.plain()
    };
    // Nobody is left to tell when even this cannot be written.
    let _ = err.write_all(text.as_bytes());
}
