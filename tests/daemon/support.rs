//! What the tests stand on: an HTTP origin whose answers they set, a place for one installation, the running
//! daemon, and readers of what was published that are not our own writers.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use tempfile::TempDir;

/// The longest that anything is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// An answer of the origin.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) status: u16,
    pub(crate) media_type: &'static str,
    pub(crate) body: Arc<Vec<u8>>,
    /// Sent with it; a request that names it gets a 304.
    pub(crate) etag: Option<&'static str>,
    pub(crate) cache_control: Option<&'static str>,
    pub(crate) last_modified: Option<&'static str>,
    /// Other headers.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Its 304s repeat the validators.
    pub(crate) repeats: bool,
    /// Waits so long before it answers.
    pub(crate) delay: Duration,
    /// Sends half of the body and closes the connection.
    pub(crate) breaks_off: bool,
}

impl Route {
    pub(crate) fn new(media_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            media_type,
            body: Arc::new(body.into()),
            etag: None,
            cache_control: None,
            last_modified: None,
            headers: Vec::new(),
            repeats: true,
            delay: Duration::ZERO,
            breaks_off: false,
        }
    }

    pub(crate) fn rss(items: &[News]) -> Self {
        Self::new("application/rss+xml", rss(items))
    }

    /// A redirect.
    pub(crate) fn redirect(status: u16, to: impl Into<String>) -> Self {
        Self {
            status,
            headers: vec![("Location", to.into())],
            ..Self::new("text/plain", "elsewhere")
        }
    }

    pub(crate) fn html(body: impl Into<Vec<u8>>) -> Self {
        Self::new("text/html; charset=utf-8", body)
    }
}

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

#[derive(Default)]
struct Shared {
    routes: Mutex<HashMap<String, Route>>,
    log: Mutex<Vec<Asked>>,
    answered: AtomicUsize,
}

/// A small HTTP server on a loopback port. It lives as long as the process.
#[derive(Clone)]
pub(crate) struct Origin {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Origin {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = Self {
            address: listener.local_addr().unwrap(),
            shared: Arc::default(),
        };
        let shared = Arc::clone(&origin.shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                // A client that was killed breaks its connections; that is its own affair.
                thread::spawn(move || drop(answer(&stream, &shared)));
            }
        });
        origin
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn set(&self, path: &str, route: Route) {
        self.shared
            .routes
            .lock()
            .unwrap()
            .insert(path.to_owned(), route);
    }

    /// The requests for a path so far.
    pub(crate) fn asked(&self, path: &str) -> Vec<Asked> {
        let log = self.shared.log.lock().unwrap();
        log.iter()
            .filter(|asked| asked.path == path)
            .cloned()
            .collect()
    }

    /// How many requests came.
    pub(crate) fn requests(&self) -> usize {
        self.shared.log.lock().unwrap().len()
    }

    /// How many answers are out.
    pub(crate) fn answered(&self) -> usize {
        self.shared.answered.load(Ordering::SeqCst)
    }
}

fn answer(stream: &TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut lines = reader.by_ref().lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = HashMap::new();
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    // What is left unread would make the system reset the connection.
    let length = headers
        .get("content-length")
        .and_then(|length| length.parse().ok());
    let mut sent = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut sent)?;
    let route = shared.routes.lock().unwrap().get(&path).cloned();
    let none_match = headers.get("if-none-match").cloned();
    let body = String::from_utf8_lossy(&sent).into_owned();
    shared.log.lock().unwrap().push(Asked {
        path,
        headers,
        body,
    });
    let mut route = route.unwrap_or_else(|| Route {
        status: 404,
        ..Route::new("text/plain", "no such page")
    });
    thread::sleep(route.delay);
    let mut out = stream;
    if route.status == 200 && route.etag.is_some() && none_match.as_deref() == route.etag {
        route.status = 304;
        route.body = Arc::default();
        if !route.repeats {
            (route.etag, route.last_modified) = (None, None);
        }
    }
    write!(out, "HTTP/1.1 {} X\r\nConnection: close\r\n", route.status)?;
    if route.status != 304 {
        write!(
            out,
            "Content-Type: {}\r\nContent-Length: {}\r\n",
            route.media_type,
            route.body.len()
        )?;
    }
    for (name, value) in [
        ("ETag", route.etag),
        ("Last-Modified", route.last_modified),
        ("Cache-Control", route.cache_control),
    ] {
        if let Some(value) = value {
            write!(out, "{name}: {value}\r\n")?;
        }
    }
    for (name, value) in &route.headers {
        write!(out, "{name}: {value}\r\n")?;
    }
    write!(out, "\r\n")?;
    let end = if route.breaks_off {
        route.body.len() / 2
    } else {
        route.body.len()
    };
    out.write_all(&route.body[..end])?;
    out.flush()?;
    shared.answered.fetch_add(1, Ordering::SeqCst);
    Ok(())
}

/// One piece of news, as a source writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct News {
    pub(crate) title: String,
    pub(crate) link: String,
    pub(crate) guid: Option<String>,
    pub(crate) text: String,
    pub(crate) at: DateTime<Utc>,
}

/// The number `n` of a source: everything about it can be told from the two.
pub(crate) fn news(source: &str, n: u32) -> News {
    News {
        title: format!("Notizia n{n} di {source}"),
        link: format!("https://{source}.example/notizie/{n}"),
        guid: Some(format!("{source}:{n}")),
        text: format!("Il testo della notizia {n}."),
        at: minute(n),
    }
}

/// A fixed time in the past, a minute later for each number.
pub(crate) fn minute(n: u32) -> DateTime<Utc> {
    DateTime::from_timestamp(1_704_103_200, 0).unwrap() + TimeDelta::minutes(i64::from(n))
}

pub(crate) fn rss(items: &[News]) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>Fonte</title>\
         <link>https://fonte.example/</link><description>d</description>\n",
    );
    for item in items {
        let guid = item.guid.as_ref().map_or_else(String::new, |guid| {
            format!("<guid isPermaLink=\"false\">{guid}</guid>")
        });
        out.push_str(&format!(
            "<item><title>{}</title><link>{}</link>{guid}<pubDate>{}</pubDate><description>{}</description></item>\n",
            item.title,
            item.link.replace('&', "&amp;"),
            item.at.format("%a, %d %b %Y %H:%M:%S GMT"),
            item.text,
        ));
    }
    out.push_str("</channel></rss>\n");
    out
}

pub(crate) fn atom(items: &[News]) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Fonte</title>\
         <id>https://fonte.example/</id><updated>2026-01-01T00:00:00Z</updated>\n",
    );
    for item in items {
        out.push_str(&format!(
            "<entry><title>{}</title><link href=\"{}\"/><id>{}</id><published>{at}</published><updated>{at}</updated>\
             <summary>{}</summary></entry>\n",
            item.title,
            item.link.replace('&', "&amp;"),
            item.guid.as_deref().unwrap_or(&item.link),
            item.text,
            at = item.at.format("%Y-%m-%dT%H:%M:%SZ"),
        ));
    }
    out.push_str("</feed>\n");
    out
}

/// A listing, to be read by the rules [`LISTING`].
pub(crate) fn listing(items: &[News]) -> String {
    let mut out = String::from(
        "<!doctype html><html lang=\"it\"><head><title>Notizie</title></head><body><main>\n",
    );
    for item in items {
        out.push_str(&format!(
            "<article><h3><a href=\"{}\">{}</a></h3><time datetime=\"{}\">x</time><p>{}</p></article>\n",
            item.link.replace('&', "&amp;"),
            item.title,
            item.at.format("%Y-%m-%dT%H:%M:%SZ"),
            item.text,
        ));
    }
    out.push_str("</main></body></html>\n");
    out
}

pub(crate) const LISTING: &str = "listing.item = \"article\"\nlisting.title = \"h3 a\"\nlisting.link = \"h3 a\"\n\
                                  listing.date = \"time@datetime\"\nlisting.summary = \"p\"\n";

/// A port that nobody uses, below those that the system gives to outgoing connections.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Far from the ports of other test processes, whose ids are near.
    let own = u16::try_from(std::process::id() * 131 % 12_000).unwrap();
    loop {
        let port = 20_000 + (own + NEXT.fetch_add(1, Ordering::SeqCst)) % 12_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// One installation: a configuration, its data and its ports, in a folder that goes away with it.
pub(crate) struct Site {
    folder: TempDir,
    listen: u16,
    admin: u16,
    /// What stands under `[publish]`.
    pub(crate) publish: String,
    /// What stands under `[schedule]`.
    pub(crate) schedule: String,
    /// What more stands under `[fetch]`.
    pub(crate) fetch: String,
    /// What stands under `[store]`.
    pub(crate) store: String,
    /// What more stands under `[serve]`.
    pub(crate) serve: String,
}

impl Site {
    /// A site that polls only when told to: its schedule is a day.
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            listen: free_port(),
            admin: free_port(),
            publish: String::new(),
            schedule: "every = \"1d\"".into(),
            fetch: String::new(),
            store: String::new(),
            serve: String::new(),
        }
    }

    /// Writes the configuration: the usual head, and these tables of sources and feeds.
    pub(crate) fn configure(&self, tables: &str) {
        let Self {
            listen,
            admin,
            publish,
            schedule,
            fetch,
            store,
            serve,
            ..
        } = self;
        let text = format!(
            "[site]\ntitle = \"Prova\"\nurl = \"https://rassegna.example/\"\ncontact = \"redazione@rassegna.example\"\n\
             languages = [\"it\", \"en\"]\ntimezone = \"Europe/Rome\"\n\
             [schedule]\n{schedule}\n\
             [fetch]\nallow = [\"127.0.0.0/8\"]\ngap = \"0s\"\nper_host = 64\n{fetch}\n\
             [store]\n{store}\n\
             [publish]\n{publish}\n\
             [serve]\nlisten = \"127.0.0.1:{listen}\"\nadmin = \"127.0.0.1:{admin}\"\n{serve}\n{tables}"
        );
        fs::write(self.config(), text).unwrap();
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("rassegna.toml")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.data().join("rassegna.db")
    }

    pub(crate) fn published(&self) -> PathBuf {
        self.data().join("feeds")
    }

    pub(crate) fn command(&self, name: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rassegna"));
        command
            .arg(name)
            .arg("--config")
            .arg(self.config())
            .arg("--data")
            .arg(self.data())
            .env_remove("RASSEGNA_LOG")
            .env_remove("JOURNAL_STREAM")
            .env_remove("NOTIFY_SOCKET")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, name: &str, arguments: &[&str]) -> Ran {
        Ran::of(self.command(name).args(arguments).output().unwrap())
    }

    /// Runs a command that can make no file larger than so many KiB.
    pub(crate) fn run_with_files_of_at_most(&self, kib: u32, name: &str) -> Ran {
        let inner = self.command(name);
        // The signal that would end the program is switched off, so that it sees an error instead.
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", kib * 2);
        let mut command = Command::new("sh");
        command
            .args(["-c", &script, "sh"])
            .arg(inner.get_program())
            .args(inner.get_args());
        Ran::of(command.output().unwrap())
    }

    /// One cycle that must go well.
    pub(crate) fn once(&self) -> Ran {
        let ran = self.run("once", &[]);
        assert_eq!(ran.code, 0, "{ran:?}");
        ran
    }

    /// Starts the daemon; it may not be ready yet.
    pub(crate) fn start(&self) -> Daemon {
        self.start_as(self.command("run"))
    }

    /// Starts a daemon that sees an error where a file would become too large, instead of being ended by a signal;
    /// [`Daemon::limit_files`] sets the limit.
    pub(crate) fn start_with_a_limit(&self) -> Daemon {
        let inner = self.command("run");
        let mut command = Command::new("sh");
        command
            .args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"])
            .arg(inner.get_program())
            .args(inner.get_args());
        self.serves(self.start_as(command))
    }

    pub(crate) fn start_as(&self, mut command: Command) -> Daemon {
        let log = self.folder.path().join("log");
        let out = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .unwrap();
        let child = command.stdout(Stdio::null()).stderr(out).spawn().unwrap();
        Daemon { child, log }
    }

    /// Starts the daemon and waits until it serves.
    pub(crate) fn start_ready(&self) -> Daemon {
        self.serves(self.start())
    }

    pub(crate) fn serves(&self, daemon: Daemon) -> Daemon {
        wait("the daemon serves", || {
            self.admin("/healthz").is_some() && daemon.log().contains("running")
        });
        daemon
    }

    /// What `serve.admin` answers, if anything.
    pub(crate) fn admin(&self, path: &str) -> Option<Reply> {
        ask(self.admin, "GET", path, &[])
    }

    /// What `serve.listen` answers.
    pub(crate) fn public(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
        ask(self.listen, method, path, headers).expect("the daemon serves")
    }

    /// An open connection to `serve.listen`.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.listen)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// What `serve.listen` says to these bytes until it closes the connection, or until nothing more comes; resetting is
    /// closing.
    pub(crate) fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        let mut answer = Vec::new();
        // It may close before it has taken all.
        let _ = stream.write_all(bytes);
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Changes the configuration.
    pub(crate) fn replace(&self, old: &str, new: &str) {
        let text = fs::read_to_string(self.config()).unwrap();
        assert!(text.contains(old), "{old} in {text}");
        fs::write(self.config(), text.replace(old, new)).unwrap();
    }

    /// `host:port` of `serve.listen`.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.listen)
    }

    /// The entries of a published feed, read from its Atom file.
    pub(crate) fn entries(&self, feed: &str) -> Vec<Entry> {
        entries(&self.published().join(feed).join("atom.xml"))
    }

    pub(crate) fn titles(&self, feed: &str) -> Vec<String> {
        self.entries(feed)
            .into_iter()
            .map(|entry| entry.title)
            .collect()
    }

    /// Opens the database for looking only.
    pub(crate) fn look(&self) -> rusqlite::Connection {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        rusqlite::Connection::open_with_flags(self.database(), flags).unwrap()
    }

    /// What the database says a source failed with.
    pub(crate) fn error(&self, source: &str) -> Option<String> {
        self.look()
            .query_row("SELECT error FROM source WHERE id = ?1", [source], |row| {
                row.get(0)
            })
            .unwrap()
    }

    /// Every published file with its inode and its time of change in nanoseconds.
    pub(crate) fn stamps(&self) -> BTreeMap<String, (u64, i64)> {
        let root = self.published();
        files(&root)
            .into_iter()
            .map(|path| {
                let file = fs::metadata(&path).unwrap();
                let stamp = (file.ino(), file.mtime() * 1_000_000_000 + file.mtime_nsec());
                let name = path.strip_prefix(&root).unwrap();
                (name.to_string_lossy().into_owned(), stamp)
            })
            .collect()
    }

    /// The files whose stamps differ from these.
    pub(crate) fn rewritten(&self, before: &BTreeMap<String, (u64, i64)>) -> Vec<String> {
        let now = self.stamps();
        assert!(
            before.keys().all(|name| now.contains_key(name)),
            "a published file is gone"
        );
        now.into_iter()
            .filter(|(name, stamp)| before.get(name) != Some(stamp))
            .map(|(name, _)| name)
            .collect()
    }
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().expect("no signal ended it"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A running daemon; killed when it is dropped.
pub(crate) struct Daemon {
    child: Child,
    log: PathBuf,
}

impl Daemon {
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.child.id().to_string())
            .status();
        assert!(sent.unwrap().success());
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// From now on it can make no file larger than so many bytes: a full disk, and with "unlimited" one with room.
    pub(crate) fn limit_files(&self, bytes: &str) {
        let set = Command::new("prlimit")
            .arg(format!("--fsize={bytes}:unlimited"))
            .arg(format!("--pid={}", self.child.id()))
            .status();
        assert!(set.unwrap().success());
    }

    /// Waits for its end.
    pub(crate) fn end(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "the daemon does not end");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// SIGKILL, at once.
    pub(crate) fn kill(mut self) {
        // It must be there to be killed: one that ended by itself has failed.
        let ended = self.child.try_wait().unwrap();
        assert_eq!(ended, None, "the daemon ended by itself:\n{}", self.log());
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and a good end.
    pub(crate) fn stop(mut self) {
        self.signal("TERM");
        let status = self.end();
        assert_eq!(status.code(), Some(0), "{}", self.log());
    }

    /// Everything that it and its predecessors have said.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("the daemon's log:\n{}", self.log());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer of the daemon.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

fn ask(port: u16, method: &str, path: &str, headers: &[(&str, &str)]) -> Option<Reply> {
    let stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    ask_over(stream, method, path, headers)
}

/// Asks over an open connection, which ends with the answer.
pub(crate) fn ask_over(
    mut stream: impl Read + Write,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> Option<Reply> {
    let mut request =
        format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    Some(Reply {
        status,
        headers,
        body: answer[end + 4..].to_vec(),
    })
}

/// Waits until something holds.
pub(crate) fn wait(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "in vain: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// An entry as a feed reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) link: String,
    /// Where else it is told.
    pub(crate) related: Vec<String>,
    pub(crate) published: DateTime<Utc>,
    pub(crate) updated: DateTime<Utc>,
    pub(crate) text: String,
}

/// The entries of an Atom file; fails if it is not whole.
pub(crate) fn entries(path: &Path) -> Vec<Entry> {
    let text = fs::read_to_string(path).unwrap();
    well_formed(&text).unwrap_or_else(|why| panic!("{}: {why}\n{text}", path.display()));
    let feed = feed_rs::parser::parse(text.as_bytes()).unwrap();
    let links = |entry: &feed_rs::model::Entry, wanted: &str| -> Vec<String> {
        let links = entry
            .links
            .iter()
            .filter(|link| link.rel.as_deref().unwrap_or("alternate") == wanted)
            // The same in another language is an alternate too.
            .filter(|link| link.href_lang.is_none());
        links.map(|link| link.href.clone()).collect()
    };
    feed.entries
        .iter()
        .map(|entry| Entry {
            id: entry.id.clone(),
            title: entry.title.clone().unwrap().content,
            link: links(entry, "alternate").concat(),
            related: links(entry, "related"),
            published: entry.published.unwrap(),
            // Below the second it only tells entries apart.
            updated: entry.updated.unwrap().trunc_subsecs(0),
            text: entry
                .content
                .as_ref()
                .and_then(|content| content.body.clone())
                .or_else(|| entry.summary.as_ref().map(|text| text.content.clone()))
                .unwrap_or_default(),
        })
        .collect()
}

/// Whether XML is well-formed from its first to its last byte.
pub(crate) fn well_formed(text: &str) -> Result<(), String> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut depth, mut roots) = (0_usize, 0_usize);
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(_) => {
                roots += usize::from(depth == 0);
                depth += 1;
            }
            Event::Empty(_) => roots += usize::from(depth == 0),
            Event::End(_) => depth -= 1,
            Event::Eof if depth == 0 && roots == 1 => return Ok(()),
            Event::Eof => return Err(format!("it ends {depth} elements deep, {roots} roots")),
            _ => {}
        }
    }
}

/// Fails unless every published file is whole; gives how many there are.
pub(crate) fn all_whole(root: &Path) -> usize {
    let files = files(root);
    let mut whole = 0;
    for path in files {
        let name = path.to_string_lossy().into_owned();
        if name.ends_with(".rassegna-unfinished") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap_or_else(|why| panic!("{name}: {why}"));
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("xml" | "xsl") => {
                well_formed(&text).unwrap_or_else(|why| panic!("{name}: {why}\n{text}"));
            }
            Some("json") => {
                serde_json::from_str::<serde_json::Value>(&text)
                    .unwrap_or_else(|why| panic!("{name}: {why}\n{text}"));
            }
            Some("html") => assert!(text.trim_end().ends_with("</html>"), "{name}: {text}"),
            Some("css") => assert!(text.trim_end().ends_with('}'), "{name}: {text}"),
            _ => panic!("{name} is no file that is published"),
        }
        whole += 1;
    }
    whole
}

/// The files below a folder, in order, without the list of those that changed.
pub(crate) fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(list) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in list.flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            } else if entry.file_name() != ".changed" {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

/// xorshift64*: the same numbers from the same seed, everywhere.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap() % end
    }

    /// Yes, once in `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// The seed of a run: `RASSEGNA_SEED`, else the time. Printed, so that a failure can be had again.
pub(crate) fn seed() -> u64 {
    let given = std::env::var("RASSEGNA_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| Utc::now().timestamp().unsigned_abs());
    eprintln!("RASSEGNA_SEED={seed}");
    seed
}
