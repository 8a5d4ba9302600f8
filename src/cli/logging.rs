//! Where the log goes: to the journal under systemd, else as lines on standard error.

use std::io::IsTerminal;

use super::out::say;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

/// Starts the log. `RASSEGNA_LOG` sets what is logged (`warn`, `info`, `rassegna=debug`); else `otherwise`.
pub(super) fn start(otherwise: &str) {
    const VARIABLE: &str = "RASSEGNA_LOG";
    let filter = EnvFilter::try_from_env(VARIABLE).unwrap_or_else(|error| {
        if std::env::var_os(VARIABLE).is_some_and(|said| !said.is_empty()) {
            say!(
                err,
                "warning: {VARIABLE} is not understood, `{otherwise}` is used: {error}"
            );
        }
        EnvFilter::new(otherwise)
    });
    let journal = std::env::var_os("JOURNAL_STREAM").and_then(|_| tracing_journald::layer().ok());
    let lines = journal.is_none().then(|| {
        let terminal = std::io::stderr().is_terminal();
        fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(terminal)
            .with_target(false)
            .log_internal_errors(false)
            .boxed()
    });
    // A second start, as in tests, keeps the first log.
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(journal)
        .with(lines)
        .try_init();
}
