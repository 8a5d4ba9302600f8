//! Connections that are kept: used again, and no trouble where the server has closed them meanwhile.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// A server that answers so many requests of a connection, takes one more, and closes; counts connections and requests.
fn server(answered: usize) -> (String, Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let counts = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (connections, requests) = (Arc::clone(&counts.0), Arc::clone(&counts.1));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, requests) = (stream.unwrap(), Arc::clone(&requests));
            connections.fetch_add(1, Ordering::SeqCst);
            thread::spawn(move || {
                for place in 0..=answered {
                    if head(&mut stream).is_empty() {
                        return;
                    }
                    requests.fetch_add(1, Ordering::SeqCst);
                    if place < answered {
                        let _ = stream.write_all(&answer("200 OK", "", b"text"));
                    }
                }
            });
        }
    });
    (format!("http://127.0.0.1:{port}/"), counts.0, counts.1)
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let (url, connections, requests) = server(5);
    let (fetcher, url, none) = (fetcher(), Url::parse(&url).unwrap(), Validators::default());
    for _ in 0..5 {
        assert!(fetcher.get(request(&url, &none)).await.is_ok());
    }
    assert_eq!(requests.load(Ordering::SeqCst), 5);
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn one_that_the_server_closes_just_then_is_no_failure() {
    let (url, connections, requests) = server(1);
    let (fetcher, url, none) = (fetcher(), Url::parse(&url).unwrap(), Validators::default());
    for _ in 0..3 {
        assert!(fetcher.get(request(&url, &none)).await.is_ok());
    }
    // Each of the later ones was asked over the connection before, in vain, and over one of its own.
    assert!(connections.load(Ordering::SeqCst) <= 3);
    assert!(requests.load(Ordering::SeqCst) <= 5);
}

#[tokio::test]
async fn a_server_that_never_answers_is_asked_once() {
    let (url, _, requests) = server(0);
    let (url, none) = (Url::parse(&url).unwrap(), Validators::default());
    assert!(fetcher().get(request(&url, &none)).await.is_err());
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_is_posted_is_sent_over_a_connection_of_its_own() {
    let (url, connections, _) = server(5);
    let (fetcher, none) = (fetcher(), Validators::default());
    let posting = Source {
        post: Some(config::Post {
            body: b"q".to_vec(),
            content_type: "text/plain".to_owned(),
        }),
        ..source(&url)
    };
    for _ in 0..2 {
        assert!(fetcher.get(of(&posting, &none)).await.is_ok());
    }
    assert_eq!(connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn as_many_are_kept_as_may_be_in_use_at_once() {
    const AT_ONCE: usize = 8;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let (counted, together) = (Arc::clone(&connections), Arc::new(Barrier::new(AT_ONCE)));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, together) = (stream.unwrap(), Arc::clone(&together));
            let first = counted.fetch_add(1, Ordering::SeqCst) == 0;
            thread::spawn(move || {
                // The first request shows that the server answers; only then it is asked for much at once.
                let mut alone = first;
                while !head(&mut stream).is_empty() {
                    if !std::mem::take(&mut alone) {
                        together.wait();
                    }
                    let _ = stream.write_all(&answer("200 OK", "", b"text"));
                }
            });
        }
    });
    let limits = config::Fetch {
        concurrency: 64,
        per_host: AT_ONCE,
        ..limits()
    };
    let fetcher = Arc::new(Fetcher::new(&limits, "test/1").unwrap());
    let url = Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap();
    for wave in [1, AT_ONCE, AT_ONCE] {
        let mut asked = tokio::task::JoinSet::new();
        for _ in 0..wave {
            let (fetcher, url) = (Arc::clone(&fetcher), url.clone());
            asked.spawn(async move {
                let none = Validators::default();
                fetcher.get(request(&url, &none)).await.is_ok()
            });
        }
        assert!(asked.join_all().await.into_iter().all(|came| came));
        // Each connection is put back by a task of its own.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(connections.load(Ordering::SeqCst), AT_ONCE);
}
