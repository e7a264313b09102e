//! Which names a peer may give to a file.

use crate::disk;

/// The folder that holds files which are not whole yet. Nothing in it can be named by a peer.
pub const TEMPORARIES: &str = ".lanternet-upload";

/// The longest name with its folders, in bytes: a quarter of Linux's `PATH_MAX`, so that the folder
/// it goes to has room too.
pub const LONGEST_NAME: usize = 1024;

/// So many folders deep a file may lie.
pub const DEEPEST: usize = 32;

/// The name as it is, if a file may have it: a path that stays in its folder
/// ([`checked`](disk::checked)), not too long, and not among the files that are under way.
///
/// # Errors
/// What is wrong with it.
pub fn checked(name: &str) -> Result<&str, String> {
    if name.len() > LONGEST_NAME {
        return Err(format!(
            "a name has at most {LONGEST_NAME} bytes, this one has {}",
            name.len()
        ));
    }
    disk::checked(name).map_err(|error| error.to_string())?;
    if name.split('/').count() > DEEPEST {
        return Err(format!("a name has at most {DEEPEST} parts"));
    }
    // Some file systems do not tell capital letters from small ones.
    if name.split('/').any(|part| part.eq_ignore_ascii_case(TEMPORARIES)) {
        return Err(format!("`{TEMPORARIES}` is where files lie that are not whole yet"));
    }
    Ok(name)
}

/// The name with a number in it, as browsers do: `report (1).pdf`. Never longer than a name may be.
pub(super) fn numbered(name: &str, number: u32) -> String {
    /// Linux's `NAME_MAX`.
    const LONGEST_PART: usize = 255;
    let (folder, file) = match name.rsplit_once('/') {
        Some((folder, file)) => (Some(folder), file),
        None => (None, name),
    };
    let (stem, extension) = match file.rsplit_once('.') {
        // `.bashrc` has no extension.
        Some((stem, extension)) if !stem.is_empty() => (stem, format!(".{extension}")),
        _ => (file, String::new()),
    };
    let number = format!(" ({number})");
    let mut room = LONGEST_PART.saturating_sub(number.len() + extension.len()).min(stem.len());
    while !stem.is_char_boundary(room) {
        room -= 1;
    }
    let file = format!("{}{number}{extension}", &stem[..room]);
    folder.map_or(file.clone(), |folder| format!("{folder}/{file}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_the_folder_and_out_of_the_temporaries() {
        for name in ["a", "报告.txt", "a/b/c.txt", ".hidden", "a b", "x.lanternet-upload"] {
            assert_eq!(checked(name), Ok(name));
        }
        let deep = ["d"; 33].join("/");
        let long = ["x".repeat(200).as_str(); 6].join("/");
        for name in [
            "",
            "/",
            "/etc/passwd",
            "..",
            "../a",
            "a/../b",
            "a/..",
            "./a",
            "a//b",
            "a/",
            "a\0b",
            "a\nb",
            "..\\a",
            "C:\\a",
            ".lanternet-upload",
            ".lanternet-upload/x.part",
            ".Lanternet-Upload/x",
            "a/.lanternet-upload",
            &deep,
            &long,
        ] {
            assert!(checked(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_number_goes_before_the_extension() {
        assert_eq!(numbered("report.pdf", 1), "report (1).pdf");
        assert_eq!(numbered("a.b/report", 2), "a.b/report (2)");
        assert_eq!(numbered(".bashrc", 1), ".bashrc (1)");
        let long = format!("{}.txt", "报".repeat(83));
        let renamed = numbered(&long, 10);
        assert!(renamed.len() <= 255 && renamed.ends_with(" (10).txt"), "{renamed}");
    }
}
