//! The page that shows what is in a folder without an `index.html`.

use super::target::segment;
use crate::files::Entry;

/// The listing of a folder, as HTML; `title` is its path as the peer may see it.
pub(super) fn page(title: &str, top: bool, entries: &[Entry]) -> String {
    let title = escape(title);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body>\n<h1>{title}</h1>\n<ul>\n"
    );
    if !top {
        page.push_str("<li><a href=\"../\">../</a></li>\n");
    }
    for entry in entries.iter().filter(|entry| !entry.name.starts_with('.')) {
        let slash = if entry.folder { "/" } else { "" };
        let (link, name) = (segment(&entry.name), escape(&entry.name));
        page.push_str(&format!("<li><a href=\"{link}{slash}\">{name}{slash}</a></li>\n"));
    }
    page.push_str("</ul>\n</body>\n</html>\n");
    page
}

/// Text that is shown as it is, whatever it holds.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_and_never_run() {
        let entry = |name: &str, folder| Entry { name: name.to_owned(), folder };
        let entries = [
            entry("<script>alert(1)</script>", false),
            entry("a\" onclick=\"x", false),
            entry("docs", true),
            entry(".secret", false),
        ];
        let page = page("/a<b/", false, &entries);
        assert!(page.contains("<h1>/a&lt;b/</h1>"));
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;</a>"));
        assert!(!page.contains("<script>") && !page.contains("\" onclick"));
        assert!(page.contains("<a href=\"docs/\">docs/</a>") && page.contains("\"../\""));
        assert!(!page.contains("secret"));
    }
}
