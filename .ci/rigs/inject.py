#!/usr/bin/env python3
"""A fault at every file system call of a whole cycle, one after the other; then a look, a plain run, another look.

    .ci/rigs/inject.py [--every K] [--only kill,term,full,broken,words] [--workers N]

Three cycles over the demo's pages are walked: the first of all, which makes the database and every file; a second one
with changed pages; and one that migrates a database of the first schema. Calls are counted on the files of the installation alone, and each system call by itself:

  kill     SIGKILL instead of the call: what is on the disk at any moment of the cycle
  term     SIGTERM at the call, to `rassegna run`: it must end with 0 within 5 s
  full     the disk is full from the call on: whatever takes room gives ENOSPC
  broken   the call fails once, with EIO
  words    standard output and standard error are full

After each: the database is intact, what was acknowledged is stored, every published file is whole, none is older than
the last that was published, none is ahead of the database. No panic, and an error is told in words. Then a plain run
must succeed and leave the same bytes as if nothing had been.
"""

import argparse
import collections
import concurrent.futures
import re
import shutil
import sqlite3
import subprocess
import threading
import time

import rig
from migration import schema_one

#: What changes the disk.
CHANGING = (
    "write pwrite64 writev fsync fdatasync rename renameat renameat2 unlink unlinkat openat ftruncate fallocate mkdir"
    " mkdirat chmod fchmod fchown fcntl flock mmap"
).split()
#: What only looks at it.
LOOKING = "read pread64 statx newfstatat getdents64 lseek close".split()
#: What takes room on a disk.
FILLING = "write pwrite64 ftruncate fallocate mkdir rename fsync".split()

#: Where closing a folder fails, which no file system is known to do, Rust's standard library panics by itself. The state
#: that this leaves is looked at like any other; the panic is not held against rassegna.
FOLDER_CLOSED = "unexpected error during closedir"

#: The pages of the demo: path, file, language, what one piece of news is, and what is another in the second cycle.
PAGES = [
    ("agence", "agence.rss", "fr", "application/rss+xml", r"<item>.*?</item>", ("étrange cave", "curieuse cave")),
    ("agentur", "agentur.atom", "de", "application/atom+xml", r"<entry>.*?</entry>", None),
    ("agenzia", "agenzia-it.html", "it", "text/html; charset=utf-8", r'<article class="notizia.*?</article>', None),
    ("agenzia-en", "agenzia-en.html", "en", "text/html; charset=utf-8", None, ("Open call", "Renewed call")),
]
RULES = """listing.item = "article.notizia"\nlisting.group.date = "h4.data"\nlisting.title = "h3 a"
listing.link = "h3 a"\nlisting.summary = "p.occhiello"\n"""


def serve_pages(origin):
    """Each page as it is, below /2, and without its first piece of news, below /1."""
    for name, file, _, media_type, item, change in PAGES:
        whole = (rig.PROJECT / "demo" / file).read_text()
        before = re.sub(item, "", whole, count=1, flags=re.S) if item else whole
        after = whole.replace(*change) if change else whole
        if before == after:
            raise RuntimeError(f"{file} does not change")
        origin.set(f"/1/{name}", media_type, before)
        origin.set(f"/2/{name}", media_type, after)


class Cycle:
    """The first cycle, or the second: what it starts from, and what it must come to."""

    def __init__(self, name, origin, place, start=None):
        self.name, self.origin, self.place, self.start = name, origin, place, start
        reference = self.site("reference")
        self.counts = count(reference, "once")
        feeds, wrong = rig.published(reference.feeds)
        if wrong or not feeds:
            raise RuntimeError(f"the undisturbed {name} cycle is wrong already: {wrong}")
        self.bytes = rig.bytes_below(reference.feeds)
        self.after = self.place / "after"
        shutil.copytree(reference.data, self.after)

    def site(self, name, every="1s"):
        """A fresh copy of what the cycle starts from, whose sources show what the cycle is to read."""
        folder = self.place / name
        shutil.rmtree(folder, ignore_errors=True)
        site = rig.Site(folder, languages=("it", "en", "fr", "de"), every=every)
        if self.start:
            shutil.copytree(self.start, site.data)
        # One address for both cycles: which pages are behind it, a port of its own decides.
        tables = ""
        for source, _, language, _, _, _ in PAGES:
            url = self.origin.url("/" + source)
            rules = RULES if source == "agenzia" else ""
            tables += f'[source.{source}]\nurl = "{url}"\nlanguage = "{language}"\n{rules}'
        site.configure(tables)
        return site


class Step:
    """The origin in one of its two states; as all sites of a cycle see the same, cycles are walked in turn."""

    def __init__(self, origin):
        self.origin = origin

    def to(self, step):
        for name, _, _, _, _, _ in PAGES:
            self.origin.pages["/" + name] = self.origin.pages[f"/{step}/{name}"]


def paths(site):
    """Every file that a cycle touches, for strace: those that are there at the end, and those that are there between."""
    names = [str(site.data), str(site.feeds)]
    database = str(site.database)
    names += [database + ending for ending in ("", "-wal", "-shm", "-journal", ".id", ".lock", ".before-2", ".before-3")]
    for feed in site.languages:
        names.append(str(site.feeds / feed))
        files = [f"{feed}/{form}" for form in ("rss.xml", "atom.xml", "feed.json", "index.html")]
        names += [str(site.feeds / file) for file in files]
        names += [str(site.feeds / file) + ".rassegna-unfinished" for file in files]
    for file in ("index.html", "opml.xml", "style.css", "feed.css", "feed.it.css"):
        names += [str(site.feeds / file), str(site.feeds / file) + ".rassegna-unfinished"]
    return names


def strace(site, calls, inject=None):
    command = ["strace", "-f", "-q", "-ttt", "-o", str(site.folder / "trace"), "-e", "trace=" + ",".join(calls)]
    for path in paths(site):
        command += ["-P", path]
    if inject:
        command += ["-e", "inject=" + inject]
    return command


def count(site, command):
    """How often an undisturbed run makes each call on its files."""
    calls = CHANGING + LOOKING
    if command == "once":
        ran = site.once(before=strace(site, calls))
        if ran.code != 0:
            raise RuntimeError(f"an undisturbed cycle ends with {ran.code}: {rig.tail(ran.err)}")
    else:
        daemon = site.start(before=strace(site, calls))
        rig.wait("the first publication", lambda: "published" in site.log.read_text() or daemon.poll() is not None)
        time.sleep(0.7)
        rig.stop(daemon)
    return collections.Counter(re.findall(r"^\d+ +[\d.]+ (\w+)\(", trace_of(site), re.M))


def trace_of(site):
    trace = site.folder / "trace"
    return trace.read_text(errors="replace") if trace.exists() else ""


def fired(site, after):
    trace = trace_of(site)
    return "INJECTED" in trace or after in trace


def lines(data):
    """The names in a list of what changed; none where there is no list."""
    return set((data or b"").decode().splitlines())


def listed(site):
    """What the last publish says that it changed."""
    place = site.feeds / ".changed"
    return lines(place.read_bytes() if place.exists() else None)


def aftermath(cycle, site, ran, exact, listing=True):
    """The look, the plain run, the other look."""
    failures, seen = [], rig.Seen()
    if cycle.start:
        feeds, _ = rig.published(cycle.start / "feeds")
        for name, entries in feeds.items():
            seen.document(name, entries)
    seen.log(ran.err)
    if FOLDER_CLOSED in ran.err:
        pass
    elif ran.code in rig.PANICS or "panicked" in ran.err:
        failures.append(f"a panic, code {ran.code}: {rig.tail(ran.err)}")
    if ran.code == "hang":
        failures.append("it hangs")
    if ran.code not in (0, "hang") and ran.code > 0 and not (ran.err.strip() or ran.out.strip()):
        failures.append(f"it failed with {ran.code} without a word")
    failures += [f"after the fault: {what}" for what in rig.check(site, seen)]
    if exact and site.feeds.exists():
        now = rig.bytes_below(site.feeds)
        old = rig.bytes_below(cycle.start / "feeds") if cycle.start else {}
        for name, body in now.items():
            if not name.endswith(".rassegna-unfinished") and body not in (old.get(name), cycle.bytes[name]):
                failures.append(f"after the fault: {name} is neither the old file nor the new one")
    # A publish that came to its end tells what it changed, and the next one the rest.
    told = listed(site)
    plain = site.once()
    if plain.code != 0:
        failures.append(f"the plain run ends with {plain.code}: {rig.tail(plain.err + plain.out)}")
    failures += [f"after the plain run: {what}" for what in rig.check(site, seen)]
    now = rig.bytes_below(site.feeds) if site.feeds.exists() else {}
    for name in sorted(now.keys() | cycle.bytes.keys()):
        if name == ".changed":
            # Where a cycle changes nothing, the list of the one before stays until something is written.
            before = cycle.start / "feeds/.changed" if cycle.start else None
            if not listing or before and before.read_bytes() == cycle.bytes.get(name):
                continue
            missing = lines(cycle.bytes.get(name)) - lines(now.get(name)) - told
            failures += [f"no list tells of {name}" for name in sorted(missing)]
        elif now.get(name) != cycle.bytes.get(name):
            failures.append(f"after the plain run: {name} is not what it is without a fault")
    return failures


def point(cycle, kind, call, n, site):
    """One fault. Gives None where the run made fewer calls than that, else what was wrong."""
    after = "+" if kind == "full" else ""
    how = {"kill": "signal=KILL", "term": "signal=TERM", "full": "error=ENOSPC", "broken": "error=EIO"}[kind]
    before = strace(site, [call], f"{call}:{how}:when={n}{after}")
    if kind != "term":
        ran = site.once(before=before)
        if not fired(site, "killed by SIGKILL"):
            return None
        return aftermath(cycle, site, ran, exact=kind == "kill")
    daemon = site.start(before=before)
    begun, log = time.monotonic(), lambda: site.log.read_text(errors="replace")
    # The signal comes by itself; where the run has fewer calls than that, it is sent by hand.
    while daemon.poll() is None and time.monotonic() - begun < 8:
        if not fired(site, "--- SIGTERM") and "published" in log() and time.monotonic() - begun > 2:
            rig.stop(daemon)
            return None
        time.sleep(0.02)
    code, _ = rig.stop(daemon, patience=0.1)
    if not fired(site, "--- SIGTERM"):
        return None
    failures = [] if code == 0 else [f"it ended with {code}: {rig.tail(log())}"]
    stamps = re.findall(r"^\d+ +([\d.]+) (?:--- SIGTERM|\+\+\+ exited)", trace_of(site), re.M)
    if float(stamps[-1]) - float(stamps[0]) > 5:
        failures.append("it took longer than 5 s")
    # A daemon publishes more than once, and each list takes the place of the one before.
    return failures + aftermath(cycle, site, rig.Ran(code, "", log()), exact=False, listing=False)


def walk(report, cycle, kind, calls, arguments):
    """All points of one kind in one cycle, by several workers."""
    points = [(call, n) for call in calls for n in range(1, cycle.counts[call] + 3, arguments.every)]
    here = threading.local()
    numbers = iter(range(1000))

    def one(at):
        if not hasattr(here, "name"):
            here.name = f"worker-{next(numbers)}"
        site = cycle.site(here.name)
        try:
            return at, point(cycle, kind, *at, site)
        except Exception as why:  # A rig that stumbles must say so, not hang.
            return at, [f"the rig itself: {why!r}"]

    tried, failures = collections.Counter(), []
    with concurrent.futures.ThreadPoolExecutor(arguments.workers) as pool:
        for (call, n), wrong in pool.map(one, points):
            if wrong is None:
                continue
            tried[call] += 1
            if wrong:
                failures.append(f"{call} {n}: {'; '.join(wrong[:4])}")
    note = " ".join(f"{call} {times}" for call, times in tried.most_common())
    if not tried:
        failures, tried = ["no point was reached"], {"": 1}
    report.add(f"{kind}, {cycle.name} cycle", sum(tried.values()), failures, note)


def words(report, cycle):
    """A full disk under standard output and standard error is nobody's reason to panic."""
    for name, full in (("standard output", ["stdout"]), ("standard error", ["stderr"]), ("both", ["stdout", "stderr"])):
        site = cycle.site("words")
        with open("/dev/full", "w") as nowhere:
            ran = site.once(log="debug", **{stream: nowhere for stream in full})
        failures = [] if ran.code == 0 else [f"it ended with {ran.code}: {rig.tail(ran.err)}"]
        report.add(f"words, {name} full", 1, failures + aftermath(cycle, site, ran, exact=True))
    site = cycle.site("words")
    with open("/dev/full", "w") as nowhere:
        for command in ("--help", "--version", "nonsense"):
            ran = subprocess.run([str(rig.BINARY), command], stdout=nowhere, stderr=nowhere)
            report.add(f"words, {command}", 1, [f"{ran.returncode}"] if ran.returncode in rig.PANICS else [])
    daemon = site.start(log="/dev/full")
    rig.wait("it serves", lambda: site.get("/it/atom.xml")[0] == 200)
    code, _ = rig.stop(daemon)
    report.add("words, the daemon's log full", 1, [] if code == 0 else [f"it ended with {code}"])


def controls(report, cycle):
    """Results that are wrong on purpose must be found wrong."""

    def spoilt(what, spoil):
        site = cycle.site("control")
        if site.once().code != 0:
            raise RuntimeError("the control's own run failed")
        seen = rig.Seen()
        for name, entries in rig.published(site.feeds)[0].items():
            seen.document(name, entries)
        if rig.check(site, seen):
            raise RuntimeError("the control is wrong before it was spoilt")
        spoil(site)
        report.control(what, rig.check(site, seen))

    def cut(site):
        file = site.feeds / "it/rss.xml"
        file.write_bytes(file.read_bytes()[:-20])

    def forget(site):
        with sqlite3.connect(site.database) as connection:
            connection.execute("DELETE FROM ledger WHERE (feed, entry) IN (SELECT feed, entry FROM ledger LIMIT 1)")
        connection.close()

    def older(site):
        file = site.feeds / "fr/atom.xml"
        file.write_text(re.sub(r"<entry>.*?</entry>", "", file.read_text(), count=1, flags=re.S))

    def damage(site):
        with open(site.database, "r+b") as file:
            file.seek(4096 * 3)
            file.write(b"\xee" * 4096)

    spoilt("a file that is cut off", cut)
    spoilt("a database that forgets an entry", forget)
    spoilt("a file that is older than what was seen", older)
    spoilt("a damaged database", damage)
    # A writer that writes in place, under the same walk as the real one.
    site = cycle.site("control")
    site.once()
    file = site.feeds / "it/rss.xml"
    body = file.read_bytes()
    writer = (
        f"import os; b = open({str(file)!r}, 'rb').read(); f = os.open({str(file)!r}, os.O_WRONLY | os.O_TRUNC);"
        " os.write(f, b[:len(b) // 2]); os.write(f, b[len(b) // 2:])"
    )
    found = []
    for n in range(1, 3):
        file.write_bytes(body)
        subprocess.run(strace(site, ["write"], f"write:signal=KILL:when={n}") + ["python3", "-c", writer], check=False)
        found += rig.check(site, rig.Seen())
    report.control("a writer that writes in place", found)


def old_schema(cycle_two, origin, place):
    """A third cycle: what the second one left, as a database of the first schema, is brought up to date."""
    site = cycle_two.site("old")
    shutil.rmtree(site.data)
    shutil.copytree(cycle_two.after, site.data)
    schema_one(site)
    return Cycle("migrating", origin, place, site.data)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="only every Kth call")
    parser.add_argument("--only", default="words,kill,full,broken,term", help="kinds of faults")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    rig.need("strace")
    place, origin, report = rig.scratch("inject"), rig.Origin(), rig.Report("inject")
    serve_pages(origin)
    step = Step(origin)
    try:
        step.to(1)
        first = Cycle("first", origin, place / "first")
        controls(report, first)
        start = None
        for number in (1, 2):
            step.to(number)
            cycle = first if number == 1 else Cycle("second", origin, place / "second", start)
            start = cycle.after
            print(f"{cycle.name} cycle: {sum(cycle.counts.values())} calls on files of the installation", flush=True)
            kinds = arguments.only.split(",")
            if "words" in kinds:
                words(report, cycle)
            if "kill" in kinds:
                walk(report, cycle, "kill", CHANGING + LOOKING, arguments)
            if "full" in kinds:
                walk(report, cycle, "full", FILLING, arguments)
            if "broken" in kinds:
                walk(report, cycle, "broken", CHANGING + LOOKING, arguments)
            if "term" in kinds:
                daemon = cycle.site("daemon")
                once, cycle.counts = cycle.counts, count(daemon, "run")
                walk(report, cycle, "term", CHANGING, arguments)
                cycle.counts = once
        cycle = old_schema(cycle, origin, place / "migrating")
        print(f"{cycle.name} cycle: {sum(cycle.counts.values())} calls on files of the installation", flush=True)
        for kind, calls in (("kill", CHANGING), ("full", FILLING), ("broken", CHANGING + LOOKING)):
            if kind in arguments.only.split(","):
                walk(report, cycle, kind, calls, arguments)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    report.end()


if __name__ == "__main__":
    main()
