//! Tables: columns as wide as what is in them; on a terminal no wider than that.

use std::io::IsTerminal;

use console::Term;

/// The width where nothing says how wide the terminal is.
const WIDTH: usize = 100;

/// A table with a head; on a terminal cells are cut so that a row stays on a line.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    if !std::io::stdout().is_terminal() {
        return fitted(head, rows, usize::MAX);
    }
    let said = std::env::var("COLUMNS").ok();
    let said = said.and_then(|columns| columns.parse().ok());
    let own = || Term::stdout().size_checked();
    let width = said.or_else(|| own().map(|(_, columns)| usize::from(columns)));
    fitted(head, rows, width.unwrap_or(WIDTH).clamp(60, 400))
}

fn fitted(head: &[&str], rows: &[Vec<String>], width: usize) -> String {
    let columns = head.len();
    let cell =
        |row: &[String], column: usize| row.get(column).map_or(0, |cell| cell.chars().count());
    let mut widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter()
                .map(|row| cell(row, column))
                .chain([head[column].chars().count()])
                .max()
                .unwrap_or_default()
        })
        .collect();
    let room = width.saturating_sub(2 * columns.saturating_sub(1));
    while widths.iter().sum::<usize>() > room
        && let Some(widest) = widths.iter_mut().max().filter(|widest| **widest > 12)
    {
        *widest -= 1;
    }
    let mut out = String::new();
    let head: Vec<String> = head.iter().map(|text| (*text).to_owned()).collect();
    for row in std::iter::once(&head).chain(rows) {
        let mut line = String::new();
        for (column, width) in widths.iter().enumerate() {
            let text = row.get(column).map(String::as_str).unwrap_or_default();
            let text = fit(&text.replace(['\n', '\t'], " "), *width);
            let pad = width.saturating_sub(text.chars().count());
            line.push_str(&text);
            line.extend(std::iter::repeat_n(' ', pad + 2));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// A text of at most so many characters; what is cut off is marked.
fn fit(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::{WIDTH, fitted};

    #[test]
    fn rows_stay_on_a_line_and_columns_align() {
        let long = "parola ".repeat(40);
        let text = fitted(
            &["date", "title"],
            &[
                vec!["2025-09-09".into(), long],
                vec!["–".into(), "breve".into()],
            ],
            WIDTH,
        );
        assert!(
            text.lines().all(|line| line.chars().count() <= 100),
            "{text}"
        );
        assert!(
            text.lines()
                .skip(1)
                .all(|line| line.chars().nth(12).is_some_and(|c| c != ' ')),
            "{text}"
        );
    }
}
