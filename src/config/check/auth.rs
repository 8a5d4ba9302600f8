//! Secrets: fetches them from where they are, and says what to do where they are not.

use super::Secrets;
use crate::config::Auth;
use crate::config::leaf::{self, any};
use crate::config::problem::Report;
use crate::config::tree::{Node, Table};

/// What proves who asks; nothing where the secret cannot be had, which is reported.
pub(super) fn auth(table: &Table, secrets: &Secrets<'_>, report: &mut Report) -> Option<Auth> {
    if let Some(bearer) = table.node("bearer") {
        return secret(bearer, any, secrets, report).map(Auth::Bearer);
    }
    let (user, password) = basic(table.table("basic")?, secrets, report)?;
    Some(Auth::Basic(user, password))
}

/// A user and a password (RFC 7617).
pub(super) fn basic(
    table: &Table,
    secrets: &Secrets<'_>,
    report: &mut Report,
) -> Option<(String, String)> {
    let user = table.read("user", leaf::user)?;
    secret(table.node("password")?, any, secrets, report).map(|password| (user, password))
}

/// Texts under names, where a text may be a secret; nothing of those that cannot be had, which are reported.
pub(super) fn texts(
    table: &Table,
    meaning: Meaning,
    secrets: &Secrets<'_>,
    report: &mut Report,
) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for (name, entry) in &table.0 {
        let text = match entry.node.text() {
            Some(text) => meaning(text).ok(),
            None => secret(&entry.node, meaning, secrets, report),
        };
        texts.extend(text.map(|text| (name.clone(), text)));
    }
    texts
}

/// What a text means, or why it means nothing.
type Meaning = fn(&str) -> Result<String, String>;

fn secret(
    node: &Node,
    meaning: Meaning,
    secrets: &Secrets<'_>,
    report: &mut Report,
) -> Option<String> {
    let table = node.table()?;
    let (found, expected) = if let Some(name) = table.read("credential", leaf::credential) {
        let expected =
            format!("expected `LoadCredential={name}:/path/of/the/secret` in the systemd unit");
        (credential(&name, secrets), expected)
    } else {
        let name = table.read("env", leaf::variable)?;
        let found =
            (secrets.variable)(&name).ok_or_else(|| format!("the variable `{name}` is not set"));
        (
            found.and_then(|text| sound(&text, &format!("the variable `{name}`"))),
            format!("expected `{name}` in the environment"),
        )
    };
    let found = found.and_then(|text| meaning(&text));
    if !secrets.needed {
        return found.ok();
    }
    found
        .map_err(|message| report.at_secret(node.place, message, expected))
        .ok()
}

fn credential(name: &str, secrets: &Secrets<'_>) -> Result<String, String> {
    let folder = secrets.credentials.as_ref();
    let folder = folder
        .ok_or_else(|| format!("no credential `{name}`: `$CREDENTIALS_DIRECTORY` is not set"))?;
    let text = std::fs::read_to_string(folder.join(name))
        .map_err(|error| format!("no credential `{name}` in {}: {error}", folder.display()))?;
    sound(&text, &format!("the credential `{name}`"))
}

/// A secret without the line's end that most editors leave; it must fit into a header.
fn sound(text: &str, what: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err(format!("{what} is empty")),
        text if text.contains(|c: char| c.is_control()) => {
            Err(format!("{what} has more than one line"))
        }
        text => Ok(text.to_owned()),
    }
}
