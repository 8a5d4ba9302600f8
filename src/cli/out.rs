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
