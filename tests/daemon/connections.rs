//! What clients may do to a connection, by mistake or not: each gets a plain answer or is let go, and the others are
//! served on.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::serving::{serving, serving_as};
use super::support::{Site, wait};

const PATH: &str = "/it/atom.xml";

/// The status of the first answer; nothing where there is none.
fn status(answer: &str) -> Option<u16> {
    let line = answer.strip_prefix("HTTP/1.1 ")?;
    line.get(..3)?.parse().ok()
}

fn answers(text: &str) -> usize {
    text.matches("HTTP/1.1 ").count()
}

/// Whether a connection is closed within a time, whatever comes before that.
fn closes(stream: &mut TcpStream, within: Duration) -> bool {
    stream.set_read_timeout(Some(within)).unwrap();
    let mut bytes = [0; 65_536];
    loop {
        match stream.read(&mut bytes) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => {
                let waited = [std::io::ErrorKind::WouldBlock, std::io::ErrorKind::TimedOut];
                return !waited.contains(&error.kind());
            }
        }
    }
}

#[test]
fn what_is_no_request_is_refused_and_nothing_of_it_is_taken_for_another() {
    let (_origin, site, daemon) = serving();
    let head = format!("GET {PATH} HTTP/1.1\r\n");
    let hidden = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";
    for (what, request) in [
        ("no Host", format!("{head}\r\n")),
        ("two Hosts", format!("{head}Host: a\r\nHost: b\r\n\r\n")),
        (
            "a length and chunks",
            format!(
                "{head}Host: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
            ),
        ),
        (
            "chunks and a length",
            format!(
                "{head}Host: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{hidden}"
            ),
        ),
        (
            "two lengths",
            format!("{head}Host: x\r\nContent-Length: 0\r\nContent-Length: 37\r\n\r\n{hidden}"),
        ),
        (
            "a length that is none",
            format!("{head}Host: x\r\nContent-Length: +5\r\n\r\n{hidden}"),
        ),
        (
            "a coding that is none",
            format!("{head}Host: x\r\nTransfer-Encoding: xchunked\r\n\r\n{hidden}"),
        ),
        (
            "a body",
            format!(
                "{head}Host: x\r\nContent-Length: {}\r\n\r\n{hidden}",
                hidden.len()
            ),
        ),
        (
            "a space before the colon",
            format!("{head}Host: x\r\nX-A : b\r\n\r\n{hidden}"),
        ),
        (
            "a NUL",
            format!("{head}Host: x\r\nX-A: a\0b\r\n\r\n{hidden}"),
        ),
        (
            "a bare CR",
            format!("{head}Host: x\r\nX-A: a\rb\r\n\r\n{hidden}"),
        ),
        (
            "a folded field",
            format!("{head}Host: x\r\nX-A: a\r\n b\r\n\r\n{hidden}"),
        ),
        (
            "another protocol",
            format!("GET {PATH} HTTP/9.9\r\nHost: x\r\n\r\n{hidden}"),
        ),
        (
            "no protocol",
            format!("GET {PATH}\r\nHost: x\r\n\r\n{hidden}"),
        ),
        (
            "no method",
            format!(" {PATH} HTTP/1.1\r\nHost: x\r\n\r\n{hidden}"),
        ),
        (
            "two spaces",
            format!("GET  {PATH} HTTP/1.1\r\nHost: x\r\n\r\n{hidden}"),
        ),
        (
            "the beginning of TLS",
            "\x16\x03\x01\x02\0\x01\0\x01\u{fc}\x03\x03".to_owned(),
        ),
    ] {
        let answer = site.raw(request.as_bytes());
        assert_eq!(status(&answer), Some(400), "{what}: {answer}");
        assert_eq!(answers(&answer), 1, "{what}: {answer}");
    }
    // What is asked by another method has its answer, and its body is not read.
    for request in [
        format!("POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n{hidden}"),
        format!(
            "PUT {PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{hidden}"
        ),
    ] {
        let answer = site.raw(request.as_bytes());
        assert_eq!(
            (status(&answer), answers(&answer)),
            (Some(405), 1),
            "{answer}"
        );
    }
    daemon.stop();
}

#[test]
fn requests_have_a_size() {
    let (_origin, site, daemon) = serving();
    let get = |path: &str, fields: &str| {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{fields}\r\n");
        status(&site.raw(request.as_bytes()))
    };
    assert_eq!(
        get(PATH, &format!("X-A: {}\r\n", "a".repeat(10_000))),
        Some(200)
    );
    assert_eq!(
        get(PATH, &format!("X-A: {}\r\n", "a".repeat(17_000))),
        Some(431)
    );
    assert_eq!(get(PATH, &"X-A: a\r\n".repeat(60)), Some(200));
    assert_eq!(get(PATH, &"X-A: a\r\n".repeat(100)), Some(431));
    // The reason is heard even by those who send on for a while.
    assert_eq!(
        get(PATH, &format!("X-A: {}\r\n", "a".repeat(200_000))),
        Some(431)
    );
    assert_eq!(get(&format!("/{}", "a/".repeat(5_000)), ""), Some(404));
    assert_eq!(get(&format!("/{}", "a".repeat(100_000)), ""), Some(431));
    daemon.stop();
}

#[test]
fn no_spelling_of_a_path_leads_out() {
    let (_origin, site, daemon) = serving();
    for path in [
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2f..%2fetc%2fpasswd",
        "/..%5c..%5cetc%5cpasswd",
        "/%252e%252e%252fetc%252fpasswd",
        "/%c0%ae%c0%ae/etc/passwd",
        "//etc/passwd",
        "/./../etc/passwd",
        "/..;/..;/etc/passwd",
        "/it/../../rassegna.db",
        "/it/atom.xml%00.html",
        "/it/atom.xml/",
        "/it/.atom.xml.rassegna-unfinished",
        "/%00",
        "/%",
        "/%zz",
        "*",
        "http://x/../rassegna.db",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let answer = site.raw(request.as_bytes());
        assert_eq!(status(&answer), Some(404), "{path}: {answer}");
        assert!(
            !answer.contains("root:") && !answer.contains("SQLite"),
            "{path}"
        );
    }
    for path in ["file:///etc/passwd", "/\u{ff}\u{fe}", "etc/passwd"] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let answer = site.raw(request.as_bytes());
        assert!(
            matches!(status(&answer), Some(400 | 404)),
            "{path}: {answer}"
        );
    }
    let markup = site.public("GET", "/<script>alert(1)</script>", &[]);
    assert!(!markup.text().contains("<script>"));
    daemon.stop();
}

#[test]
fn requests_in_a_row_are_answered_in_their_order() {
    let (_origin, site, daemon) = serving();
    let paths = [PATH, "/nulla", "/it/rss.xml"];
    let mut requests = String::new();
    for number in 0..300 {
        let close = if number == 299 {
            "Connection: close\r\n"
        } else {
            ""
        };
        let path = paths[number % 3];
        requests.push_str(&format!("HEAD {path} HTTP/1.1\r\nHost: x\r\n{close}\r\n"));
    }
    let all = site.raw(requests.as_bytes());
    let found: Vec<&str> = all
        .lines()
        .filter(|line| line.starts_with("HTTP/1.1"))
        .collect();
    assert_eq!(found.len(), 300);
    for (number, line) in found.iter().enumerate() {
        let expected = [
            "HTTP/1.1 200 OK",
            "HTTP/1.1 404 Not Found",
            "HTTP/1.1 200 OK",
        ];
        assert_eq!(*line, expected[number % 3], "{number}");
    }
    daemon.stop();
}

#[test]
fn slow_and_idle_clients_are_let_go_and_hinder_nobody() {
    let mut site = Site::new();
    site.serve = "timeout = \"2s\"\n".into();
    let (_origin, site, daemon) = serving_as(site);
    let mut idle = site.connect();
    let mut kept = site.connect();
    let request = format!("HEAD {PATH} HTTP/1.1\r\nHost: x\r\n\r\n");
    kept.write_all(request.as_bytes()).unwrap();
    let mut slow: Vec<TcpStream> = (0..50).map(|_| site.connect()).collect();
    for stream in &mut slow {
        stream.write_all(b"GET / HTTP/1.1\r\nX-A: ").unwrap();
    }
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(4) {
        for stream in &mut slow {
            let _ = stream.write_all(b"a");
        }
        let asked = Instant::now();
        assert_eq!(site.public("GET", PATH, &[]).status, 200);
        assert!(asked.elapsed() < Duration::from_secs(1));
        sleep(Duration::from_millis(200));
    }
    for stream in slow.iter_mut().chain([&mut idle, &mut kept]) {
        assert!(closes(stream, Duration::from_secs(1)));
    }
    daemon.stop();
}

#[test]
fn a_client_that_takes_nothing_of_its_answer_is_let_go() {
    let mut site = Site::new();
    site.serve = "timeout = \"1s\"\n".into();
    let (_origin, site, daemon) = serving_as(site);
    let mut stream = site.connect();
    let requests = format!("GET {PATH} HTTP/1.1\r\nHost: x\r\n\r\n").repeat(1_000);
    // More is asked for than the system keeps for somebody who reads nothing.
    let begun = Instant::now();
    while stream.write_all(requests.as_bytes()).is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it is served on");
    }
    assert_eq!(site.public("GET", PATH, &[]).status, 200);
    daemon.stop();
}

#[test]
fn where_there_are_too_many_connections_the_longest_idle_one_makes_room() {
    let mut site = Site::new();
    site.serve = "connections = 16\n".into();
    let (_origin, site, daemon) = serving_as(site);
    let mut idle: Vec<TcpStream> = (0..100).map(|_| site.connect()).collect();
    for _ in 0..20 {
        assert_eq!(site.public("GET", PATH, &[]).status, 200);
    }
    assert!(
        idle[..80]
            .iter_mut()
            .all(|stream| closes(stream, Duration::from_secs(5)))
    );
    let metrics = site.admin("/metrics").unwrap().text();
    let line = |name: &str| {
        let series = format!("{name}{{address=\"listen\"}} ");
        let found = metrics.lines().find_map(|line| line.strip_prefix(&series));
        found.unwrap().parse::<u32>().unwrap()
    };
    assert!(line("rassegna_http_connections_open") <= 17, "{metrics}");
    assert!(
        line("rassegna_http_connections_displaced_total") >= 80,
        "{metrics}"
    );
    daemon.stop();
}

#[test]
fn stopping_lets_go_of_idle_clients_at_once_and_finishes_answers() {
    let (_origin, site, daemon) = serving();
    let mut idle = site.connect();
    let mut kept = site.connect();
    let request = format!("HEAD {PATH} HTTP/1.1\r\nHost: x\r\n\r\n");
    kept.write_all(request.as_bytes()).unwrap();
    let mut first = [0; 12];
    kept.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    // Asked and not yet read.
    let mut busy = site.connect();
    busy.write_all(format!("GET {PATH} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes())
        .unwrap();
    wait("it is answered", || {
        busy.peek(&mut first).is_ok_and(|count| count > 0)
    });
    let begun = Instant::now();
    daemon.stop();
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!(closes(&mut idle, Duration::from_secs(1)));
    assert!(closes(&mut kept, Duration::from_secs(1)));
    let mut text = String::new();
    let _ = busy.read_to_string(&mut text);
    assert!(
        text.ends_with("</feed>\n") || text.ends_with("</feed>"),
        "{text}"
    );
    assert!(TcpStream::connect(site.address()).is_err());
}
