//! The fault origin: a program of its own, named by `RASSEGNA_ORIGIN`. `--list` tells its faults, a line each: name,
//! group, outcome, note; it serves them under `/f/NAME`, steps them at `/_step/NAME/N`, tells at `/_log` what was asked.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// One line of the list.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) name: String,
    pub(crate) group: String,
    pub(crate) outcome: String,
}

/// How the program is run.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    pub(crate) python: PathBuf,
}

impl Program {
    /// Nothing where `RASSEGNA_ORIGIN` is not set.
    pub(crate) fn named() -> Option<Self> {
        let path = PathBuf::from(std::env::var_os("RASSEGNA_ORIGIN")?);
        let python = std::env::var_os("RASSEGNA_PYTHON").unwrap_or_else(|| "python3".into());
        Some(Self {
            path,
            python: python.into(),
        })
    }

    pub(crate) fn list(&self) -> Vec<Fault> {
        let mut command = Command::new(&self.python);
        let output = command.arg(&self.path).arg("--list").output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let fields = text.lines().map(|line| line.split('\t'));
        fields
            .map(|mut fields| {
                let mut next = || fields.next().unwrap().to_owned();
                Fault {
                    name: next(),
                    group: next(),
                    outcome: next(),
                }
            })
            .collect()
    }

    /// Makes the certificates of the TLS faults, by the script that stands beside the program.
    pub(crate) fn certificates(&self, folder: &Path) -> bool {
        let script = self.path.with_file_name("net").join("mk_certs.sh");
        let mut command = Command::new("bash");
        let made = script.is_file() && {
            let output = command.arg(script).arg(folder).output().unwrap();
            output.status.success()
        };
        made && folder.join("ca.crt").is_file()
    }
}

/// A running origin; ended when it is dropped.
pub(crate) struct Origin {
    child: Child,
    pub(crate) port: u16,
}

/// A request that the origin saw.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Seconds since 1970.
    pub(crate) at: f64,
    pub(crate) path: String,
}

impl Origin {
    /// Starts it on loopback: on 127.0.0.1, or `wide`, on all loopback addresses.
    pub(crate) fn start(program: &Program, wide: bool, certificates: Option<&Path>) -> Self {
        let port = free_ports();
        let wrapper = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/origin.py");
        let mut command = Command::new(&program.python);
        command.arg(wrapper).arg(&program.path);
        command.args(["--port", &port.to_string()]);
        command.args(["--host", if wide { "0.0.0.0" } else { "127.0.0.1" }]);
        if let Some(folder) = certificates {
            command.arg("--tls-dir").arg(folder);
        }
        let child = command.stdout(Stdio::null()).spawn().unwrap();
        let origin = Self { child, port };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port + 91)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "no origin");
            thread::sleep(Duration::from_millis(20));
        }
        origin
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) fn step(&self, fault: &str, step: i32) {
        assert_eq!(self.get(&format!("/_step/{fault}/{step}")), "ok");
    }

    /// Everything that was asked, but for what the tests themselves ask.
    pub(crate) fn log(&self) -> Vec<Asked> {
        let log: serde_json::Value = serde_json::from_str(&self.get("/_log")).unwrap();
        let asked = log.as_array().unwrap().iter().map(|entry| Asked {
            at: entry[0].as_f64().unwrap(),
            path: entry[2].as_str().unwrap().to_owned(),
        });
        asked
            .filter(|asked| !asked.path.starts_with("/_"))
            .collect()
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: tests\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        body.to_owned()
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that is free along with those that the origin takes after it, below those of outgoing connections.
fn free_ports() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let own = u16::try_from(std::process::id() % 80).unwrap() * 100;
    loop {
        let port = 10_000 + (own + 100 * NEXT.fetch_add(1, Ordering::SeqCst)) % 8_000;
        let free = |port: u16| TcpListener::bind(("0.0.0.0", port)).is_ok();
        if (0..10).chain(90..93).all(|more| free(port + more)) {
            return port;
        }
    }
}
