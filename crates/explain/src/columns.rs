//! Columns that line up on a terminal, where a Chinese character takes two cells.

use unicode_width::UnicodeWidthStr;

/// The number of terminal cells that a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text with spaces behind it up to `cells` cells; a longer text is unchanged.
pub fn pad(text: &str, cells: usize) -> String {
    let spaces = cells.saturating_sub(width(text));
    format!("{text}{:spaces$}", "")
}

/// Rows as lines, each cell but a row's last padded to its column's width, two spaces between
/// columns and `indent` spaces in front. Rows may be of different lengths; no line ends in spaces.
pub fn table<const N: usize>(indent: usize, rows: &[[String; N]]) -> String {
    let widths: [usize; N] =
        std::array::from_fn(|column| rows.iter().map(|row| width(&row[column])).max().unwrap_or(0));
    let mut out = String::new();
    for row in rows {
        let cells: Vec<String> =
            row.iter().zip(widths).map(|(cell, cells)| pad(cell, cells)).collect();
        out += format!("{:indent$}{}", "", cells.join("  ")).trim_end();
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_and_latin_cells_line_up() {
        let rows =
            [["网络".into(), "a".into()], ["mask".into(), "b".into()], ["掩".into(), "".into()]];
        assert_eq!(table(2, &rows), "  网络  a\n  mask  b\n  掩\n");
        assert_eq!(pad("掩码", 2), "掩码");
    }
}
