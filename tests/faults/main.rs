//! Faults of sources, from a program that serves them, each as a source of the real daemon. A harness of its own, so
//! that "did not run" is said and is not counted as passed.
//!
//! `RASSEGNA_ORIGIN` names the program; `RASSEGNA_FAULTS` says which faults: nothing, those that are quick; `all`; or
//! names with commas between.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::panic
)]

mod crowd;
mod flood;
mod one;
mod origin;
mod site;
mod table;
mod wanted;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;

use one::Row;
use origin::{Origin, Program};
use site::Site;
use wanted::Case;

/// So many quick faults run beside each other; with `all` they run one by one, for their own figures.
const BESIDE: usize = 16;

fn main() -> ExitCode {
    let Some(program) = Program::named() else {
        println!("fault tests: did NOT run, because RASSEGNA_ORIGIN does not name a fault origin");
        return ExitCode::SUCCESS;
    };
    let asked = std::env::var("RASSEGNA_FAULTS").unwrap_or_default();
    let folder = tempfile::tempdir().unwrap();
    let certificates = program.certificates(folder.path()).then_some(folder.path());
    if certificates.is_none() {
        println!("fault tests: those of TLS did NOT run, because there are no certificates");
    }
    let faults = Origin::start(&program, false, certificates);
    let sound = Origin::start(&program, false, None);
    let cases = wanted::cases(&program.list(), &faults, certificates.is_some());
    let all = asked == "all";
    let (chosen, left_out): (Vec<Case>, Vec<Case>) =
        cases.into_iter().partition(|case| match asked.as_str() {
            "all" => true,
            "" => !case.is_left_out(),
            names => names.split(',').any(|name| name == case.name),
        });
    if asked.is_empty() {
        let names: Vec<&str> = left_out.iter().map(|case| case.name.as_str()).collect();
        println!(
            "left out ({}; RASSEGNA_FAULTS=all runs them, and many at once): {}",
            names.len(),
            names.join(" ")
        );
    }
    let trusted = certificates.map(|folder| folder.join("ca.crt"));
    let trusted = trusted.as_deref();
    let (slow, quick): (Vec<Case>, Vec<Case>) = chosen.into_iter().partition(Case::is_slow);
    // What is stepped for one of these, another one may be asking for.
    let (last, quick): (Vec<Case>, Vec<Case>) = quick.into_iter().partition(Case::leans_on_another);
    let mut rows = side_by_side(slow.len(), slow, &faults, &sound, trusted);
    let beside = if all { 1 } else { BESIDE };
    rows.extend(side_by_side(beside, quick, &faults, &sound, trusted));
    // Two of them may step the same fault.
    rows.extend(side_by_side(1, last, &faults, &sound, trusted));
    let mut failed = table::faults(&rows);
    let chosen = |name: &str| all || asked.split(',').any(|asked| asked == name);
    if chosen("crowd") {
        failed += table::crowd(&crowd::run(&program, &sound));
    }
    if asked.is_empty() || chosen("flood") {
        failed += table::flood(&flood::run(&faults));
    }
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Runs cases, so many at a time, each with a daemon of its own.
fn side_by_side(
    beside: usize,
    cases: Vec<Case>,
    faults: &Origin,
    sound: &Origin,
    trusted: Option<&Path>,
) -> Vec<Row> {
    let waiting = Mutex::new(VecDeque::from(cases));
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..beside {
            scope.spawn(|| {
                loop {
                    let Some(case) = waiting.lock().unwrap().pop_front() else {
                        return;
                    };
                    let mut site = Site::new();
                    site.trusted = trusted.map(Path::to_owned);
                    site.fetch = case.fetch;
                    let row =
                        catch_unwind(AssertUnwindSafe(|| one::run(&case, faults, sound, &site)));
                    let row = row.unwrap_or_else(|_| Row {
                        name: case.name.clone(),
                        group: case.group.clone(),
                        wanted: case.wanted.word(),
                        got: "nothing",
                        complaints: vec!["the test of it stopped, see above".to_owned()],
                        ..Row::default()
                    });
                    done.lock().unwrap().push(row);
                }
            });
        }
    });
    let mut rows = done.into_inner().unwrap();
    rows.sort_by(|a, b| (&a.group, &a.name).cmp(&(&b.group, &b.name)));
    rows
}
