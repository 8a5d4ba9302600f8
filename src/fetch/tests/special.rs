//! What only some sources need, and what only some hosts say.

use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};
use url::Url;

use super::{Server, answer, fetcher, get, head, limits, of, redirect, source};
use crate::config::{self, Post, Source};
use crate::fetch::{FetchError, Fetched, Fetcher, Request};
use crate::model::{Page, Validators};

async fn page_of(fetcher: &Fetcher, request: Request<'_>) -> Page {
    match fetcher.get(request).await.unwrap() {
        Fetched::Page(page) => page,
        Fetched::NotModified { .. } => panic!("not modified"),
    }
}

/// A server whose certificate nobody vouches for; answers with what it was asked.
fn self_signed() -> u16 {
    let certificate =
        CertificateDer::from_pem_slice(include_bytes!("tls/certificate.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/key.pem")).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let tls = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(tls, stream.unwrap());
            let request = head(&mut stream);
            if !request.is_empty() {
                let _ = stream.write_all(&answer(
                    "200 OK",
                    "Connection: close\r\n",
                    request.as_bytes(),
                ));
            }
        }
    });
    port
}

#[tokio::test]
async fn certificates_are_verified_unless_a_source_says_otherwise_and_then_for_its_own_host_only() {
    let port = self_signed();
    let (fetcher, none) = (fetcher(), Validators::default());
    let strict = source(&format!("https://127.0.0.1:{port}/a"));
    let lax = Source {
        tls_insecure: true,
        ..strict.clone()
    };
    let refused = |error: FetchError| {
        assert_eq!(
            error,
            FetchError::Tls("the certificate is from an unknown issuer".into())
        );
    };
    refused(fetcher.get(of(&strict, &none)).await.unwrap_err());
    let page = page_of(&fetcher, of(&lax, &none)).await;
    assert!(page.body.starts_with(b"get /a "));
    // Its trust ends with its origin, and the other source's never began.
    refused(fetcher.get(of(&strict, &none)).await.unwrap_err());
    let sends_on = Server::saying(redirect(strict.url.as_str()));
    let sent_on = Source {
        tls_insecure: true,
        ..source(&sends_on.url("/"))
    };
    refused(fetcher.get(of(&sent_on, &none)).await.unwrap_err());
}

#[tokio::test]
async fn permanent_redirects_are_reported_up_to_the_first_other_one() {
    let server = Server::start(|request, stream| {
        let to = |status: &str, path: &str| answer(status, &format!("Location: {path}\r\n"), b"");
        let _ = stream.write_all(&match &request[4..6] {
            "/a" => to("301 Moved Permanently", "/b#part"),
            "/b" => to("308 Permanent Redirect", "/c"),
            "/c" => to("302 Found", "/d"),
            "/d" => to("301 Moved Permanently", "/e"),
            _ => answer("200 OK", "", b"here"),
        });
    });
    for (path, moved) in [
        ("/a", Some("/c")),
        ("/b", Some("/c")),
        ("/c", None),
        ("/d", Some("/e")),
        ("/e", None),
    ] {
        let Fetched::Page(page) = get(&server.url(path)).await.unwrap() else {
            panic!("no page")
        };
        assert_eq!(page.url.as_str(), server.url("/e"));
        let moved = moved.map(|moved| Url::parse(&server.url(moved)).unwrap());
        assert_eq!(page.moved, moved, "{path}");
    }
}

#[tokio::test]
async fn a_body_is_sent_again_only_where_the_server_asks_for_it_and_to_no_other_host() {
    let away = Server::saying(answer("200 OK", "", b"away"));
    let there = away.url("/");
    let server = Server::start(move |request, stream| {
        let _ = stream.write_all(&match request.split(' ').nth(1) {
            Some("/same") => answer("307 X", "Location: /end\r\n", b""),
            Some("/get") => answer("303 X", "Location: /end\r\n", b""),
            Some("/away") => answer("307 X", &format!("Location: {there}\r\n"), b""),
            _ => answer("200 OK", "", request.as_bytes()),
        });
    });
    let none = Validators {
        etag: Some("\"a\"".into()),
        ..Validators::default()
    };
    let posting = |path: &str| Source {
        post: Some(Post {
            body: b"q=news".to_vec(),
            content_type: "application/x-www-form-urlencoded".into(),
        }),
        ..source(&server.url(path))
    };
    let fetcher = fetcher();
    for (path, method) in [("/end", "post"), ("/same", "post"), ("/get", "get")] {
        let page = page_of(&fetcher, of(&posting(path), &none)).await;
        let request = String::from_utf8(page.body).unwrap();
        assert!(request.starts_with(&format!("{method} /end ")), "{request}");
        assert_eq!(request.contains("content-length: 6\r\n"), method == "post");
        assert!(
            !request.contains("if-none-match"),
            "a condition has no meaning for POST"
        );
    }
    let error = fetcher.get(of(&posting("/away"), &none)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "it redirects a POST to another host, which is not followed"
    );
    assert!(away.seen().is_empty());
}

#[tokio::test]
async fn robots_txt_of_every_host_on_the_way_is_heeded() {
    let forbids = Server::start(|request, stream| {
        let _ = stream.write_all(&match request.split(' ').nth(1) {
            Some("/robots.txt") => answer("200 OK", "", b"User-agent: *\nDisallow: /private"),
            _ => answer("200 OK", "", b"news"),
        });
    });
    let (open, closed) = (forbids.url("/open"), forbids.url("/private/x"));
    let from = Server::start(move |request, stream| {
        let _ = stream.write_all(&match request.split(' ').nth(1) {
            Some("/open") => redirect(&open),
            Some("/closed") => redirect(&closed),
            _ => answer("404 Not Found", "", b""),
        });
    });
    let (fetcher, none) = (fetcher(), Validators::default());
    let heeding = |source: &Source| {
        fetcher.get(Request {
            robots: true,
            ..of(Box::leak(Box::new(source.clone())), &none)
        })
    };
    assert!(heeding(&source(&from.url("/open"))).await.is_ok());
    assert_eq!(
        heeding(&source(&from.url("/closed"))).await.unwrap_err(),
        FetchError::Robots
    );
    let asked: Vec<String> = forbids
        .seen()
        .iter()
        .filter_map(|request| request.lines().next().map(str::to_owned))
        .collect();
    assert_eq!(asked, ["get /robots.txt http/1.1", "get /open http/1.1"]);
}

#[tokio::test]
async fn robots_txt_gets_nothing_that_is_private_to_a_source() {
    let server = Server::saying(answer("200 OK", "", b""));
    let (fetcher, none) = (fetcher(), Validators::default());
    let source = Source {
        headers: vec![("X-Key".into(), "k".into())],
        cookies: vec![("session".into(), "s".into())],
        auth: Some(config::Auth::Bearer("secret".into())),
        ..source(&server.url("/a"))
    };
    page_of(
        &fetcher,
        Request {
            robots: true,
            ..of(&source, &none)
        },
    )
    .await;
    let seen = server.seen();
    assert!(seen[0].starts_with("get /robots.txt "), "{seen:?}");
    for secret in ["x-key", "cookie", "authorization"] {
        assert!(!seen[0].contains(secret), "{seen:?}");
        assert!(seen[1].contains(secret), "{seen:?}");
    }
}

#[tokio::test]
async fn a_crawl_delay_parts_the_requests_to_its_host() {
    let server = Server::start(|request, stream| {
        let _ = stream.write_all(&if request.starts_with("get /robots.txt") {
            answer("200 OK", "", b"User-agent: *\nCrawl-delay: 0.4")
        } else {
            answer("200 OK", "", b"news")
        });
    });
    let (fetcher, none) = (fetcher(), Validators::default());
    let source = source(&server.url("/a"));
    let start = Instant::now();
    for _ in 0..2 {
        page_of(
            &fetcher,
            Request {
                robots: true,
                ..of(&source, &none)
            },
        )
        .await;
    }
    assert!(
        start.elapsed() >= Duration::from_millis(800),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn stalled_requests_give_their_places_to_others() {
    let stalls = Server::start(|_, stream| {
        let _ = stream.flush();
        thread::sleep(Duration::from_secs(20));
    });
    let quick = Server::saying(answer("200 OK", "", b"news"));
    let limits = config::Fetch {
        concurrency: 1,
        ..limits()
    };
    let (fetcher, none) = (
        Arc::new(Fetcher::new(&limits, "test/1").unwrap()),
        Validators::default(),
    );
    let hanging = tokio::spawn({
        let (fetcher, source) = (Arc::clone(&fetcher), source(&stalls.url("/")));
        async move { fetcher.get(of(&source, &Validators::default())).await }
    });
    while stalls.seen().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let healthy = source(&quick.url("/").replace("127.0.0.1", "localhost"));
    page_of(&fetcher, of(&healthy, &none)).await;
    assert!(!hanging.is_finished(), "it still hangs");
    hanging.abort();
}

#[tokio::test]
async fn a_slow_robots_txt_takes_from_the_time_of_what_it_is_asked_for() {
    let server = Server::start(|request, stream| {
        let robots = request.starts_with("get /robots.txt");
        thread::sleep(Duration::from_millis(if robots { 600 } else { 2_700 }));
        let _ = stream.write_all(&answer("200 OK", "", b""));
    });
    let limits = config::Fetch {
        timeout: Duration::from_secs(3),
        ..limits()
    };
    let (fetcher, none) = (
        Fetcher::new(&limits, "test/1").unwrap(),
        Validators::default(),
    );
    let source = source(&server.url("/a"));
    let robots = Request {
        robots: true,
        ..of(&source, &none)
    };
    let error = fetcher.get(robots).await.unwrap_err();
    assert_eq!(error.to_string(), "no answer within 3 s");
    // The next time it is known.
    assert!(fetcher.get(robots).await.is_ok());
}

#[tokio::test]
async fn where_nothing_answers_the_reason_is_not_robots_txt() {
    let (fetcher, none) = (fetcher(), Validators::default());
    let source = source("http://127.0.0.1:1/a");
    let robots = Request {
        robots: true,
        ..of(&source, &none)
    };
    for _ in 0..2 {
        let error = fetcher.get(robots).await.unwrap_err();
        assert_eq!(error.to_string(), "the connection was refused");
    }
}
