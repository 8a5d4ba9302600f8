#!/usr/bin/env python3
"""What else happens to a program in its life, each with the real daemon. Needs root and faketime.

    .ci/rigs/misc.py [WORD ...]        all cases, or those whose name has one of the words

A disk that is full and is freed, inodes that are used up, a publish folder that is read-only, databases damaged in
eight ways, clocks that jump, two daemons, SIGTERM among a hundred stalled fetches, kills during a migration, a backup
put in place under a running daemon. The daemon runs as under systemd: one that ended by itself is started again.
"""

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import rig
from migration import NEWEST, schema_one, versions

#: The library of faketime, which gives one program a clock of its own.
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)


def site_and_world(place, name, data=None):
    world = rig.World(rig.Origin())
    site = rig.Site(place / name, data=data)
    site.configure(world.tables())
    return site, world


def used(place, name):
    """A site that has published, and what a subscriber has seen of it."""
    site, world = site_and_world(place, name)
    ran = site.once()
    if ran.code != 0:
        raise RuntimeError(f"the first run of {name} ends with {ran.code}")
    return site, world, saw(site)


def saw(site, seen=None):
    seen = seen or rig.Seen()
    for name, entries in rig.published(site.feeds)[0].items():
        seen.document(name, entries)
    return seen


def newest(world, name):
    return world.listed[name][0].split("<title>")[1].split("<")[0]


def shows(site, title, feed="it"):
    feeds, _ = rig.published(site.feeds)
    return any(title == shown for shown, _ in feeds.get(f"{feed}/atom.xml", {}).values())


@contextlib.contextmanager
def mounted(place, options):
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "rassegna-rig", str(place)], check=True)
    try:
        yield place
    finally:
        if subprocess.run(["umount", str(place)], capture_output=True).returncode != 0:
            subprocess.run(["umount", "-l", str(place)], check=True)


class Supervised:
    """The daemon as systemd keeps it: started again a moment after it ended by itself."""

    def __init__(self, site):
        self.site, self.over, self.codes = site, False, []
        self.daemon = site.start()
        self.thread = threading.Thread(target=self.go, daemon=True)
        self.thread.start()

    def go(self):
        while not self.over:
            if self.daemon.poll() is not None and not self.over:
                self.codes.append(self.daemon.returncode)
                time.sleep(0.5)
                if not self.over:
                    self.daemon = self.site.start()
            time.sleep(0.02)

    def end(self):
        self.over = True
        self.thread.join()
        code, took = rig.stop(self.daemon)
        wrong = [] if code == 0 else [f"SIGTERM ended it with {code}"]
        return wrong + [f"it ended by itself with {code}" for code in self.codes if code not in (3,)]


# ------------------------------------------------------------------------------------------------------- full disks


def full(report, place, name, options, fill, free):
    """Until the disk is full, while it is, and after room was made."""
    with mounted(place / "disk", options) as disk:
        site, world = site_and_world(place, name, data=disk / "data")
        daemon = Supervised(site)
        rig.wait("the first publication", lambda: shows(site, newest(world, "agenzia")))
        fill(disk)
        world.turn(), world.turn(), world.turn()
        asked, answered = 0, 0
        seen = rig.Seen()
        deadline = time.monotonic() + 8
        while time.monotonic() < deadline:
            status, body = site.get("/it/atom.xml")
            asked, answered = asked + 1, answered + (status == 200)
            if status == 200:
                seen.document("it/atom.xml", rig.entries_of("it/atom.xml", body))
            time.sleep(0.1)
        health = site.get("/healthz", site.admin)[0]
        wrong = rig.check(site, seen, files=False)
        log = site.log.read_text(errors="replace")
        if "panicked" in log:
            wrong.append("it panicked")
        if " cannot be written" not in log and "full" not in log:
            wrong.append("the log does not say that the disk is full")
        # Readers are served while the disk is full: their feeds are in memory.
        if answered < asked * 0.9:
            wrong.append(f"while it was full, {answered} of {asked} requests of readers were answered")
        if health == 200:
            wrong.append("while it was full, health said that all was well")
        note = f"{answered} of {asked} requests answered meanwhile, {len(daemon.codes)} ends; {said(log)}"
        report.add(f"{name}, while it is", 1, wrong, note)
        free(disk)
        title = newest(world, "agenzia")
        begun = time.monotonic()
        try:
            rig.wait("it goes on", lambda: shows(site, title), patience=90)
            wrong = []
        except RuntimeError as why:
            wrong = [f"{why}: {rig.tail(site.log.read_text())}"]
        took = time.monotonic() - begun
        wrong += daemon.end() + rig.check(site, saw(site, seen))
        report.add(f"{name}, after room was made", 1, wrong, f"it went on by itself after {took:.0f} s")


def said(log):
    lines = [line for line in log.splitlines() if "ERROR" in line or line.startswith("error: ")]
    return f"it said: {lines[0][28:150]}" if lines else "it said nothing"


def disk_full(report, place):
    def fill(disk):
        with contextlib.suppress(OSError), open(disk / "ballast", "wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 4096)

    full(report, place, "disk full", "size=6m", fill, lambda disk: (disk / "ballast").unlink())


def inodes_full(report, place):
    def fill(disk):
        (disk / "ballast").mkdir()
        with contextlib.suppress(OSError):
            for n in range(100_000):
                (disk / "ballast" / str(n)).touch()

    full(report, place, "inodes full", "size=32m,nr_inodes=120", fill, lambda disk: shutil.rmtree(disk / "ballast"))


def read_only(report, place):
    """The publish folder can be read, not written. Mode bits don't hold root back; a mount does."""
    site, world, seen = used(place, "read-only")
    world.turn(), world.turn(), world.turn()
    subprocess.run(["mount", "--bind", site.feeds, site.feeds], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", site.feeds], check=True)
        ran = site.once()
        wrong = rig.check(site, seen)
        if ran.code != 3 or "cannot be written" not in ran.err:
            wrong.append(f"`once` ends with {ran.code}: {rig.tail(ran.err)}")
        report.add("read-only output, once", 1, wrong, rig.tail(ran.err, 90))
        daemon = Supervised(site)
        rig.wait("it is asked", lambda: site.get("/healthz", site.admin)[0] is not None)
        time.sleep(3)
        health, body = site.get("/healthz", site.admin)
        served = site.get("/it/atom.xml")[1].decode()
        wrong = daemon.end() + rig.check(site, seen)
        if health != 503 or b"cannot be written" not in body:
            wrong.append(f"health says {health}: {body[:100]}")
        if newest(world, "agenzia") not in served:
            wrong.append("the news is not served")
        report.add("read-only output, run", 1, wrong, f"health {health}, the news is served")
    finally:
        subprocess.run(["umount", site.feeds], check=True)
    ran = site.once()
    wrong = [] if ran.code == 0 else [f"it ends with {ran.code}"]
    if not shows(site, newest(world, "agenzia")):
        wrong.append("the news is not published")
    report.add("read-only output, writable again", 1, wrong + rig.check(site, saw(site, seen)))


# -------------------------------------------------------------------------------------------------- damaged databases


def overwrite(file, at, bytes):
    with open(file, "r+b") as out:
        out.seek(at)
        out.write(bytes)


def beside(site, ending):
    return site.database.with_name(site.database.name + ending)


def with_log(site, world):
    """Leaves a write-ahead log behind, as a kill does."""
    daemon = site.start()
    world.turn(), world.turn(), world.turn()
    rig.wait("news is recorded", lambda: " 1 new" in site.log.read_text())
    rig.wait("it is published", lambda: shows(site, newest(world, "agenzia")))
    rig.stop(daemon, signal.SIGKILL)


def corrupt(report, place):
    """Each is refused in words, or healed; the published files stay as they are or show all that they have shown."""
    dice = random.Random(7)
    cases = {
        "header": (False, lambda site: overwrite(site.database, 0, b"rubbish!" * 4)),
        "all pages but the first two": (
            False,
            lambda site: [
                overwrite(site.database, page * 4096, dice.randbytes(4096))
                for page in range(2, site.database.stat().st_size // 4096)
            ],
        ),
        "truncated": (False, lambda site: os.truncate(site.database, 5000)),
        "empty": (False, lambda site: os.truncate(site.database, 0)),
        "gone": (False, lambda site: site.database.unlink()),
        "a text": (False, lambda site: site.database.write_text("Promemoria: comprare il latte.\n")),
        "log is garbage": (True, lambda site: beside(site, "-wal").write_bytes(dice.randbytes(50_000))),
        "log is cut": (True, lambda site: os.truncate(beside(site, "-wal"), beside(site, "-wal").stat().st_size // 2)),
    }
    for name, (log, spoil) in cases.items():
        site, world, seen = used(place, f"corrupt-{name.replace(' ', '-')}")
        if log:
            with_log(site, world)
            seen = saw(site, seen)
        spoil(site)
        before = rig.bytes_below(site.feeds)
        ran = site.once()
        wrong, outcome = [], ""
        if ran.code in rig.PANICS or "panicked" in ran.err or ran.code == "hang":
            wrong.append(f"it ends with {ran.code}: {rig.tail(ran.err)}")
        feeds, broken = rig.published(site.feeds)
        wrong += broken
        if ran.code == 3:
            outcome = f"refused: {rig.tail(ran.err, 100)}"
            if rig.bytes_below(site.feeds) != before:
                wrong.append("it refused, and has changed what is published")
            if not ran.err.startswith("error: "):
                wrong.append(f"it does not say why: {rig.tail(ran.err)}")
        elif ran.code == 0 and log:
            # What a damaged log held is gone from the database; the sources still list it, and its ids are the same.
            outcome = "healed: nothing that was seen is gone"
            wrong += rig.check(site, seen)
        else:
            wrong.append(f"it went on with {ran.code}")
        report.add(f"database: {name}", 1, wrong, outcome)


def damaged_page(report, place):
    """Each page of the database by itself. Where nothing is read from it, the damage may go unnoticed; what is published
    stays whole and complete in any case, and a later start with the good page goes on."""
    site, world, seen = used(place, "page")
    kept, failures, codes = place / "kept", [], {}
    shutil.copytree(site.data, kept)
    pages = site.database.stat().st_size // 4096
    for page in range(1, pages):
        shutil.rmtree(site.data)
        shutil.copytree(kept, site.data)
        overwrite(site.database, page * 4096, random.Random(page).randbytes(4096))
        before = rig.bytes_below(site.feeds)
        ran = site.once()
        codes[ran.code] = codes.get(ran.code, 0) + 1
        wrong = [] if ran.code in (0, 1, 3) and "panicked" not in ran.err else [f"it ends with {ran.code}"]
        if ran.code == 3 and not ran.err.startswith("error: "):
            wrong.append(f"it does not say why: {rig.tail(ran.err)}")
        if rig.bytes_below(site.feeds) != before:
            wrong.append("it has changed what is published")
        if wrong:
            failures.append(f"page {page + 1}: {'; '.join(wrong)}")
    note = f"refused {codes.get(3, 0)}, the damage was not met {codes.get(0, 0)}, a poll failed {codes.get(1, 0)}"
    report.add("database: each page but the first", pages - 1, failures, note)


# -------------------------------------------------------------------------------------------------------------- clocks


def clocks(report, place):
    for name, when in {
        "into summer time": "2026-03-29 01:59:58",
        "into winter time": "2026-10-25 02:59:58",
        "over a century": "1999-12-31 23:59:58",
        "2038": "2038-01-19 03:14:06",
        "2126": "2126-01-01 00:00:00",
    }.items():
        site, world = site_and_world(place, f"clock-{name.replace(' ', '-')}")
        # Time runs twenty times as fast: what is to come comes within the run.
        fake = {"TZ": "Europe/Rome", "LD_PRELOAD": str(FAKETIME), "FAKETIME": f"@{when} x20"}
        wrong = []
        for _ in range(2):
            ran = site.once(env=fake)
            if ran.code != 0:
                wrong.append(f"it ends with {ran.code}: {rig.tail(ran.err + ran.out)}")
            world.turn()
        wrong += rig.check(site, saw(site))
        for _ in range(3):
            world.turn()
        daemon = site.start(env=fake)
        try:
            title = newest(world, "agenzia")
            rig.wait("the daemon publishes", lambda: shows(site, title), patience=20)
        except RuntimeError as why:
            wrong.append(str(why))
        code, _ = rig.stop(daemon)
        if code != 0:
            wrong.append(f"SIGTERM ended it with {code}")
        wrong += rig.check(site, saw(site))
        report.add(f"clock: {name}", 1, wrong)


def clock_set(report, place):
    """A clock that is set while the daemon runs: it polls on, and no date moves."""
    for name, offset in (("forward by a day", "+1d"), ("back by a day", "-1d"), ("back by a year", "-365d")):
        site, world = site_and_world(place, f"clock-{offset}")
        clock = site.folder / "clock"
        clock.write_text("+0\n")
        daemon = site.start(
            env={
                "LD_PRELOAD": str(FAKETIME),
                "FAKETIME_TIMESTAMP_FILE": str(clock),
                "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }
        )
        wrong = []
        try:
            rig.wait("it publishes", lambda: shows(site, newest(world, "agenzia")))
            seen = saw(site)
            clock.write_text(offset + "\n")
            time.sleep(0.5)
            for _ in range(3):
                world.turn()
            title = newest(world, "agenzia")
            begun = time.monotonic()
            rig.wait("it polls on", lambda: shows(site, title), patience=20)
            note = f"the next news was published after {time.monotonic() - begun:.1f} s"
        except RuntimeError as why:
            wrong, note = [f"{why}: {rig.tail(site.log.read_text())}"], ""
        code, _ = rig.stop(daemon)
        if code != 0:
            wrong.append(f"SIGTERM ended it with {code}")
        again = site.once()
        if again.code != 0:
            wrong.append(f"a plain run under the right clock ends with {again.code}")
        wrong += rig.check(site, saw(site, seen))
        report.add(f"clock: set {name} while it runs", 1, wrong, note)


# ----------------------------------------------------------------------------------------------- daemons and signals


def two_daemons(report, place):
    site, world, seen = used(place, "two")
    daemon = site.start_ready()
    second = site.run("run", timeout=10)
    wrong = [] if second.code == 3 else [f"the second one ends with {second.code}"]
    if f"process {daemon.pid}" not in second.err:
        wrong.append(f"it does not say who has it: {rig.tail(second.err)}")
    world.turn(), world.turn(), world.turn()
    try:
        rig.wait("the first one goes on", lambda: shows(site, newest(world, "agenzia")))
    except RuntimeError as why:
        wrong.append(str(why))
    code, _ = rig.stop(daemon)
    wrong += [] if code == 0 else [f"the first one ends with {code}"]
    report.add("two daemons", 1, wrong + rig.check(site, seen), rig.tail(second.err, 90))


def stalled(report, place):
    """SIGTERM while a hundred fetches hang, of two hosts, some without an answer and some in the middle of one."""
    open_now = []

    def silent(handler):
        open_now.append(1)
        time.sleep(60)

    def halfway(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: 9999\r\n\r\n<rss><channel>")
        handler.wfile.flush()
        open_now.append(1)
        time.sleep(60)

    origins, tables = (rig.Origin(), rig.Origin()), ""
    for n in range(100):
        origin = origins[n % 2]
        origin.set(f"/{n}", "application/rss+xml", silent if n % 4 < 2 else halfway)
        tables += f'[source.s{n}]\nurl = "{origin.url(f"/{n}")}"\nlanguage = "it"\n'
    times, wrong = [], []
    for round in range(5):
        open_now.clear()
        site = rig.Site(place / f"stalled-{round}")
        site.configure(tables)
        daemon = site.start()
        rig.wait("a hundred fetches hang", lambda: len(open_now) >= 100)
        code, took = rig.stop(daemon)
        times.append(took)
        if code != 0 or took > 5:
            wrong.append(f"it ended with {code} after {took:.1f} s")
        wrong += rig.check(site, rig.Seen())
    report.add("SIGTERM among 100 stalled fetches", 5, wrong, f"ends after {max(times):.2f} s at most")


# ---------------------------------------------------------------------------------------------- migration, restoring


def migration(report, place):
    """Killed at any moment of a migration: at the next start all is there, and the copy from before is whole."""
    dice, failures, found = random.Random(11), [], []
    site, world, seen = used(place, "migration")
    old = place / "old"
    schema_one(site)
    shutil.copytree(site.data, old)
    for n in range(40):
        shutil.rmtree(site.data)
        shutil.copytree(old, site.data)
        daemon = site.start()
        time.sleep(dice.uniform(0.001, 0.025))
        rig.stop(daemon, signal.SIGKILL)
        version, copy, wrong = versions(site)
        found.append(version)
        wrong += rig.check(site, seen)
        again = site.once()
        if again.code != 0:
            wrong.append(f"the next run ends with {again.code}: {rig.tail(again.err)}")
        version, copy, broken = versions(site)
        if version != NEWEST or copy != 1:
            wrong.append(f"in the end the schema is {version}, that of the copy {copy}")
        wrong += broken + rig.check(site, seen)
        if wrong:
            failures.append(f"kill {n + 1}: {'; '.join(wrong[:4])}")
    note = f"killed at schema 1: {found.count(1)} times, later: {len(found) - found.count(1)}"
    if len(set(found)) < 2:
        failures.append(f"no kill hit the one or the other side of the migration: {found}")
    report.add("kills during a migration", 40, failures, note)


def backup(site, to):
    connection = sqlite3.connect(site.database)
    connection.execute("VACUUM INTO ?", (str(to),))
    connection.close()


def restore(report, place):
    """A backup is put in place while the daemon runs, which the manual says not to do."""

    def moved(site, copy):
        os.replace(copy, site.database)

    def copied(site, copy):
        shutil.copyfile(copy, site.database)

    def emptied(site, copy):
        os.truncate(site.database, 0)

    cases = {"moved there": moved, "moved there, then a kill": moved, "copied over": copied, "emptied": emptied}
    for name, put in cases.items():
        site, world, seen = used(place, f"restore-{name.replace(' ', '-')}")
        daemon = site.start_ready()
        copy = site.folder / "backup.db"
        backup(site, copy)
        world.turn(), world.turn(), world.turn()
        rig.wait("news after the backup", lambda: shows(site, newest(world, "agenzia")))
        seen = saw(site, seen)
        put(site, copy)
        wrong, note = [], "it went on"
        if "kill" in name:
            rig.stop(daemon, signal.SIGKILL)
        deadline = time.monotonic() + 5
        while daemon.poll() is None and time.monotonic() < deadline:
            world.turn()
            time.sleep(0.5)
            wrong += rig.published(site.feeds)[1]
        seen = saw(site, seen)
        code, _ = rig.stop(daemon)
        log = site.log.read_text(errors="replace")
        if "panicked" in log or code not in (0, 3) and "kill" not in name:
            wrong.append(f"it ended with {code}: {rig.tail(log)}")
        if code == 3:
            note = f"it ended: {rig.tail(log, 110)}"
        again = site.once()
        feeds, broken = rig.published(site.feeds)
        wrong += broken
        if again.code == 0:
            # What was published since the backup comes from the sources again, under its old ids and dates.
            wrong += rig.check(site, seen)
            note += "; the next start went on"
        elif again.code == 3 and again.err.startswith("error: "):
            note += f"; the next start refused: {rig.tail(again.err, 90)}"
        else:
            wrong.append(f"the next start ends with {again.code}: {rig.tail(again.err)}")
        report.add(f"backup under the daemon: {name}", 1, wrong, note)


def controls(report, place):
    """The looks that these cases rely on, at results that are wrong on purpose."""
    site, world, seen = used(place, "control")
    shutil.copytree(site.data, place / "kept")
    file = site.feeds / "it/feed.json"
    file.write_bytes(file.read_bytes()[:-3])
    report.control("a JSON Feed that is cut off", rig.check(site, seen))
    shutil.rmtree(site.data)
    shutil.copytree(place / "kept", site.data)
    for ending in ("", ".id"):
        beside(site, ending).unlink()
    # Without its identity file, an emptied database is indeed taken for new: ids stay, as they come from the sources,
    # but what was never listed again would be lost.
    world.listed = {name: [] for name in world.names}
    for name in world.names:
        world.add(name)
    site.once()
    report.control("an emptied database that is taken for new", rig.check(site, seen))


CASES = (
    controls, disk_full, inodes_full, read_only, corrupt, damaged_page, clocks, clock_set, two_daemons, stalled,
    migration, restore,
)


def main():
    rig.need("mount")
    if FAKETIME is None:
        raise SystemExit("missing: faketime; this rig can't run without")
    if os.geteuid() != 0:
        raise SystemExit("this rig mounts file systems, which needs root")
    report = rig.Report("misc")
    for case in CASES:
        words = sys.argv[1:]
        if words and not any(word in case.__name__ for word in words):
            continue
        place = rig.scratch("misc")
        try:
            case(report, place)
        except Exception as why:  # One case that stumbles must not hide the others.
            report.add(case.__name__, 1, [f"the rig itself: {why!r}"])
        finally:
            shutil.rmtree(place, ignore_errors=True)
    report.end()


if __name__ == "__main__":
    main()
