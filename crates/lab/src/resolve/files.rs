//! The files that programs read: those of `files:`, and those in the lab's folder.

use std::io;
use std::ops::Range;

use lanternet_apps::files::normalize;

use super::Resolver;
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::document::{FilePath, FileText, Map};
use crate::lab::{File, FileSource};
use crate::names::some_of;
use crate::span::{Span, Spanned};

/// What is at a path of the lab's folder: the file, or all the files in the folder of that name and
/// below, each with its path from the lab's folder.
pub type FilesAt = Vec<(String, Vec<u8>)>;

impl Resolver<'_> {
    /// Takes the files that the lab has itself, and asks for the others that its programs name.
    pub(super) fn files(
        &mut self,
        own: &Map<FilePath, Spanned<FileText>>,
        folder: &mut dyn FnMut(&str) -> io::Result<FilesAt>,
    ) {
        for (path, text) in &own.0 {
            let Some(text) = text else { continue };
            let path = Spanned::new(path.value.0.clone(), path.span);
            if let Some(first) = self.lab.files.iter().find(|file| file.path.value == path.value) {
                self.out.push(
                    Diagnostic::new(
                        Code::DuplicateName,
                        format!("two files are called `{}`", path.value),
                        path.span,
                        "the second one",
                    )
                    .and(first.path.span, "the first one")
                    .help("give one of them another name"),
                );
                continue;
            }
            let content = text.value.0.value.as_bytes().into();
            let source = FileSource::Lab(text.value.0.clone());
            self.lab.files.push(File { path, content, source });
        }
        let mut used = vec![false; self.lab.files.len()];
        let mut asked: Vec<String> = Vec::new();
        for (written, span) in self.named_files() {
            let path = match normalize(&written) {
                Ok(path) => path,
                Err(error) => {
                    self.out.push(
                        Diagnostic::new(
                            Code::MissingFile,
                            format!("{error}: `{written}`"),
                            span,
                            "not a file of this lab",
                        )
                        .help("put it beside the lab file, or into `files:` of the lab"),
                    );
                    continue;
                }
            };
            let mut found = false;
            for (file, used) in self.lab.files.iter().zip(&mut used) {
                if lies_at(&file.path, &path) {
                    (found, *used) = (true, true);
                }
            }
            if !found && !asked.contains(&path) {
                match folder(&path) {
                    Ok(files) => self.add_folder(files, span),
                    Err(error) if error.kind() == io::ErrorKind::NotFound && self.made(&path) => {}
                    Err(error) => self.missing(&path, span, &error),
                }
                asked.push(path);
            }
        }
        if !self.lost_programs {
            for (file, _) in self.lab.files.iter().zip(used).filter(|(_, used)| !used) {
                self.out.push(
                    Diagnostic::new(
                        Code::NoEffect,
                        format!("no program reads `{}`", file.path.value),
                        file.path.span,
                        "not named in any `run:`",
                    )
                    .help("name it in a command line such as `serve dns --zone PATH`"),
                );
            }
        }
    }

    /// The paths in the programs' command lines, with their places.
    fn named_files(&self) -> Vec<(String, Span)> {
        let programs = self.lab.programs.iter().flat_map(|program| {
            program.command.files().into_iter().map(|path| {
                let at: Option<Range<usize>> =
                    program.run.value.find(path).map(|at| at..at + path.len());
                let span = at.map_or(program.run.span, |at| program.run.span_of(at));
                (path.to_owned(), span)
            })
        });
        programs.collect()
    }

    /// Whether a program makes the file, so that it need not be there before.
    fn made(&self, path: &str) -> bool {
        let mut made = self.lab.programs.iter().filter_map(|program| program.command.makes());
        made.any(|made| normalize(made).is_ok_and(|made| made == path))
    }

    fn add_folder(&mut self, files: FilesAt, span: Span) {
        for (path, content) in files {
            let Ok(path) = normalize(&path) else { continue };
            if self.lab.files.iter().all(|file| file.path.value != path) {
                let (path, content) = (Spanned::new(path, span), content.into());
                self.lab.files.push(File { path, content, source: FileSource::Folder });
            }
        }
    }

    fn missing(&mut self, path: &str, span: Span, error: &io::Error) {
        let own = || self.lab.files.iter().map(|file| file.path.value.as_str());
        let help = did_you_mean(path, own()).unwrap_or_else(|| match own().next() {
            Some(_) => format!("the lab has {}", some_of(own())),
            None => "put it beside the lab file, or into the lab itself: `files:`, and below it \
                     the path, `: |` and the text"
                .to_owned(),
        });
        let why = match error.kind() {
            io::ErrorKind::NotFound => "there is no such file".to_owned(),
            _ => error.to_string(),
        };
        self.out.push(
            Diagnostic::new(
                Code::MissingFile,
                format!("cannot read the file `{path}`: {why}"),
                span,
                "neither under `files` nor beside the lab file",
            )
            .help(help),
        );
    }
}

/// Whether a file is the one of this path, or in the folder of this path.
fn lies_at(file: &str, path: &str) -> bool {
    file.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
