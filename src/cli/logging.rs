//! Where the log goes: to the journal under systemd, else as lines on standard error.

use std::io::IsTerminal;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

/// Starts the log. `RASSEGNA_LOG` sets what is logged (`warn`, `info`, `rassegna=debug`); else `otherwise`.
pub(super) fn start(otherwise: &str) {
    let filter =
        EnvFilter::try_from_env("RASSEGNA_LOG").unwrap_or_else(|_| EnvFilter::new(otherwise));
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
