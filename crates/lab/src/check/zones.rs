//! Master files: what `serve dns` would refuse.

use lanternet_apps::Command;
use lanternet_apps::command::Serve;
use lanternet_net::dns::resolver::parse_hints;
use lanternet_net::dns::zone::{Zone, ZoneError};

use crate::diagnostic::{Code, Diagnostic};
use crate::lab::{File, FileSource, Lab};

/// Mistakes in the files that servers of names read, each file once.
pub(super) fn zones(lab: &Lab, out: &mut Vec<Diagnostic>) {
    let mut seen: Vec<&str> = Vec::new();
    for program in &lab.programs {
        let Command::Serve(Serve::Dns(args)) = &program.command else { continue };
        for zone in &args.zone {
            let Some(file) = file(lab, &zone.file, &mut seen) else { continue };
            let text = String::from_utf8_lossy(&file.content);
            tell(file, Zone::parse(&text, zone.origin.as_ref()).err(), out);
        }
        if let Some(file) = args.root_hints.as_ref().and_then(|path| file(lab, path, &mut seen)) {
            let text = String::from_utf8_lossy(&file.content);
            tell(file, parse_hints(&text).err(), out);
        }
    }
}

/// The file at this path, unless it was looked at before.
fn file<'a>(lab: &'a Lab, path: &str, seen: &mut Vec<&'a str>) -> Option<&'a File> {
    let path = lanternet_apps::files::normalize(path).ok()?;
    let file = lab.files.iter().find(|file| file.path.value == path)?;
    if seen.contains(&file.path.value.as_str()) {
        return None;
    }
    seen.push(&file.path.value);
    Some(file)
}

fn tell(file: &File, errors: Option<Vec<ZoneError>>, out: &mut Vec<Diagnostic>) {
    for error in errors.into_iter().flatten() {
        let (span, label) = match &file.source {
            FileSource::Lab(_) => (file.path.span, "in this file"),
            FileSource::Folder => (file.path.span, "in the file of this name"),
        };
        let path = &file.path.value;
        out.push(
            Diagnostic::new(Code::BadZone, format!("`{path}`, {error}"), span, label)
                .help(error.help),
        );
    }
}
