"""What the rigs stand on: an origin whose answers they set, one installation of rassegna, and a look at what a dead run
has left that trusts none of rassegna's own code. Python's standard library is all that is needed.

`RASSEGNA_BINARY` names the program; else it is target/release/rassegna.
"""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as ElementTree
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("RASSEGNA_BINARY", PROJECT / "target/release/rassegna"))
ATOM = "{http://www.w3.org/2005/Atom}"
#: Exit codes of a Rust program that panicked or aborted, and of one that crashed.
PANICS = (101, 134, 139, -signal.SIGABRT, -signal.SIGSEGV)


class Origin:
    """A web server on a loopback port. `set` gives an address its answer, a text or a function of the handler."""

    def __init__(self):
        self.pages, self.asked = {}, 0
        origin = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                origin.asked += 1
                media_type, page = origin.pages.get(self.path, ("text/plain", None))
                try:
                    if callable(page):
                        return page(self)
                    body = (page or "no such page").encode()
                    self.send_response(200 if page else 404)
                    self.send_header("Content-Type", media_type)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # The client was killed; that is its own affair.

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads, request_queue_size = True, 256

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def set(self, path, media_type, page):
        self.pages[path] = (media_type, page)

    def url(self, path):
        return f"http://127.0.0.1:{self.server.server_port}{path}"


class World:
    """Sources that grow, each by one piece of news at a time; `n17` in a title names the piece for ever."""

    def __init__(self, origin, names=("agenzia", "regione", "wire")):
        self.origin, self.names, self.next = origin, names, 1
        self.lock = threading.Lock()
        self.listed = {name: [] for name in names}
        for name in names * 3:
            self.add(name)

    def add(self, name):
        with self.lock:
            n, self.next = self.next, self.next + 1
            date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(1_704_103_200 + 60 * n))
            self.listed[name].insert(
                0,
                f"<item><title>Notizia n{n} di {name}</title><link>https://{name}.example/{n}</link>"
                f"<guid>{name}:{n}</guid><pubDate>{date}</pubDate><description>Il testo {n}.</description></item>",
            )
            del self.listed[name][30:]
            self.origin.set(f"/{name}", "application/rss+xml", rss(self.listed[name]))

    def turn(self):
        """The next change, at the sources in turn."""
        self.add(self.names[self.next % len(self.names)])

    def tables(self):
        language = {"wire": "en"}
        return "".join(
            f'[source.{name}]\nurl = "{self.origin.url("/" + name)}"\nlanguage = "{language.get(name, "it")}"\n'
            for name in self.names
        )


def rss(items):
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>Fonte</title>'
        "<link>https://fonte.example/</link><description>d</description>" + "\n".join(items) + "</channel></rss>\n"
    )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Site:
    """One installation: its configuration in `folder`, its data below `data`."""

    def __init__(self, folder, data=None, languages=("it", "en"), every="1s", fetch=""):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = Path(data) if data else self.folder / "data"
        self.listen, self.admin = free_port(), free_port()
        self.languages, self.every, self.fetch = list(languages), every, fetch
        self.log = self.folder / "log"
        self.log.write_text("")

    @property
    def database(self):
        return self.data / "rassegna.db"

    @property
    def feeds(self):
        return self.data / "feeds"

    def configure(self, tables):
        (self.folder / "rassegna.toml").write_text(
            f'[site]\ntitle = "Prova"\nurl = "https://rassegna.example/"\ncontact = "redazione@rassegna.example"\n'
            f'languages = {json.dumps(self.languages)}\ntimezone = "Europe/Rome"\n'
            f'[schedule]\nevery = "{self.every}"\n'
            f'[fetch]\nallow = ["127.0.0.0/8"]\ngap = "0s"\nper_host = 64\nconcurrency = 128\n{self.fetch}\n'
            f"[publish]\nentries = 1000\ndays = 366\n"
            f'[serve]\nlisten = "127.0.0.1:{self.listen}"\nadmin = "127.0.0.1:{self.admin}"\n\n{tables}'
        )

    def command(self, name, before=()):
        return [*before, str(BINARY), name, "--config", str(self.folder / "rassegna.toml"), "--data", str(self.data)]

    def run(self, name, before=(), timeout=60, log="info", **more):
        """Runs a command to its end. A command that does not end is killed, and its code is "hang"."""
        more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
        environment = {**os.environ, **more.pop("env", {}), "RASSEGNA_LOG": log}
        environment.pop("JOURNAL_STREAM", None)
        process = subprocess.Popen(
            self.command(name, before), env=environment, stdin=subprocess.DEVNULL, text=True, errors="replace",
            start_new_session=True, **more,
        )
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            return Ran("hang", out or "", err or "")
        return Ran(process.returncode, out or "", err or "")

    def once(self, **more):
        return self.run("once", **more)

    def start(self, before=(), env=None, log=None):
        """Starts the daemon; its log goes to a file that is not on the file system under test."""
        environment = {**os.environ, **(env or {}), "RASSEGNA_LOG": "info"}
        environment.pop("JOURNAL_STREAM", None)
        with open(log or self.log, "ab") as out:
            return subprocess.Popen(
                self.command("run", before), env=environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=out, start_new_session=True,
            )

    def start_ready(self, patience=20, **more):
        daemon = self.start(**more)
        deadline = time.monotonic() + patience
        while self.get("/healthz", self.admin)[0] is None or self.get("/it/atom.xml")[0] != 200:
            if daemon.poll() is not None or time.monotonic() > deadline:
                stop(daemon, signal.SIGKILL)
                raise RuntimeError(f"the daemon does not serve: {tail(self.log.read_text())}")
            time.sleep(0.01)
        return daemon

    def get(self, path, port=None):
        """What the daemon answers: status and body, or (None, b"")."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.listen, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return None, b""
        finally:
            connection.close()


class Ran:
    """How a command ended."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err


def stop(process, how=signal.SIGTERM, patience=10):
    """Ends a process of ours and what it started; gives its code and how many seconds that took, or "hang"."""
    begun = time.monotonic()
    if process.poll() is None:
        os.killpg(process.pid, how)
    try:
        return process.wait(patience), time.monotonic() - begun
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return "hang", time.monotonic() - begun


def wait(what, holds, patience=30):
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            raise RuntimeError(f"in vain: {what}")
        time.sleep(0.02)


def tail(text, length=160):
    lines = text.strip().splitlines()
    return lines[-1][:length] if lines else ""


# ------------------------------------------------------------------------------------------------ what is published


def entries_of(name, body):
    """The entries of a feed document: {id: (title, published)}; raises where it is not whole."""
    if name.endswith("atom.xml"):
        found = [
            (e.findtext(ATOM + "id"), e.findtext(ATOM + "title"), e.findtext(ATOM + "published"))
            for e in ElementTree.fromstring(body).iter(ATOM + "entry")
        ]
    elif name.endswith("rss.xml"):
        found = [
            (i.findtext("guid"), i.findtext("title"), i.findtext("pubDate"))
            for i in ElementTree.fromstring(body).iter("item")
        ]
    else:
        found = [(i["id"], i["title"], i["date_published"]) for i in json.loads(body)["items"]]
    entries = {id: (title, published) for id, title, published in found}
    if len(entries) != len(found):
        raise ValueError("an entry stands twice")
    titles = [title for _, title, _ in found]
    if len(set(titles)) != len(titles):
        raise ValueError("a piece of news stands twice")
    return entries


def published(root):
    """Reads everything below the publish folder: ({file: entries of the feeds}, what is wrong)."""
    feeds, wrong = {}, []
    for path in sorted(Path(root).rglob("*")):
        name = str(path.relative_to(root))
        if path.is_dir() or name.endswith(".rassegna-unfinished"):
            continue
        body = path.read_bytes()
        try:
            if path.name in ("atom.xml", "rss.xml", "feed.json"):
                feeds[name] = entries_of(name, body)
            elif path.suffix == ".xml":
                ElementTree.fromstring(body)
            elif path.suffix == ".html" and not body.rstrip().endswith(b"</html>"):
                raise ValueError("it is cut off")
            elif path.suffix == ".css" and not body.rstrip().endswith(b"}"):
                raise ValueError("it is cut off")
        except (ValueError, ElementTree.ParseError, KeyError) as why:
            wrong.append(f"{name} ({len(body)} bytes): {why}")
    return feeds, wrong


def bytes_below(root):
    """Every published file, with the times of this run (an edit is dated by when it was seen) made the same."""
    root = Path(root)
    return {str(p.relative_to(root)): settle(p.read_bytes()) for p in sorted(root.rglob("*")) if p.is_file()}


def settle(body):
    # A day may have begun in the sources' zone, or be there still.
    for apart in (-86400, 0, 86400):
        day = time.gmtime(time.time() + apart)
        for form in ("%Y-%m-%d", "%d %b %Y"):
            body = re.sub(
                time.strftime(form, day).encode() + rb"[T ]\d\d:\d\d(:\d\d)?", b"NOW", body
            )
    return body


# -------------------------------------------------------------------------------------------------- what is stored


@contextlib.contextmanager
def copied(database):
    """A connection to a copy of a database and its logs, so that looking recovers nothing."""
    base = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="rassegna-look-", dir=base) as place:
        copy = Path(place) / "copy.db"
        for ending in ("", "-wal", "-journal"):
            if Path(str(database) + ending).exists():
                shutil.copyfile(str(database) + ending, str(copy) + ending)
        connection = sqlite3.connect(copy)
        try:
            yield connection
        finally:
            connection.close()


@contextlib.contextmanager
def opened(database):
    """A connection to the database of a daemon that runs."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        yield connection
    finally:
        connection.close()


def asked(database, question):
    """The one value that a question has, or why there is none."""
    with copied(database) as connection:
        try:
            return connection.execute(question).fetchone()[0]
        except sqlite3.DatabaseError as why:
            return str(why)


def stored(database, look=copied):
    """({feed: ids in its ledger}, number of stories, what is wrong)."""
    if not Path(database).exists() or Path(database).stat().st_size == 0:
        return {}, 0, []
    with look(database) as connection:
        wrong, ledger, stories = [], {}, 0
        try:
            intact = connection.execute("PRAGMA integrity_check").fetchone()[0]
            if intact != "ok":
                wrong.append(f"integrity_check: {intact}")
            if connection.execute("PRAGMA foreign_key_check").fetchone():
                wrong.append("a row points to nothing")
            if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'ledger'").fetchone():
                for feed, entry in connection.execute("SELECT feed, lower(hex(entry)) FROM ledger"):
                    ledger.setdefault(feed, set()).add(entry)
                stories = connection.execute("SELECT count(*) FROM story").fetchone()[0]
        except sqlite3.DatabaseError as why:
            wrong.append(f"the database does not open: {why}")
        return ledger, stories, wrong


class Seen:
    """What somebody was told before the crash, and therefore must find again."""

    def __init__(self):
        self.entries = {}  # (feed, id) -> title, published
        self.new = 0  # stories that the log said were committed

    def document(self, name, entries):
        feed = name.split("/")[0]
        for id, told in entries.items():
            if name.endswith("atom.xml"):
                self.entries.setdefault((feed, id), told)

    def log(self, text):
        self.new = sum(int(n) for n in re.findall(r" items, (\d+) new, ", text))


def check(site, seen, files=True, look=copied):
    """What is wrong with what a dead run has left: a list of sentences, empty if nothing is.

    The database is intact and has everything that was acknowledged; the files are whole, show nothing twice and nothing
    that the database does not know; with `files`, each feed still shows every entry that somebody has seen.
    """
    # The files first: beside a daemon that runs, the database may only have gone further since.
    feeds, broken = published(site.feeds) if site.feeds.exists() else ({}, [])
    ledger, stories, wrong = stored(site.database, look)
    wrong += broken
    if stories < seen.new:
        wrong.append(f"the log told of {seen.new} new stories, the database has {stories}")
    for name, entries in feeds.items():
        known = ledger.get(name.split("/")[0], set())
        ahead = [title for id, (title, _) in entries.items() if plain(id) not in known]
        if ahead:
            wrong.append(f"{name} is ahead of the database by {len(ahead)}: {ahead[0]}")
    id_of = {}
    for (feed, id), (title, when) in seen.entries.items():
        if plain(id) not in ledger.get(feed, set()):
            wrong.append(f"{title} was seen in {feed}, and the database does not know it")
        if id_of.setdefault((feed, title), id) != id:
            wrong.append(f"{title} was seen in {feed} under two ids")
        for form in ("atom.xml", "rss.xml", "feed.json") if files else ():
            shown = feeds.get(f"{feed}/{form}", {})
            if id not in shown:
                wrong.append(f"{title} was seen in {feed}, and {form} does not show it any more")
            elif form == "atom.xml" and shown[id][1] != when:
                wrong.append(f"the date of {title} moved from {when} to {shown[id][1]}")
    return wrong


def plain(id):
    return id.replace("urn:uuid:", "").replace("-", "")


# -------------------------------------------------------------------------------------------------------- the table


class Report:
    """The lines of a rig: a case, how often it was tried, how often it failed, and in which way."""

    def __init__(self, name):
        self.name, self.rows, self.begun = name, [], time.monotonic()

    def add(self, case, tried, failures, note=""):
        self.rows.append((case, tried, len(failures), note))
        mark = "FAIL" if failures else "ok"
        print(f"  {mark:4} {case}: {tried - len(failures)} of {tried}  {note}", flush=True)
        for failure in failures[:5]:
            print(f"         {failure}", flush=True)

    def control(self, case, found):
        """A control is a run that has to be found wanting: it shows that the rig can fail."""
        self.add(f"control: {case}", 1, [] if found else ["it was not found out"], tail(str(found), 90))

    def end(self):
        width = max(len(row[0]) for row in self.rows)
        print(f"\n{self.name:{width}}   tried  failed")
        for case, tried, failed, note in self.rows:
            print(f"{case:{width}}  {tried:6}  {failed:6}  {note}")
        bad = sum(row[2] for row in self.rows)
        print(f"{self.name}: {sum(row[1] for row in self.rows)} tried, {bad} failed, {time.monotonic() - self.begun:.0f} s")
        sys.exit(1 if bad else 0)


def scratch(name):
    """A folder of its own in memory, where syncing costs nothing; removed at the end by the caller."""
    base = "/dev/shm" if Path("/dev/shm").is_dir() else None
    return Path(tempfile.mkdtemp(prefix=f"rassegna-{name}-", dir=base))


def need(*programs):
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        sys.exit(f"missing: {', '.join(missing)}; this rig can't run without")
    if not BINARY.exists():
        sys.exit(f"{BINARY} is missing: cargo build --release")
