//! The committed schema and the example configurations are those of the program.

use std::fs;
use std::process::Command;

fn rassegna(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_rassegna"))
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn the_committed_schema_is_what_the_program_prints() {
    let printed = rassegna(&["schema"]);
    assert!(printed.status.success());
    let committed = fs::read("config/schema.json").unwrap();
    assert!(
        committed == printed.stdout,
        "run `cargo run -- schema > config/schema.json`"
    );
}

#[test]
fn the_example_configurations_are_accepted() {
    for file in ["config/rassegna.toml", "config/demo.toml"] {
        let output = rassegna(&["check", "--config", file]);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "{file}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(
            said.starts_with("ok: ") && said.contains(" sources, "),
            "{said}"
        );
    }
}

/// The files of `config/sources`.
fn catalogue() -> Vec<std::path::PathBuf> {
    let files = fs::read_dir("config/sources").unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn every_file_of_the_catalogue_is_accepted_and_says_that_it_was_not_tried() {
    let files = catalogue();
    assert!(files.len() > 20, "{}", files.len());
    for file in files {
        let said = rassegna(&["check", "--config", &file.to_string_lossy()]);
        let errors = String::from_utf8_lossy(&said.stderr);
        assert!(said.status.success(), "{}: {errors}", file.display());
        let text = fs::read_to_string(&file).unwrap();
        let top: Vec<&str> = text
            .lines()
            .take_while(|line| line.starts_with('#'))
            .collect();
        assert!(
            top.join("\n").contains("not tried against the live site"),
            "{}",
            file.display()
        );
        assert!(!text.contains(".example"), "{}", file.display());
    }
}

#[test]
fn the_whole_catalogue_makes_one_configuration() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("all.toml");
    let sources = fs::canonicalize("config/sources").unwrap();
    let include = format!("include = [\"{}/*.toml\"]\n", sources.display());
    fs::write(&file, include).unwrap();
    let output = rassegna(&["check", "--config", &file.to_string_lossy()]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
}

/// What stands in the comments of the example is as valid as what does not.
#[test]
fn the_commented_keys_of_the_example_are_accepted() {
    let example = fs::read_to_string("config/rassegna.toml").unwrap();
    let (_, after) = example.split_once("# [source.agenzia]").unwrap();
    let block: Vec<&str> = after
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('#'))
        .map(|line| line.strip_prefix("# ").unwrap_or_default())
        .collect();
    // Rules of one kind and one way to prove who asks are allowed at a time.
    for left_out in [["json.", "auth.bearer"], ["listing.", "auth.basic"]] {
        let kept = block
            .iter()
            .filter(|line| !left_out.iter().any(|key| line.starts_with(key)));
        let lines: Vec<&str> = kept.copied().collect();
        let mut text = format!("[source.agenzia]\n{}", lines.join("\n"));
        if left_out.contains(&"listing.") {
            text = text.replace("= \"listing\"", "= \"json\"");
        }
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("example.toml");
        fs::write(&file, &text).unwrap();
        fs::write(place.path().join("agenzia"), "a secret").unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_rassegna"))
            .args(["check", "--config", &file.to_string_lossy()])
            .env("CREDENTIALS_DIRECTORY", place.path())
            .env("AGENZIA_TOKEN", "another")
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
    }
}

/// Collects the names of a schema's properties.
fn keys(schema: &serde_json::Value, found: &mut std::collections::BTreeSet<String>) {
    match schema {
        serde_json::Value::Object(map) => {
            if let Some(properties) = map.get("properties").and_then(|all| all.as_object()) {
                found.extend(properties.keys().cloned());
            }
            map.values().for_each(|value| keys(value, found));
        }
        serde_json::Value::Array(list) => list.iter().for_each(|value| keys(value, found)),
        _ => {}
    }
}

#[test]
fn the_example_has_every_key() {
    let example = fs::read_to_string("config/rassegna.toml").unwrap();
    let schema = fs::read_to_string("config/schema.json").unwrap();
    let mut found = std::collections::BTreeSet::new();
    keys(&serde_json::from_str(&schema).unwrap(), &mut found);
    assert!(found.len() > 60, "{}", found.len());
    let words: std::collections::HashSet<&str> = example
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .collect();
    let missing: Vec<&String> = found
        .iter()
        .filter(|key| !words.contains(key.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_broken_configuration_ends_with_2_and_says_where_and_what() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("rassegna.toml");
    fs::write(
        &file,
        "[schedule]\nevry = \"30m\"\n[source.a]\nurl = \"ftp://a.example/\"\nlanguage = \"it\"\n",
    )
    .unwrap();
    let output = rassegna(&["check", "--config", &file.to_string_lossy()]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("rassegna.toml:2:1") && said.contains("did you mean `every`?"),
        "{said}"
    );
    assert!(
        said.contains("rassegna.toml:4:"),
        "both problems are shown: {said}"
    );
}

#[test]
fn looking_needs_no_secrets_and_polling_says_which_is_missing() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("rassegna.toml");
    let source = "[source.a]\nurl = \"https://a.example/\"\nlanguage = \"it\"\nauth.bearer = { credential = \"a\" }\n";
    fs::write(&file, source).unwrap();
    let name = file.to_string_lossy().into_owned();
    let data = place.path().to_string_lossy().into_owned();
    let looked = rassegna(&["status", "--config", &name, "--data", &data]);
    // There is no database yet, which is another matter.
    assert_eq!(
        looked.status.code(),
        Some(3),
        "{}",
        String::from_utf8_lossy(&looked.stderr)
    );
    let polled = rassegna(&["once", "--config", &name, "--data", &data]);
    let said = String::from_utf8_lossy(&polled.stderr);
    assert_eq!(polled.status.code(), Some(2), "{said}");
    assert!(said.contains("credential `a`"), "{said}");
}
