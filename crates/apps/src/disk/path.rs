//! Which texts are paths within a folder.

use std::io;

/// The longest name of a file on the file systems of this day, in bytes (Linux's `NAME_MAX`).
const LONGEST_NAME: usize = 255;

/// The path as it is, if it is one: relative, `/` between its parts, none of them empty, `.` or `..`,
/// no control characters, no backslash (a separator elsewhere).
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] with what is wrong.
pub fn checked(path: &str) -> io::Result<&str> {
    let wrong = |why: &str| Err(io::Error::new(io::ErrorKind::InvalidInput, why.to_owned()));
    if path.is_empty() {
        return wrong("a path names something, got nothing");
    }
    if path.chars().any(|c| c.is_control() || c == '\\') {
        return wrong("a path has no control characters and no backslash");
    }
    for part in path.split('/') {
        match part {
            "" => return wrong("a path is relative and has no empty parts"),
            "." | ".." => return wrong("a path has no parts `.` or `..`"),
            _ if part.len() > LONGEST_NAME => {
                return wrong("a name of a file has at most 255 bytes");
            }
            _ => {}
        }
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_in_its_folder() {
        for path in ["a", "a b", "报告.txt", "a/b/c", "..a", "a:b"] {
            assert_eq!(checked(path).unwrap(), path);
        }
        let long = "x".repeat(256);
        for path in ["", "/etc", "a/../b", "..", ".", "a//b", "a/", "a\\b", "a\nb", "a\0b", &long] {
            assert_eq!(checked(path).unwrap_err().kind(), io::ErrorKind::InvalidInput, "{path:?}");
        }
    }
}
