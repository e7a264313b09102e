//! The assistant's rules: of a file, which may be changed while the server runs, or built in.

use std::sync::{Arc, Mutex, PoisonError};

use crate::assistant::rules::LARGEST_FILE;
use crate::assistant::{Language, Rules};
use crate::console::Console;
use crate::disk::OpenFile;
use crate::text;

/// Where the rules come from.
#[derive(Debug)]
pub(super) enum Answers {
    /// In the language of each customer.
    BuiltIn {
        en: Arc<Rules>,
        zh: Arc<Rules>,
    },
    File {
        path: String,
        latest: Mutex<Latest>,
    },
}

#[derive(Debug)]
pub(super) struct Latest {
    bytes: Arc<[u8]>,
    rules: Arc<Rules>,
    /// The trouble that was told last.
    told: Option<String>,
}

impl Answers {
    /// Reads the file, where there is one.
    ///
    /// # Errors
    /// A line to print.
    pub(super) async fn load<C: Console>(console: &C, path: Option<&str>) -> Result<Self, String> {
        let built_in = |language| Arc::new(Rules::built_in(language));
        let Some(path) = path else {
            return Ok(Self::BuiltIn { en: built_in(Language::En), zh: built_in(Language::ZhCn) });
        };
        let bytes = read(console, path).await?;
        let rules = Arc::new(parse(path, &bytes)?);
        let latest = Mutex::new(Latest { bytes, rules, told: None });
        Ok(Self::File { path: path.to_owned(), latest })
    }

    /// The rules as they are now. When the file has become wrong, those that it had before; that is told
    /// once.
    pub(super) async fn now<C: Console>(&self, console: &C, language: Language) -> Arc<Rules> {
        let (path, latest): (&str, _) = match (self, language) {
            (Self::BuiltIn { en, .. }, Language::En) => return Arc::clone(en),
            (Self::BuiltIn { zh, .. }, Language::ZhCn) => return Arc::clone(zh),
            (Self::File { path, latest }, _) => (path, latest),
        };
        let bytes = read(console, path).await;
        let mut latest = latest.lock().unwrap_or_else(PoisonError::into_inner);
        let trouble = match bytes {
            Ok(bytes) if bytes == latest.bytes => None,
            Ok(bytes) => {
                let parsed = parse(path, &bytes);
                latest.bytes = bytes;
                match parsed {
                    Ok(rules) => {
                        latest.rules = Arc::new(rules);
                        latest.told = None;
                        None
                    }
                    Err(trouble) => Some(trouble),
                }
            }
            Err(trouble) => Some(trouble),
        };
        if let Some(trouble) = trouble.filter(|trouble| latest.told.as_ref() != Some(trouble)) {
            console.error(&format!("serve portal: {trouble}; the rules before it stay"));
            latest.told = Some(trouble);
        }
        Arc::clone(&latest.rules)
    }
}

async fn read<C: Console>(console: &C, path: &str) -> Result<Arc<[u8]>, String> {
    let reading = async {
        let file = console.open_file(path).await?;
        let mut bytes = Vec::new();
        // One more than fits, so that what is too large is told.
        while bytes.len() <= LARGEST_FILE {
            let part = file.read_at(bytes.len() as u64, LARGEST_FILE + 1 - bytes.len()).await?;
            if part.is_empty() {
                break;
            }
            bytes.extend_from_slice(&part);
        }
        std::io::Result::Ok(bytes.into())
    };
    reading.await.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("{path}: there is no such file"),
        _ => format!("{path}: {}", text::describe(&error)),
    })
}

fn parse(path: &str, bytes: &[u8]) -> Result<Rules, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("{path}: {error}"))?;
    Rules::parse(text, Language::En).map_err(|error| format!("{path}:\n{error}"))
}
