//! `rassegna verify`

use std::time::Duration;

use chrono::Utc;
use clap::Args;

use super::out::say;
use super::{Exit, Place, block_on, failed, logging};
use crate::daemon::data_folder;
use crate::pipeline::verify;
use crate::store::{Access, Fault, Lock, Proof, Store};

/// So often it looks again while a daemon runs: what it publishes meanwhile is no fault.
const LOOKS: u32 = 6;
/// And so long it waits between two looks, longer than a daemon collects changes.
const BETWEEN: Duration = Duration::from_secs(3);

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    place: Place,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Proves that nothing was published twice and all of it is accounted for; only looks.
pub(super) fn run(options: &Options) -> Result<(), Exit> {
    logging::start("error");
    let config = std::sync::Arc::new(options.place.config.load_to_look()?);
    let data = data_folder(options.place.data.as_deref());
    let (path, root) = (
        data.join(&config.store.path),
        data.join(&config.publish.directory),
    );
    let proof = block_on(async {
        let mut looked = 0;
        let mut lasting: Option<Vec<Fault>> = None;
        loop {
            // Each look has a connection of its own: a snapshot that was broken off ends with it.
            let store = Store::open(&path, Access::Read).map_err(failed)?;
            let mut proof = verify(&store, &config, &root, Utc::now())
                .await
                .map_err(|error| {
                    say!(err, "error: {error}");
                    Exit::Store
                })?;
            if let Some(lasting) = lasting {
                proof.faults.retain(|fault| lasting.contains(fault));
            }
            looked += 1;
            if proof.faults.is_empty() || looked == LOOKS || !Lock::is_taken(&path) {
                return Ok(proof);
            }
            lasting = Some(proof.faults);
            tokio::time::sleep(BETWEEN).await;
        }
    })?;
    if options.json {
        say!("{}", as_json(&proof));
    } else {
        show(&proof);
    }
    if proof.faults.is_empty() {
        Ok(())
    } else {
        Err(Exit::Failed)
    }
}

fn show(proof: &Proof) {
    let count = |name: &str| {
        let many = proof.counts.get(name).copied().unwrap_or_default();
        match (many, name) {
            (1, "ledger entries") => "1 ledger entry".to_owned(),
            (1, "entries in files") => "1 entry in files".to_owned(),
            (1, "stories") => "1 story".to_owned(),
            (1, "addresses") => "1 address".to_owned(),
            (1, name) => format!("1 {}", name.strip_suffix('s').unwrap_or(name)),
            _ => format!("{many} {name}"),
        }
    };
    say!("database    {}", count("tables and indexes"));
    say!(
        "identities  {}, {}, {}, {}",
        count("items"),
        count("identity keys"),
        count("stories"),
        count("addresses")
    );
    say!(
        "ledger      {}, {}, {}",
        count("feeds"),
        count("ledger entries"),
        count("withdrawn keys")
    );
    say!(
        "published   {}, {}",
        count("files"),
        count("entries in files")
    );
    for fault in &proof.faults {
        say!("fault: {}\n       {}", fault.what, fault.remedy);
    }
    match proof.faults.len() {
        0 => say!(
            "ok: no entry and no address twice, all of it in the ledgers, every file as the database gives it"
        ),
        1 => say!("1 fault"),
        faults => say!("{faults} faults"),
    }
}

fn as_json(proof: &Proof) -> serde_json::Value {
    let faults = proof
        .faults
        .iter()
        .map(|fault| serde_json::json!({ "what": fault.what, "remedy": fault.remedy }));
    serde_json::json!({
        "ok": proof.faults.is_empty(),
        "checked": proof.counts,
        "faults": faults.collect::<Vec<_>>(),
    })
}
