//! Resolves names for the HTTP client, which thereby connects to permitted addresses only.
//!
//! The client connects to exactly what is returned here, so a name that changes its answer between two looks
//! gains nothing. It is never asked about addresses written as numbers: [`super::http`] checks those.

use std::net::SocketAddr;
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

use super::FetchError;
use super::address::permitted;

/// The system's resolver behind a check of its answers.
pub(super) struct Resolver {
    allow: Arc<[IpNet]>,
}

impl Resolver {
    /// A resolver that also returns addresses of the `allow` networks.
    pub(super) fn new(allow: Arc<[IpNet]>) -> Self {
        Self { allow }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow = Arc::clone(&self.allow);
        Box::pin(async move {
            let name = name.as_str();
            // The client replaces port 0 by the address's own.
            let found = lookup_host((name, 0))
                .await
                .map_err(|error| unknown(name, &error.to_string()))?;
            let vetted = vet(name, found, &allow)?;
            Ok(Box::new(vetted.into_iter()) as Addrs)
        })
    }
}

/// The permitted ones of a name's addresses; an error if there are none.
fn vet(
    name: &str,
    found: impl Iterator<Item = SocketAddr>,
    allow: &[IpNet],
) -> Result<Vec<SocketAddr>, FetchError> {
    let (vetted, refused): (Vec<_>, Vec<_>) =
        found.partition(|socket| permitted(socket.ip(), allow));
    match (vetted.is_empty(), refused.first()) {
        (false, _) => Ok(vetted),
        (true, Some(socket)) => Err(FetchError::Address {
            address: socket.ip(),
            name: Some(name.to_owned()),
        }),
        (true, None) => Err(unknown(name, "no address")),
    }
}

/// The C library says what it was doing before it says what was wrong; only the latter is kept.
fn unknown(name: &str, error: &str) -> FetchError {
    let reason = error.rsplit(": ").next().unwrap_or(error).to_lowercase();
    FetchError::Resolve {
        name: name.to_owned(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn sockets(addresses: &[&str]) -> Vec<SocketAddr> {
        addresses
            .iter()
            .map(|address| SocketAddr::new(address.parse().unwrap(), 0))
            .collect()
    }

    #[test]
    fn of_a_mixed_answer_only_the_public_addresses_are_used() {
        let found = sockets(&[
            "127.0.0.1",
            "93.184.215.14",
            "::ffff:10.0.0.1",
            "2a00:1450::1",
        ]);
        let vetted = vet("mixed.test", found.into_iter(), &[]).unwrap();
        assert_eq!(vetted, sockets(&["93.184.215.14", "2a00:1450::1"]));
    }

    #[test]
    fn an_answer_without_a_public_address_is_refused_with_the_address() {
        let error = vet(
            "inside.test",
            sockets(&["10.0.0.1", "::1"]).into_iter(),
            &[],
        )
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "the name inside.test leads to 10.0.0.1, which is not public (fetch.allow opens it)"
        );
    }

    #[test]
    fn an_empty_answer_is_an_unknown_name() {
        let error = vet("void.test", [].into_iter(), &[]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the name void.test was not found (no address)"
        );
    }

    #[test]
    fn the_reason_of_a_failed_look_up_is_kept_short() {
        let error = unknown(
            "gone.test",
            "failed to lookup address information: Name or service not known",
        );
        assert_eq!(
            error.to_string(),
            "the name gone.test was not found (name or service not known)"
        );
    }
}
