//! `rassegna add` on real pages: what it writes is accepted, and gives again what the detection finds.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::thread;

use serde_json::Value;

/// The least share of pages on which it must hold.
const LEAST: f64 = 0.9;
/// What of an item must be the same.
const FIELDS: [&str; 5] = ["title", "url", "published", "summary", "image"];

/// The share of pages whose written source gives the detected items again, and how many of them have rules.
pub(crate) fn rules(corpus: &Path) -> String {
    let truths = super::find(&corpus.join("listings/pages"), ".json");
    let truths: Vec<Value> = truths
        .iter()
        .map(|file| {
            let mut truth = super::read(file);
            truth["file"] = file.with_extension("html").display().to_string().into();
            truth
        })
        .filter(|truth| truth["kind"] != "negative")
        .collect();
    // Plain HTTP, because a proxy sees no more than the host of anything else.
    let address = |truth: &Value| {
        truth["url"]
            .as_str()
            .unwrap()
            .replacen("https:", "http:", 1)
    };
    let pages = truths.iter().map(|truth| {
        let body = fs::read(truth["file"].as_str().unwrap()).unwrap();
        (url::Url::parse(&address(truth)).unwrap().to_string(), body)
    });
    let proxy = serve(pages.collect());
    let (mut held, mut ruled, mut failed) = (0_usize, 0_usize, Vec::new());
    for truth in &truths {
        match holds(&address(truth), &proxy) {
            Ok(rules) => {
                held += 1;
                ruled += usize::from(rules);
            }
            Err(why) => failed.push(format!("{}: {why}", truth["file"].as_str().unwrap())),
        }
    }
    let share = held as f64 / truths.len() as f64;
    for failure in &failed {
        println!("  {failure}");
    }
    assert!(
        share >= LEAST,
        "{held} of {} pages, at least {LEAST} is wanted",
        truths.len()
    );
    format!(
        "{held} of {} pages ({share:.4}) give the detected items again, {ruled} of them by rules",
        truths.len()
    )
}

/// Whether what is written for a page is accepted and gives the same items as the page without its rules; and whether
/// there are rules at all.
fn holds(address: &str, proxy: &str) -> Result<bool, String> {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("rassegna.toml");
    let head = format!(
        "include = [\"sources/*.toml\"]\n[site]\ntimezone = \"Europe/Rome\"\n\
         [fetch]\ngap = \"0s\"\nallow = [\"127.0.0.0/8\"]\nproxy = {{ url = \"{proxy}\" }}\n"
    );
    fs::write(&config, head).unwrap();
    let run = |arguments: &[&str]| -> Result<String, String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rassegna"));
        command.args(arguments).arg("--config").arg(&config);
        let Output {
            status,
            stdout,
            stderr,
        } = command.output().unwrap();
        let told = String::from_utf8_lossy(&stderr).trim().to_owned();
        status
            .success()
            .then(|| String::from_utf8(stdout).unwrap())
            .ok_or(format!("{}: {told}", arguments[0]))
    };
    run(&["add", address, "--id", "page"])?;
    run(&["check"])?;
    let items = || -> Result<Vec<Value>, String> {
        let answer: Value = serde_json::from_str(&run(&["inspect", "page", "--json"])?).unwrap();
        Ok(answer["items"].as_array().unwrap().clone())
    };
    let by_rules = items()?;
    let file = folder.path().join("sources/page.toml");
    let text = fs::read_to_string(&file).unwrap();
    let bare: String = text
        .lines()
        .filter(|line| !line.starts_with("listing."))
        .map(|line| format!("{line}\n"))
        .collect();
    fs::write(&file, &bare).unwrap();
    let detected = items()?;
    let kept = |items: &[Value]| -> Vec<Vec<Value>> {
        items
            .iter()
            .map(|item| FIELDS.iter().map(|field| item[field].clone()).collect())
            .collect()
    };
    if detected.is_empty() || kept(&by_rules) != kept(&detected) {
        return Err(format!(
            "{} items by rules, {} detected:\n{text}",
            by_rules.len(),
            detected.len()
        ));
    }
    Ok(text.contains("listing.item"))
}

/// A proxy that knows some pages and nothing else.
fn serve(pages: HashMap<String, Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let pages = Arc::new(pages);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let pages = Arc::clone(&pages);
            thread::spawn(move || drop(answer(&stream, &pages)));
        }
    });
    address
}

fn answer(mut stream: &TcpStream, pages: &HashMap<String, Vec<u8>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    let page = request
        .split(' ')
        .nth(1)
        .and_then(|address| pages.get(address));
    let status = if page.is_some() {
        "200 OK"
    } else {
        "404 Not Found"
    };
    let body = page.map(Vec::as_slice).unwrap_or_default();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)?;
    stream.flush()
}
