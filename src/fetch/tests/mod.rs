//! The fetcher against servers on this machine that say, byte for byte, what a test wants them to say.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod kept;
mod special;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use url::Url;

use super::{Accept, FetchError, Fetched, Fetcher, Request};
use crate::config;
use crate::config::{Auth, Source};
use crate::model::{Page, Validators};

/// A server that answers each connection by a function of the request, and remembers the requests.
struct Server {
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (answer, requests) = (Arc::new(answer), Arc::clone(&seen));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, answer, requests) =
                    (stream.unwrap(), Arc::clone(&answer), Arc::clone(&requests));
                thread::spawn(move || {
                    let request = head(&mut stream);
                    requests.lock().unwrap().push(request.clone());
                    answer(&request, &mut stream);
                });
            }
        });
        Self { port, seen }
    }

    fn saying(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(move |_, stream| drop(stream.write_all(&answer)))
    }

    /// Its address by number; the name `localhost` is another origin.
    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn head(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.extend(byte);
    }
    String::from_utf8_lossy(&head).to_lowercase()
}

/// An answer with a body of the right length.
fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    answer.extend(body);
    answer
}

fn redirect(to: &str) -> Vec<u8> {
    answer("302 Found", &format!("Location: {to}\r\n"), b"elsewhere")
}

fn limits() -> config::Fetch {
    config::Fetch {
        concurrency: 8,
        per_host: 2,
        gap: Duration::ZERO,
        timeout: Duration::from_secs(10),
        max_body: 1000,
        allow: vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()],
        ..config::Fetch::default()
    }
}

fn fetcher() -> Fetcher {
    Fetcher::new(&limits(), "test/1").unwrap()
}

fn source(url: &str) -> Source {
    Source::unknown(Url::parse(url).unwrap())
}

/// A request for an address of a source of its own, which lives as long as the test program.
fn request<'a>(url: &'a Url, validators: &'a Validators) -> Request<'a> {
    of(
        Box::leak(Box::new(Source::unknown(url.clone()))),
        validators,
    )
}

/// A request for a source's own address.
fn of<'a>(source: &'a Source, validators: &'a Validators) -> Request<'a> {
    Request {
        source,
        url: &source.url,
        validators,
        accept: Accept::Feed,
        own: true,
        robots: false,
        local: false,
        load: None,
    }
}

async fn get(url: &str) -> Result<Fetched, FetchError> {
    fetcher()
        .get(request(&Url::parse(url).unwrap(), &Validators::default()))
        .await
}

async fn page(url: &str) -> Page {
    match get(url).await.unwrap() {
        Fetched::Page(page) => page,
        Fetched::NotModified { .. } => panic!("not modified"),
    }
}

async fn error(url: &str) -> String {
    get(url).await.expect_err("an error").to_string()
}

/// The error of a fetcher that waits for 400 ms in all.
async fn hasty_error(url: &str) -> String {
    let timeout = Duration::from_millis(400);
    let fetcher = Fetcher::new(
        &config::Fetch {
            timeout,
            ..limits()
        },
        "test/1",
    )
    .unwrap();
    let url = Url::parse(url).unwrap();
    let fetched = fetcher.get(request(&url, &Validators::default())).await;
    fetched.expect_err("an error").to_string()
}

/// The error of a server that says just this.
async fn error_of(answer: impl Into<Vec<u8>>) -> String {
    error(&Server::saying(answer).url("/")).await
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_page_has_its_body_type_and_validators() {
    let headers =
        "Content-Type: text/html; charset=x\r\nETag: W/\"a\"\r\nLast-Modified: whenever\r\n";
    let server = Server::saying(answer("200 OK", headers, b"<p>news"));
    let page = page(&server.url("/a#part")).await;
    assert_eq!(page.body, b"<p>news");
    assert_eq!(page.url.as_str(), server.url("/a"));
    assert_eq!(page.content_type.as_deref(), Some("text/html; charset=x"));
    assert_eq!(page.validators.etag.as_deref(), Some("W/\"a\""));
    assert_eq!(page.validators.last_modified.as_deref(), Some("whenever"));
}

#[tokio::test]
async fn a_request_names_its_sender_and_what_it_accepts_and_is_unconditional_at_first() {
    let server = Server::saying(answer("200 OK", "", b""));
    assert!(page(&server.url("/")).await.body.is_empty());
    let [request] = &server.seen()[..] else {
        panic!()
    };
    assert!(request.starts_with("get / http/1.1\r\n"));
    assert!(request.contains("user-agent: test/1\r\n"));
    assert!(request.contains("accept: application/atom+xml"));
    for absent in [
        "if-none-match",
        "if-modified-since",
        "referer",
        "authorization",
        "cookie",
    ] {
        assert!(!request.contains(absent), "{request}");
    }
    let coding = request
        .lines()
        .find_map(|line| line.strip_prefix("accept-encoding: "))
        .unwrap();
    for name in ["gzip", "br", "zstd", "deflate"] {
        assert!(coding.contains(name), "{coding}");
    }
}

#[tokio::test]
async fn validators_go_back_byte_for_byte() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let requests = Arc::clone(&seen);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut buffer = [0; 4096];
            let read = stream.read(&mut buffer).unwrap();
            requests.lock().unwrap().push(buffer[..read].to_vec());
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nETag: no quotes, \xe8 \xc3\xa8\t\"\r\nLast-Modified: junk \xff\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    let fetcher = fetcher();
    let Fetched::Page(page) = fetcher
        .get(request(&url, &Validators::default()))
        .await
        .unwrap()
    else {
        panic!()
    };
    fetcher.get(request(&url, &page.validators)).await.unwrap();
    let second = seen.lock().unwrap()[1].clone();
    for line in [
        &b"if-none-match: no quotes, \xe8 \xc3\xa8\t\"\r\n"[..],
        b"if-modified-since: junk \xff\r\n",
    ] {
        assert!(
            second.windows(line.len()).any(|window| window == line),
            "{}",
            String::from_utf8_lossy(&second)
        );
    }
}

#[tokio::test]
async fn not_modified_brings_the_validators_that_it_has() {
    let server = Server::saying("HTTP/1.1 304 Not Modified\r\nETag: \"new\"\r\n\r\n");
    let known = Validators {
        etag: Some("\"old\"".into()),
        last_modified: Some("then".into()),
        coded: None,
    };
    let url = Url::parse(&server.url("/")).unwrap();
    let fetched = fetcher().get(request(&url, &known)).await.unwrap();
    let Fetched::NotModified { validators, .. } = fetched else {
        panic!()
    };
    assert_eq!(
        validators,
        Validators {
            etag: Some("\"new\"".into()),
            last_modified: None,
            coded: None,
        }
    );
}

#[tokio::test]
async fn a_body_that_comes_again_as_it_was_is_not_modified_whatever_the_server_knows() {
    let bodies = [gzip(b"<p>news"), gzip(b"<p>other"), b"<p>news".to_vec()];
    let server = Server::start(move |request, stream| {
        let at: usize = request[5..6].parse().unwrap();
        let coding = if at < 2 {
            "Content-Encoding: gzip\r\n"
        } else {
            ""
        };
        let answer = answer(
            "200 OK",
            &format!("{coding}ETag: \"{at}\"\r\n"),
            &bodies[at],
        );
        let _ = stream.write_all(&answer);
    });
    let first = page(&server.url("/0")).await;
    assert_eq!(first.body, b"<p>news");
    let again = async |path: &str| {
        let known = Validators {
            coded: first.validators.coded,
            ..Validators::default()
        };
        let url = Url::parse(&server.url(path)).unwrap();
        fetcher().get(request(&url, &known)).await.unwrap()
    };
    let Fetched::NotModified { validators, .. } = again("/0").await else {
        panic!("modified")
    };
    assert_eq!(validators.etag.as_deref(), Some("\"0\""));
    // What says the same otherwise coded, only its text can tell.
    for (path, body) in [("/1", "<p>other"), ("/2", "<p>news")] {
        let Fetched::Page(page) = again(path).await else {
            panic!("not modified")
        };
        assert_eq!(page.body, body.as_bytes());
    }
}

#[tokio::test]
async fn not_modified_without_a_condition_is_an_error_as_when_the_validator_cannot_be_sent() {
    let server = Server::saying("HTTP/1.1 304 Not Modified\r\n\r\n");
    let expected = "the server answered 304 Not Modified, though no version was known";
    assert_eq!(error(&server.url("/")).await, expected);
    let url = Url::parse(&server.url("/")).unwrap();
    let illegal = Validators {
        etag: Some("a\nb".into()),
        last_modified: Some("\u{1F600}".into()),
        coded: None,
    };
    assert_eq!(
        fetcher()
            .get(request(&url, &illegal))
            .await
            .unwrap_err()
            .to_string(),
        expected
    );
}

#[tokio::test]
async fn other_statuses_are_errors_in_plain_words() {
    for (status, expected) in [
        ("404 Whatever", "the server answered 404 Not Found"),
        (
            "500 <b>oops</b>",
            "the server answered 500 Internal Server Error",
        ),
        ("999 Denied", "the server answered 999"),
        (
            "204 No Content",
            "the server answered 204 No Content, which brings no whole page",
        ),
        (
            "205 Reset Content",
            "the server answered 205 Reset Content, which brings no whole page",
        ),
        (
            "206 Partial Content",
            "the server answered 206 Partial Content, which brings no whole page",
        ),
        (
            "202 Accepted",
            "the server answered 202 Accepted, which brings no whole page",
        ),
        (
            "300 Multiple Choices",
            "the server answered 300 Multiple Choices",
        ),
        (
            "410 Gone",
            "the server answered 410 Gone: it was removed for good",
        ),
    ] {
        assert_eq!(error_of(answer(status, "", b"")).await, expected);
    }
    assert_eq!(
        page(&Server::saying(answer("203 Changed", "", b"x")).url("/"))
            .await
            .body,
        b"x"
    );
}

#[tokio::test]
async fn retry_after_on_any_error_holds_the_whole_host() {
    for (header, expected) in [
        ("120", Some(120)),
        ("1", Some(60)),
        ("Fri, 01 Jan 2100 00:00:00 GMT", Some(86_400)),
        ("junk", None),
    ] {
        for status in [
            "429 Too Many Requests",
            "503 Service Unavailable",
            "403 Forbidden",
        ] {
            let server = Server::saying(answer(
                status,
                &format!("Retry-After: {header}\r\nConnection: close\r\n"),
                b"",
            ));
            let (fetcher, none) = (fetcher(), Validators::default());
            let url = Url::parse(&server.url("/one")).unwrap();
            let error = fetcher.get(request(&url, &none)).await.unwrap_err();
            assert!(matches!(error, FetchError::Status { .. }));
            assert_eq!(
                error.retry_after().map(|pause| pause.as_secs()),
                expected,
                "{header}"
            );
            let other = Url::parse(&server.url("/other")).unwrap();
            let held = matches!(
                fetcher.get(request(&other, &none)).await.unwrap_err(),
                FetchError::Held { .. }
            );
            assert_eq!(
                (held, server.seen().len()),
                if expected.is_some() {
                    (true, 1)
                } else {
                    (false, 2)
                }
            );
        }
    }
}

#[tokio::test]
async fn redirects_are_followed_five_times_and_no_further() {
    let server = Server::start(|request, stream| {
        let step: u32 = request[5..6].parse().unwrap();
        let answer = if step == 0 {
            answer("200 OK", "", b"here")
        } else {
            redirect(&format!("{}", step - 1))
        };
        let _ = stream.write_all(&answer);
    });
    let page = page(&server.url("/5")).await;
    assert_eq!(
        (page.body.as_slice(), page.url.path()),
        (&b"here"[..], "/0")
    );
    assert_eq!(
        error(&server.url("/6")).await,
        "it redirects more than 5 times"
    );
}

#[tokio::test]
async fn a_redirect_that_leads_nowhere_good_is_named() {
    for (location, expected) in [
        ("Location: /\r\n", "it redirects in a circle"),
        ("", "it redirects without saying where to"),
        (
            "Location: http://[/\r\n",
            "it redirects to something that is not an address",
        ),
        (
            "Location: file:///etc/hostname\r\n",
            "it redirects to a file: address, which is never followed",
        ),
        (
            "Location: javascript:alert(1)\r\n",
            "it redirects to a javascript: address, which is never followed",
        ),
        (
            "Location: http://169.254.169.254/latest\r\n",
            "the address 169.254.169.254 is not public (fetch.allow opens it)",
        ),
        (
            "Location: //0xa.1\\@[::1]/\r\n",
            "the address 10.0.0.1 is not public (fetch.allow opens it)",
        ),
    ] {
        assert_eq!(
            error_of(answer("301 Moved Permanently", location, b"")).await,
            expected
        );
    }
}

#[tokio::test]
async fn the_body_of_a_redirect_is_not_waited_for() {
    let goal = Server::saying(answer("200 OK", "", b"here"));
    let endless = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: {}\r\nContent-Length: 99999\r\n\r\n",
        goal.url("/")
    );
    let server = Server::start(move |_, stream| {
        let _ = stream.write_all(endless.as_bytes());
        thread::sleep(Duration::from_secs(2));
    });
    assert_eq!(page(&server.url("/")).await.body, b"here");
}

#[tokio::test]
async fn headers_and_credentials_stay_with_their_origin_for_good() {
    let back = Arc::new(Mutex::new(String::new()));
    let home = {
        let back = Arc::clone(&back);
        Server::start(move |request, stream| {
            let answer = match &request[4..6] {
                "/a" => redirect("/b"),
                "/b" => redirect(&back.lock().unwrap()),
                _ => answer("200 OK", "", b"home"),
            };
            let _ = stream.write_all(&answer);
        })
    };
    let away = {
        let home = home.url("/c");
        Server::start(move |_, stream| drop(stream.write_all(&redirect(&home))))
    };
    *back.lock().unwrap() = away.url("/");
    let source = Source {
        headers: vec![
            ("X-Key".to_owned(), "k".to_owned()),
            ("Accept".to_owned(), "text/x".to_owned()),
        ],
        auth: Some(Auth::Bearer("secret".into())),
        ..source(&home.url("/a"))
    };
    let none = Validators::default();
    let request = of(&source, &none);
    assert!(
        matches!(fetcher().get(request).await.unwrap(), Fetched::Page(page) if page.body == b"home")
    );
    let carries = |request: &String| {
        (
            request.contains("x-key: k\r\n"),
            request.contains("authorization: bearer secret\r\n"),
            request.contains("accept: text/x\r\n"),
        )
    };
    let at_home: Vec<_> = home.seen().iter().map(carries).collect();
    assert_eq!(
        at_home,
        [
            (true, true, true),
            (true, true, true),
            (false, false, false)
        ]
    );
    let away: Vec<_> = away.seen().iter().map(carries).collect();
    assert_eq!(away, [(false, false, false)]);
}

#[tokio::test]
async fn credentials_in_an_address_are_sent_but_not_handed_on() {
    let server = Server::saying(answer("200 OK", "", b""));
    let page = page(&format!("http://us%65r:p%40ss@127.0.0.1:{}/", server.port)).await;
    assert_eq!(page.url.as_str(), server.url("/"));
    // `user:p@ss`, in lower case as the server remembers it.
    assert!(
        server.seen()[0].contains("authorization: basic dxnlcjpwqhnz\r\n"),
        "{:?}",
        server.seen()
    );
}

#[tokio::test]
async fn a_header_that_http_cannot_carry_is_named_but_not_its_value() {
    let none = Validators::default();
    let plain = || source("http://127.0.0.1:1/");
    for (source, name) in [
        (
            Source {
                headers: vec![("X-Key".to_owned(), "se\ncret".to_owned())],
                ..plain()
            },
            "X-Key",
        ),
        (
            Source {
                auth: Some(Auth::Bearer("se\ncret".into())),
                ..plain()
            },
            "Authorization",
        ),
    ] {
        assert_eq!(
            fetcher().get(of(&source, &none)).await.unwrap_err(),
            FetchError::Header(name.to_owned())
        );
    }
}

#[tokio::test]
async fn addresses_that_are_not_public_are_refused_unasked_by_number_and_by_name() {
    let server = Server::saying(answer("200 OK", "", b"secret"));
    let fetcher = Fetcher::new(
        &config::Fetch {
            allow: Vec::new(),
            ..limits()
        },
        "test/1",
    )
    .unwrap();
    for (host, expected) in [
        ("127.0.0.1", "the address 127.0.0.1 "),
        ("0x7f.1", "the address 127.0.0.1 "),
        ("[::ffff:127.0.0.1]", "the address ::ffff:127.0.0.1 "),
        ("localhost", "the name localhost leads to "),
    ] {
        let url = Url::parse(&format!("http://{host}:{}/", server.port)).unwrap();
        let error = fetcher
            .get(request(&url, &Validators::default()))
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with(expected) && error.ends_with("is not public (fetch.allow opens it)"),
            "{error}"
        );
    }
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn an_allowed_network_is_reached_by_name_too() {
    let server = Server::saying(answer("200 OK", "", b"inside"));
    assert_eq!(
        page(&format!("http://localhost:{}/", server.port))
            .await
            .body,
        b"inside"
    );
}

#[tokio::test]
async fn only_web_addresses_are_fetched_and_files_where_they_are_allowed() {
    assert_eq!(
        error("ftp://127.0.0.1/").await,
        "ftp: addresses are not fetched"
    );
    assert_eq!(
        error("file:///etc/hostname").await,
        "file: addresses are not fetched"
    );
    let file = tempfile::NamedTempFile::new().unwrap();
    let (url, none) = (
        Url::from_file_path(file.path()).unwrap(),
        Validators::default(),
    );
    assert!(
        fetcher()
            .get(Request {
                local: true,
                load: None,
                ..request(&url, &none)
            })
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn one_layer_of_coding_is_decoded() {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    zlib.write_all(b"<p>news").unwrap();
    let mut raw = DeflateEncoder::new(Vec::new(), Compression::best());
    raw.write_all(b"<p>news").unwrap();
    for (name, body) in [
        ("gzip", gzip(b"<p>news")),
        ("deflate", zlib.finish().unwrap()),
        // By hand, each as one block that is not compressed (RFC 7932 §9.2, RFC 8878 §3.1.1).
        ("br", b"\x0b\x03\x80<p>news\x03".to_vec()),
        ("zstd", b"\x28\xb5\x2f\xfd\x20\x07\x39\0\0<p>news".to_vec()),
        ("identity", b"<p>news".to_vec()),
        // As servers spell it, what they claim wrongly, and what they forget to say.
        ("GZip", gzip(b"<p>news")),
        ("x-gzip, identity", gzip(b"<p>news")),
        ("gzip", b"<p>news".to_vec()),
        ("identity", gzip(b"<p>news")),
        ("deflate", raw.finish().unwrap()),
    ] {
        let server = Server::saying(answer(
            "200 OK",
            &format!("Content-Encoding: {name}\r\n"),
            &body,
        ));
        assert_eq!(page(&server.url("/")).await.body, b"<p>news", "{name}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_in_the_one_known_coding_is_an_error() {
    let twice = gzip(&gzip(b"<p>news"));
    let whole = gzip(&b"<p>news".repeat(20));
    let mut wrong = whole.clone();
    let checksum = wrong.len() - 8;
    wrong[checksum] ^= 1;
    for (coding, body) in [
        ("gzip, gzip", twice.clone()),
        ("gzip\r\nContent-Encoding: gzip", twice),
        ("x-unheard", b"<p>news".to_vec()),
        ("br", b"<p>news".to_vec()),
        ("gzip", whole[..whole.len() - 20].to_vec()),
        ("gzip", wrong),
    ] {
        let error = error_of(answer(
            "200 OK",
            &format!("Content-Encoding: {coding}\r\n"),
            &body,
        ))
        .await;
        assert!(
            error.starts_with("the body cannot be decoded ("),
            "{coding}: {error}"
        );
    }
}

#[tokio::test]
async fn the_limit_holds_for_announced_endless_and_decoded_bodies() {
    let expected = "the body is larger than 1000 bytes (fetch.max_body)";
    assert_eq!(
        page(&Server::saying(answer("200 OK", "", &[b'x'; 1000])).url("/"))
            .await
            .body
            .len(),
        1000
    );
    // Announced, of which nothing comes.
    for length in ["1001", "9999999999999999999"] {
        assert_eq!(
            error_of(format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"
            ))
            .await,
            expected
        );
    }
    let endless = Server::start(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
    });
    assert_eq!(error(&endless.url("/")).await, expected);
    let bomb = gzip(&vec![0; 20_000_000]);
    assert_eq!(
        error_of(answer("200 OK", "Content-Encoding: gzip\r\n", &bomb)).await,
        expected
    );
}

#[tokio::test]
async fn of_a_body_that_breaks_off_nothing_is_kept() {
    for bytes in [
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<p>news",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n<p>news\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n<p>news\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n<p>news\r\n",
    ] {
        let error = error_of(bytes).await;
        assert!(
            error.starts_with("the answer broke off ("),
            "{bytes}: {error}"
        );
    }
    let coded = gzip(&b"<p>news".repeat(20));
    let mut short =
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 100\r\n\r\n".to_vec();
    short.extend(&coded[..20]);
    assert!(error_of(short).await.starts_with("the answer broke off ("));
}

#[tokio::test]
async fn what_is_no_http_is_said_so() {
    for (bytes, expected) in [
        (
            "220 mail.test ESMTP\r\n\r\n",
            "the answer is not HTTP (invalid HTTP version parsed)",
        ),
        (
            "HTTP/1.1 xx\r\n\r\n",
            "the answer is not HTTP (invalid HTTP status-code parsed)",
        ),
        (
            "HTTP/1.1 200 OK\r\na b: c\r\n\r\n",
            "the answer is not HTTP (invalid HTTP header parsed)",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
            "the answer is not HTTP (invalid content-length parsed)",
        ),
        ("", "the connection was closed without an answer"),
        (
            "HTTP/1.1 200",
            "the connection was closed without an answer",
        ),
    ] {
        assert_eq!(error_of(bytes).await, expected, "{bytes}");
    }
}

#[tokio::test]
async fn too_many_or_too_large_headers_are_refused() {
    let expected = "the headers of the answer are too large";
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(200));
    assert_eq!(error_of(many).await, expected);
    let large = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\na: {}\r\n\r\n",
        "b".repeat(70_000)
    );
    assert_eq!(error_of(large).await, expected);
    let endless = Server::start(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\na: ");
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
    });
    assert_eq!(error(&endless.url("/")).await, expected);
}

#[tokio::test]
async fn a_server_that_is_slow_with_headers_or_body_is_left_after_the_whole_time() {
    for (begin, expected) in [
        ("", "no answer within 400 ms"),
        ("HTTP/1.1 200 OK\r\nX: ", "no answer within 400 ms"),
        (
            "HTTP/1.1 200 OK\r\n\r\n",
            "the answer was not complete after 400 ms",
        ),
    ] {
        let server = Server::start(move |_, stream| {
            let _ = stream.write_all(begin.as_bytes());
            for _ in 0..40 {
                thread::sleep(Duration::from_millis(50));
                if !begin.is_empty() && stream.write_all(b"x").is_err() {
                    break;
                }
            }
        });
        let start = Instant::now();
        assert_eq!(hasty_error(&server.url("/")).await, expected);
        assert!(
            start.elapsed() < Duration::from_millis(1200),
            "{:?}",
            start.elapsed()
        );
    }
}

#[tokio::test]
async fn redirects_share_the_time_but_waiting_for_a_turn_is_not_counted() {
    let server = Server::start(|request, stream| {
        thread::sleep(Duration::from_millis(150));
        let step: u32 = request[5..6].parse().unwrap();
        let answer = if step == 0 {
            answer("200 OK", "", b"here")
        } else {
            redirect(&format!("{}", step - 1))
        };
        let _ = stream.write_all(&answer);
    });
    let gap = Duration::from_millis(350);
    let patient = Fetcher::new(
        &config::Fetch {
            gap,
            timeout: Duration::from_millis(400),
            ..limits()
        },
        "test/1",
    )
    .unwrap();
    let url = Url::parse(&server.url("/1")).unwrap();
    assert!(
        patient
            .get(request(&url, &Validators::default()))
            .await
            .is_ok()
    );
    assert_eq!(
        hasty_error(&server.url("/4")).await,
        "no answer within 400 ms"
    );
}

/// Ends a connection as a server does that is done: what the client still says is read, so that it is not reset.
fn hear_out(mut stream: TcpStream) -> std::io::Result<()> {
    stream.shutdown(std::net::Shutdown::Write)?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    std::io::copy(&mut stream, &mut std::io::sink()).map(drop)
}

#[tokio::test]
async fn a_connection_that_does_not_come_about_is_explained() {
    // On an address of its own, where no other test can get the port meanwhile.
    let port = TcpListener::bind("127.0.0.2:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    assert_eq!(
        error(&format!("http://127.0.0.2:{port}/")).await,
        "the connection was refused"
    );
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let closing = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let hello =
            |mut stream: TcpStream| stream.read(&mut [0; 4096]).and_then(|_| hear_out(stream));
        listener
            .incoming()
            .flatten()
            .for_each(|stream| drop(hello(stream)));
    });
    let expected = "no secure connection: the connection was closed";
    assert_eq!(
        error(&format!("https://127.0.0.1:{closing}/")).await,
        expected
    );
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        listener.incoming().flatten().for_each(|mut stream| {
            drop(
                stream
                    .write_all(b"220 mail\r\n")
                    .and_then(|()| hear_out(stream)),
            )
        })
    });
    let expected = "no secure connection: the server does not speak TLS";
    assert_eq!(error(&format!("https://127.0.0.1:{port}/")).await, expected);
    // It takes the connection, but never says a word of TLS.
    let mute = Server::start(|_, _| thread::sleep(Duration::from_secs(2)));
    assert_eq!(
        hasty_error(&format!("https://127.0.0.1:{}/", mute.port)).await,
        "no connection within 200 ms"
    );
}

#[tokio::test]
async fn two_requests_to_one_host_keep_their_distance() {
    let server = Server::saying(answer("200 OK", "", b""));
    let gap = Duration::from_millis(120);
    let fetcher = Fetcher::new(&config::Fetch { gap, ..limits() }, "test/1").unwrap();
    let (url, none) = (Url::parse(&server.url("/")).unwrap(), Validators::default());
    let start = Instant::now();
    let (first, second, third) = tokio::join!(
        fetcher.get(request(&url, &none)),
        fetcher.get(request(&url, &none)),
        fetcher.get(request(&url, &none))
    );
    assert!(first.is_ok() && second.is_ok() && third.is_ok());
    assert!(start.elapsed() >= 2 * gap, "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_request_that_is_given_up_frees_its_place() {
    let server = Server::start(|request, stream| {
        if request.starts_with("get /slow") {
            thread::sleep(Duration::from_secs(2));
        }
        let _ = stream.write_all(&answer("200 OK", "", b""));
    });
    let fetcher = Fetcher::new(
        &config::Fetch {
            concurrency: 1,
            per_host: 1,
            ..limits()
        },
        "test/1",
    )
    .unwrap();
    let (slow, quick) = (
        Url::parse(&server.url("/slow")).unwrap(),
        Url::parse(&server.url("/")).unwrap(),
    );
    let none = Validators::default();
    let given_up = tokio::time::timeout(
        Duration::from_millis(50),
        fetcher.get(request(&slow, &none)),
    )
    .await;
    assert!(given_up.is_err());
    assert!(fetcher.get(request(&quick, &none)).await.is_ok());
}
