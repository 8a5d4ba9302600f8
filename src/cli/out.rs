//! Words for people. A reader who went away and a full disk are no reason to panic, as `println!` would.

/// `say!("…")` writes a line to standard output, `say!(err, "…")` to standard error.
macro_rules! say {
    (err, $($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($text)*);
    }};
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
}

pub(super) use say;

/// So many of something: `1 source`, `2 sources`.
pub(super) fn count(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}
