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
