//! What systemd is told (sd_notify(3)); nothing happens where there is none.

use sd_notify::NotifyState;

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!("systemd was not told: {error}");
    }
}

/// The daemon serves and polls.
pub(super) fn ready() {
    tell(&[NotifyState::Ready]);
}

/// The configuration is being read again.
pub(super) fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(_) => tell(&[NotifyState::Reloading]),
    }
}

/// The daemon is on its way out.
pub(super) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// The line that `systemctl status` shows.
pub(super) fn status(line: &str) {
    tell(&[NotifyState::Status(line)]);
}

/// The main loop turns.
pub(super) fn alive() {
    if std::env::var_os("WATCHDOG_USEC").is_some() {
        tell(&[NotifyState::Watchdog]);
    }
}
