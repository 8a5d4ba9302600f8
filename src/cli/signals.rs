//! What the system tells a process: SIGTERM and Ctrl-C to stop, SIGHUP to read the configuration again.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::daemon;

/// The signals of this process.
pub(super) struct System {
    term: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl System {
    /// Starts to listen; from now on the signals don't end the process by themselves.
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }
}

impl daemon::Signals for System {
    async fn next(&mut self) -> daemon::Signal {
        tokio::select! {
            _ = self.term.recv() => daemon::Signal::Stop,
            _ = self.interrupt.recv() => daemon::Signal::Stop,
            _ = self.hang_up.recv() => daemon::Signal::Reload,
        }
    }
}
