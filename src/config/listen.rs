//! Where something is served.

use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;

/// Where connections come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// At `host:port`.
    Tcp(String),
    /// At a Unix socket with this absolute path.
    Unix(PathBuf),
    /// At a socket that systemd has opened (systemd.socket(5)).
    Systemd,
}

impl Display for Listen {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => f.write_str(address),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Systemd => f.write_str("systemd"),
        }
    }
}
