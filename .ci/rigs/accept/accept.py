#!/usr/bin/env python3
"""Whether validators and readers that are not ours accept what rassegna publishes.

    accept.py [--all] [--keep DIR] [SET ...]        SET: demo, torture, corpus, or a folder of published feeds

Without --all, what is quick to have: xmllint, feedparser, feed-rs, the rules, and the readers from npm where they are
installed. `run` beside this file installs and starts it. Every file that is published is held against well-formedness, a
RELAX NG profile, the JSON Feed schema and the rules of rules.py; every reader must see in every file the entries, with
their ids, links, titles, dates and texts, that the JSON Feed of the same folder has by Python's own json. `corpus` is
real pages and feeds, where RASSEGNA_CORPUS names a folder of them.
"""

import argparse
import calendar
import collections
import concurrent.futures
import html
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import feedparser

import rules
import torture

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[2]
TARGET = PROJECT / "target"
BINARY = Path(os.environ.get("RASSEGNA_BINARY", TARGET / "release/rassegna"))
SITE = "https://rassegna.example/"
FILES = ("rss.xml", "atom.xml", "feed.json")


class Report:
    """How often something was asked, how often the answer was no, and the first answers of each kind."""

    def __init__(self):
        self.tried, self.bad, self.failed = collections.Counter(), collections.Counter(), collections.defaultdict(list)
        self.notes = []

    def add(self, what, faults, tried=1):
        faults = list(faults)
        self.tried[what] += tried
        self.bad[what] += min(tried, len(faults))
        self.failed[what] += faults

    def end(self):
        for what, tried in self.tried.items():
            faults = self.failed[what]
            print(f"{'FAIL' if faults else 'ok  '} {what}: {tried - self.bad[what]} of {tried}")
            kinds = collections.defaultdict(list)
            for kind, example in faults:
                kinds[kind].append(example)
            for kind, examples in sorted(kinds.items()):
                print(f"       {len(examples)} × {kind}")
                for example in examples[:3]:
                    print(f"         {example}")
        for note in self.notes:
            print(note)
        bad = sum(self.bad.values())
        passed = sum(self.tried.values()) - bad
        print(f"{passed} passed, {bad} failed")
        return bad


# ---------------------------------------------------------------------------------------------------------- the sets


class Origin:
    """A web server on a loopback port: {path: (media type, body)}; any POST is a hub's yes."""

    def __init__(self, pages):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                kind, body = pages.get(self.path, ("text/plain", None))
                body = body() if callable(body) else body
                self.send_response(404 if body is None else 200)
                if kind:
                    self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def do_POST(self):
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def publish(place, origin, languages, sources):
    """Polls all sources once with the real program; gives the folder of what it published. A source is a path and maybe
    its language."""
    place.mkdir(parents=True)
    tables = "".join(
        f'[source.s{n}]\nurl = "{origin.url}{path}"\n' + (f'language = "{language}"\n' if language else "") + "\n"
        for n, (path, language) in enumerate(sources)
    )
    (place / "rassegna.toml").write_text(
        f'[site]\ntitle = "Prova & riprova"\nurl = "{SITE}"\nlanguages = {json.dumps(languages)}\ntimezone = "Europe/Rome"\n'
        '[schedule]\nevery = "1h"\n'
        '[fetch]\nallow = ["127.0.0.0/8"]\ngap = "0s"\nper_host = 64\nconcurrency = 64\n'
        f'[publish]\nentries = 1000\ndays = 366\ncontent = "full"\nhub = "{origin.url}/hub?a=1&b=2"\n'
        f'[feed.all]\ntitle = "Tutto"\nwhere = {{ language = {json.dumps(languages)} }}\n\n{tables}'
    )
    command = [str(BINARY), "once", "--config", str(place / "rassegna.toml"), "--data", str(place / "data")]
    begun = time.monotonic()
    ran = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=3600)
    if ran.returncode not in (0, 1):
        sys.exit(f"rassegna ended with {ran.returncode}: {ran.stderr[-2000:]}")
    print(f"  {len(sources)} sources polled and published in {time.monotonic() - begun:.0f} s: {ran.stdout.strip().splitlines()[-1][:120]}", flush=True)
    return place / "data/feeds"


def demo(place, _):
    subprocess.run([str(BINARY), "demo", "--exit", "--data", str(place)], check=True, stdout=subprocess.DEVNULL)
    return place / "feeds"


def tortured(place, few):
    documents = torture.documents(few)
    origin = Origin({path: (kind, body) for path, (kind, body, _) in documents.items()})
    return publish(place, origin, ["it", "en", "de", "fr", "ar"], [(path, language) for path, (_, _, language) in documents.items()])


def corpus(place, _):
    root = os.environ.get("RASSEGNA_CORPUS")
    if not root:
        return None
    root, pages, sources = Path(root), {}, []
    kinds = {".html": "text/html", ".json": "application/json"}

    def serve(path, kind, language=None):
        address = "/" + urllib.parse.quote(str(path.relative_to(root)))
        pages[address] = (kind, path.read_bytes)
        sources.append((address, language))

    for told in sorted(root.glob("listings/*/*/*.json")):
        page = told.with_suffix(".html")
        if page.exists():
            serve(page, "text/html", (json.loads(told.read_text()).get("language") or "en")[:2])
    for told in sorted(root.glob("feeds/**/*.expected.json")):
        feed = told.with_name(told.name.removesuffix(".expected.json"))
        if feed.is_file():
            headers = {name.lower(): value for name, value in (json.loads(told.read_text()).get("headers") or {}).items()}
            serve(feed, headers.get("content-type", kinds.get(feed.suffix, "application/xml")))
    languages = ["en", "it", "de", "es", "fr", "ja", "zh", "ru", "cs", "no"]
    return publish(place, Origin(pages), languages, sources)


SETS = {"demo": demo, "torture": tortured, "corpus": corpus}


# ----------------------------------------------------------------------------------------------------- the comparison

squash = lambda text: re.sub(r"\s+", " ", text or "").strip()
words = lambda text: squash(html.unescape(re.sub(r"<[^>]*>", " ", text or "")))


def truth(path):
    """The entries of a JSON Feed, and what the format asks of it."""
    feed = json.loads(path.read_text(encoding="utf-8"))
    if feed["version"] != "https://jsonfeed.org/version/1.1" or not feed["title"]:
        raise ValueError("it is no JSON Feed 1.1")
    for item in feed["items"]:
        if not all(isinstance(item[name], str) and item[name] for name in ("id", "url", "title", "content_html", "date_published", "date_modified")):
            raise ValueError(f"something is missing in {item['id']}")
    return [
        {"id": i["id"], "link": i["url"], "title": i["title"], "date": i["date_published"], "text": i["content_html"]}
        for i in feed["items"]
    ]


def differences(seen, true):
    """What a reader sees otherwise: (field, example) for each entry."""
    ids = [item["id"] for item in seen]
    if sorted(ids, key=str) != sorted(item["id"] for item in true):
        yield "entries", f"{len(ids)} of {len(true)}"
        return
    by_id = {item["id"]: item for item in seen}
    for item in true:
        other = by_id[item["id"]]
        for field, clean in (("link", str), ("title", squash), ("date", str), ("text", words)):
            mine, theirs = clean(item[field]), clean(other[field] or "")
            if mine != theirs:
                at = next((n for n, (a, b) in enumerate(zip(mine, theirs)) if a != b), min(len(mine), len(theirs)))
                near = slice(max(0, at - 20), at + 40)
                yield field, f"{item['id'][-12:]} {item['title'][:30]!r}: {mine[near]!r} is {theirs[near]!r}"


# --------------------------------------------------------------------------------------------------------- the readers


def python_feedparser(files):
    for file in files:
        parsed = feedparser.parse(Path(file).read_bytes(), sanitize_html=False, resolve_relative_uris=False)
        if parsed.bozo:
            yield {"file": file, "error": str(parsed.bozo_exception)}
            continue
        iso = lambda at: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(calendar.timegm(at)))
        yield {
            "file": file,
            "items": [
                {"id": e.id, "link": e.link, "title": e.title, "date": iso(e.published_parsed), "text": e.content[0].value if "content" in e else e.summary}
                for e in parsed.entries
            ],
        }


def lines(*command):
    """A reader that is a program of its own: it prints a line of JSON for each file."""

    def read(files):
        for at in range(0, len(files), 200):
            ran = subprocess.run([*map(str, command), *files[at : at + 200]], capture_output=True, text=True, timeout=3600)
            yield from (json.loads(line) for line in ran.stdout.split("\n") if line)
            if ran.returncode != 0:
                yield {"file": files[at], "error": f"it ended with {ran.returncode}: {ran.stderr[-500:]}"}

    return read


def newsboat(files):
    """One cache a file: newsboat knows entries by their ids over all feeds."""

    def one(file):
        with tempfile.TemporaryDirectory() as home:
            shutil.copyfile(file, f"{home}/f.xml")
            Path(home, "urls").write_text(f"file://{home}/f.xml\n")
            Path(home, "config").write_text("auto-reload no\nrefresh-on-startup no\nmax-items 0\nkeep-articles-days 0\n")
            command = ["newsboat", "-u", f"{home}/urls", "-c", f"{home}/cache.db", "-C", f"{home}/config", "-x", "reload"]
            ran = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}, timeout=600)
            if ran.returncode != 0:
                return {"file": file, "error": f"it ended with {ran.returncode}: {ran.stderr[-300:]!r}"}
            cache = sqlite3.connect(f"{home}/cache.db")
            cache.text_factory = lambda raw: raw.decode("utf-8", "replace")
            rows = cache.execute("SELECT guid, url, title, pubDate, content FROM rss_item").fetchall()
            cache.close()
            iso = lambda at: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
            return {"file": file, "items": [{"id": i, "link": l, "title": t, "date": iso(d), "text": c} for i, l, t, d, c in rows]}

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(one, files)


def readers(everything):
    """The readers that can be had here: (name, which kinds of files, reader); and a line for each that can't."""
    found, missing = [("feedparser", ("rss.xml", "atom.xml"), python_feedparser)], []
    example = next((path for path in (TARGET / "debug/examples/feed_rs", TARGET / "release/examples/feed_rs") if path.exists()), None)
    if example:
        found.append(("feed-rs", FILES, lines(example)))
    else:
        missing.append("feed-rs (cargo build --example feed_rs)")
    modules = TARGET / "ci-node/node_modules"
    if shutil.which("node") and modules.is_dir():
        node = lambda name: lines("node", HERE / "read.mjs", modules, name)
        found += [("feedsmith", FILES, node("feedsmith")), ("rss-parser", FILES[:2], node("rss-parser")), ("node-feedparser", FILES[:2], node("node-feedparser"))]
    else:
        missing.append("feedsmith, rss-parser, node-feedparser and the JSON Feed schema (node, npm)")
    if everything:
        gofeed = TARGET / "ci-go/read"
        for name, kinds, reader, there in (("gofeed", FILES, lines(gofeed), gofeed.exists()), ("newsboat", FILES[:2], newsboat, shutil.which("newsboat"))):
            found.append((name, kinds, reader)) if there else missing.append(name)
    return found, missing


# ------------------------------------------------------------------------------------------------------------ the run


def validate(root, report, label, everything):
    """Well-formed, in the profile, by the rules."""
    xml = sorted(path for path in root.rglob("*.xml"))
    kinds = {"rss.xml": "rss", "atom.xml": "atom", "opml.xml": "opml"}
    for name, kind in kinds.items():
        files = [path for path in xml if path.name == name]
        tools = {"xmllint": ["xmllint", "--nonet", "--noout", "--relaxng"]}
        if everything and shutil.which("jing"):
            tools["jing"] = ["jing"]
        for tool, command in tools.items():
            for at in range(0, len(files), 200):
                some = files[at : at + 200]
                ran = subprocess.run([*command, str(HERE / f"schemas/{kind}.rng"), *map(str, some)], capture_output=True, text=True)
                said = [line for line in (ran.stdout + ran.stderr).splitlines() if line and not line.endswith(" validates") and not line.startswith("[warning]")]
                faults = [(re.sub(r".*?: ", "", line, count=1)[:120], line[:300]) for line in said] if ran.returncode else []
                report.add(f"{label}: {kind} by {tool} and its profile", faults, len(some))
    site = demo_site(root)
    for path in xml:
        found = rules.check(path, (site or SITE) + str(path.relative_to(root)))
        report.add(f"{label}: the rules of the W3C validator", [(rule, f"{path.relative_to(root)} {where}: {what}") for rule, where, what in found])


def demo_site(root):
    """Where the feeds say that they are: the demo has an address of its own."""
    page = next(iter(root.rglob("feed.json")), None)
    if page is None:
        return None
    return json.loads(page.read_text(encoding="utf-8"))["feed_url"].removesuffix(str(page.relative_to(root)))


def chains(root, report, label):
    """Each feed with its archive, read as RFC 5005 and JSON Feed lead: the same entries in every format, none twice in it."""
    site = demo_site(root)
    local = lambda address: root / address.removeprefix(site)
    relation = lambda tree, name: next((l.attributes["href"] for l in [*tree.all("{%s}link" % rules.ATOM), *(c for t in tree.all("channel") for c in t.all("{%s}link" % rules.ATOM))] if l.attributes.get("rel") == name), None)
    for feed in sorted(root.rglob("feed.json")):
        if "archive" in feed.parts:
            continue
        found = {}
        for name in FILES:
            path, ids, paged, pages = feed.with_name(name), set(), [], 0
            while path is not None and pages < 10_000:
                body = path.read_bytes()
                if name == "feed.json":
                    document = json.loads(body)
                    here, older = [item["id"] for item in document["items"]], document.get("next_url")
                else:
                    tree = rules.parse(body)
                    wanted = "guid" if name == "rss.xml" else "{%s}id" % rules.ATOM
                    here = [n.one(wanted).text for n in tree.walk() if n.name in ("item", "{%s}entry" % rules.ATOM)]
                    older = relation(tree, "prev-archive")
                paged += here if "archive" in path.parts else []
                ids |= set(here)
                path, pages = local(older) if older else None, pages + 1
            found[name] = ids
            twice = len(paged) - len(set(paged))
            report.add(f"{label}: archives read to their end", [("an entry on two pages", f"{feed.parent.name}/{name}: {twice}")] if twice else [])
        same = found["rss.xml"] == found["atom.xml"] == found["feed.json"]
        report.add(f"{label}: the same history in each format", [] if same else [("they differ", f"{feed.parent.name}: {[len(ids) for ids in found.values()]}")])


def accept(root, report, label, everything):
    folders = sorted({path.parent for path in root.rglob("atom.xml")})
    true = {}
    for folder in folders:
        try:
            true[folder] = truth(folder / "feed.json")
            faults = []
        except (ValueError, KeyError, OSError) as why:
            faults = [("no JSON Feed", f"{folder}: {why!r}")]
        report.add(f"{label}: JSON Feed by Python's json", faults)
    feeds = [folder for folder in folders if "archive" not in folder.parts]
    listed = {Path(node.attributes["xmlUrl"]).parent.name for node in rules.parse((root / "opml.xml").read_bytes()).walk() if "xmlUrl" in node.attributes}
    missing = {folder.name for folder in feeds} ^ listed
    report.add(f"{label}: the OPML lists the feeds", [("not both published and listed", str(missing))] if missing else [])
    entries = sum(map(len, true.values()))
    largest = max((path.stat().st_size for path in root.rglob("*") if path.is_file()), default=0)
    print(f"{label}: {len(folders)} documents in three formats, {entries} entries in them, the largest file {largest / 1e6:.2f} MB", flush=True)
    if not entries:
        report.add(f"{label}: something was published", [("nothing", str(root))])
    validate(root, report, label, everything)
    chains(root, report, label)
    found, missing = readers(everything)
    if shutil.which("node") and (TARGET / "ci-node/node_modules").is_dir():
        found.insert(0, ("JSON Feed schema", ("feed.json",), lines("node", HERE / "read.mjs", TARGET / "ci-node/node_modules", "schema")))
    for name, kinds, reader in found:
        begun = time.monotonic()
        for kind in kinds:
            what = f"{label}: {name} reads {kind}" if name != "JSON Feed schema" else f"{label}: {kind} by its schema"
            seen = {}
            for line in reader([str(folder / kind) for folder in true]):
                if line.get("error"):
                    report.add(what, [("it could not be read", f"{line['file']}: {line['error'][:300]}")])
                else:
                    seen[Path(line["file"]).parent] = line["items"]
            for folder, items in seen.items():
                faults = differences(items, true[folder]) if name != "JSON Feed schema" else ()
                where = folder.relative_to(root)
                report.add(what, [(field, f"{where}: {example}") for field, example in faults])
            if len(seen) != len(true):
                report.add(what, [("files without an answer", f"{len(true) - len(seen)}")], 1)
        print(f"  {name}: {time.monotonic() - begun:.0f} s", flush=True)
    report.notes = [f"not run: {name}" for name in missing] + ["not run: the W3C feed validator itself, which no package registry has"]


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--all", action="store_true", help="all readers and the whole torture set")
    asked.add_argument("--keep", type=Path)
    asked.add_argument("sets", nargs="*", default=list(SETS))
    asked = asked.parse_args()
    report = Report()
    place = asked.keep or Path(tempfile.mkdtemp(prefix="rassegna-accept-", dir=TARGET))
    try:
        for name in asked.sets:
            root = SETS[name](place / name, not asked.all) if name in SETS else Path(name)
            if root is None:
                print(f"{name}: not run, RASSEGNA_CORPUS names no folder", flush=True)
                continue
            accept(root, report, name if name in SETS else root.name, asked.all)
    finally:
        if not asked.keep:
            shutil.rmtree(place, ignore_errors=True)
    sys.exit(1 if report.end() else 0)


if __name__ == "__main__":
    main()
