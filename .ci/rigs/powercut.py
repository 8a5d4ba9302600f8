#!/usr/bin/env python3
"""Power cuts, with what real file systems make of them. Needs root, e2fsprogs and xfsprogs.

    .ci/rigs/powercut.py [--rounds N] [--fs ext4,xfs]          RASSEGNA_SEED repeats a run

A file system of its own on a loop device is stopped dead by its shutdown ioctl, without a flush of its log: what was not
synced is gone, as when the power goes. Then it is mounted again, its journal recovers, and what is there is looked at.

  run      the daemon polls changing sources and publishes; a subscriber reads over HTTP; cut at any moment
  first    cut while the database and the first files are made
  migrate  cut while a database of the first schema is brought up to date

What somebody saw counts, and nothing else: log lines that were on another file system, and documents that the subscriber
had received, both before the cut. Right after the mount, before any program runs, the database has all of it and the
files show all of it; after the next start it is served with the same ids and dates, and nothing comes twice.

Controls: at each cut a file that was not synced has to be lost and one that was has to be there; and the same daemon
with an fsync that does nothing must be found out.
"""

import argparse
import fcntl
import os
import random
import shutil
import signal
import struct
import subprocess
import threading
import time

import rig
from migration import schema_one, versions

#: `FS_IOC_SHUTDOWN` and its argument "no log flush".
SHUTDOWN, NO_LOG_FLUSH = 0x8004587D, struct.pack("I", 2)


class Disk:
    """A file system on a loop device, and how it is cut."""

    def __init__(self, kind, place):
        self.kind, self.image, self.mounted = kind, place / f"{kind}.image", place / f"{kind}.mounted"
        self.mounted.mkdir()
        with open(self.image, "wb") as image:
            image.truncate(512 << 20)
        make = ["mkfs.xfs", "-q", "-f"] if kind == "xfs" else ["mkfs.ext4", "-q", "-F"]
        subprocess.run([*make, str(self.image)], check=True)
        # With a long commit interval nothing is saved by luck.
        self.options = "loop" if kind == "xfs" else "loop,commit=60"

    def mount(self):
        subprocess.run(["mount", "-t", self.kind, "-o", self.options, str(self.image), str(self.mounted)], check=True)

    def write_control(self):
        """A file that is synced long before the cut: what syncs just before it would sync more than itself."""
        with open(self.mounted / "control-synced", "w") as file:
            file.write("synced\n" * 100)
            file.flush()
            os.fsync(file.fileno())
        folder = os.open(self.mounted, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def unmount(self):
        for _ in range(100):
            if subprocess.run(["umount", str(self.mounted)], capture_output=True).returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError(f"{self.mounted} stays busy")

    def cut(self):
        """Writes a file that is not synced, then stops the file system."""
        (self.mounted / "control-unsynced").write_text("not synced\n" * 100)
        folder = os.open(self.mounted, os.O_RDONLY)
        fcntl.ioctl(folder, SHUTDOWN, NO_LOG_FLUSH)
        os.close(folder)

    def controls(self):
        """Whether the synced file is there, and whether the other one is; both are cleared away."""
        there = []
        for name in ("control-synced", "control-unsynced"):
            file = self.mounted / name
            there.append(file.exists() and len(file.read_text(errors="replace").splitlines()) == 100)
            file.unlink(missing_ok=True)
        return there


class Subscriber:
    """Reads the feeds over HTTP as fast as it can and keeps in mind what it was shown, until the cut."""

    def __init__(self, site, seen):
        self.site, self.seen = site, seen
        self.lock, self.over, self.read, self.wrong = threading.Lock(), False, 0, []
        self.thread = threading.Thread(target=self.go, daemon=True)
        self.thread.start()

    def go(self):
        while not self.over:
            for feed in self.site.languages:
                name = f"{feed}/atom.xml"
                status, body = self.site.get("/" + name)
                if status != 200:
                    continue
                try:
                    entries = rig.entries_of(name, body)
                except Exception as why:
                    entries = {}
                    self.wrong.append(f"{name} was served broken: {why}")
                with self.lock:
                    if not self.over:
                        self.read += 1
                        self.seen.document(name, entries)
            time.sleep(0.01)

    def stop(self):
        with self.lock:
            self.over = True


def cut_during_run(disk, site, seen, dice, before=()):
    """Starts the daemon, cuts at a random moment, mounts again. Gives what was wrong."""
    begun = len(site.log.read_text())
    disk.write_control()
    daemon = site.start(before=before)
    subscriber = Subscriber(site, seen)
    if dice.random() < 0.5:
        time.sleep(dice.uniform(0.05, 2.0))
    else:
        # Shortly after something was recorded, which is when it is published.
        deadline = time.monotonic() + 4
        while " items, " not in site.log.read_text()[begun:] and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(dice.uniform(0, 0.08))
    ended = daemon.poll()
    subscriber.stop()
    told = site.log.read_text()
    disk.cut()
    rig.stop(daemon, signal.SIGKILL)
    subscriber.thread.join()
    site.log.write_text(told)
    seen.log(told)
    disk.unmount()
    disk.mount()
    wrong = [] if ended is None else [f"the daemon had ended with {ended}: {rig.tail(told)}"]
    return wrong + subscriber.wrong + rig.check(site, seen), subscriber.read


def serves_all(site, seen):
    """After the next start, everything that was seen is served, in the files and over HTTP."""
    daemon = site.start_ready()
    try:
        wrong = rig.check(site, seen, look=rig.opened)
        for feed in site.languages:
            name = f"{feed}/atom.xml"
            served = rig.entries_of(name, site.get("/" + name)[1])
            for (other, id), (title, when) in seen.entries.items():
                if other == feed and served.get(id, (None, None))[1] != when:
                    wrong.append(f"{title} was seen in {feed} and is not served, or under another date")
        return wrong
    finally:
        code, _ = rig.stop(daemon)
        if code != 0:
            wrong.append(f"the daemon ended with {code}")


class Weather:
    """The sources change all the time."""

    def __init__(self, world):
        self.over = False
        self.thread = threading.Thread(target=self.go, args=(world,), daemon=True)
        self.thread.start()

    def go(self, world):
        while not self.over:
            world.turn()
            time.sleep(0.12)


def runs(report, disk, place, rounds, dice):
    origin = rig.Origin()
    world = rig.World(origin)
    site = rig.Site(place / f"{disk.kind}-run", data=disk.mounted / "data")
    site.configure(world.tables())
    seen, failures, read, lost = rig.Seen(), [], 0, 0
    weather = Weather(world)
    for number in range(rounds):
        wrong, documents = cut_during_run(disk, site, seen, dice)
        read += documents
        whole, kept = disk.controls()
        lost += not kept
        if not whole:
            wrong.append("the control file that was synced is not whole")
        # Every fourth time what the next start makes of it is looked at before the next cut.
        if number % 4 == 3 or number == rounds - 1:
            wrong += serves_all(site, seen)
        if wrong:
            failures.append(f"cut {number + 1}: {'; '.join(wrong[:4])}")
    weather.over = True
    weather.thread.join()
    # The world stands still: everything that is listed is published, once.
    final = site.once()
    shown = [title for title, _ in rig.published(site.feeds)[0].get("it/atom.xml", {}).values()]
    for name in ("agenzia", "regione"):
        for item in world.listed[name]:
            title = item.split("<title>")[1].split("<")[0]
            if shown.count(title) != 1:
                failures.append(f"in the end {title} is published {shown.count(title)} times")
    if final.code != 0:
        failures.append(f"in the end, a plain run gives {final.code}: {rig.tail(final.err)}")
    note = f"{seen.new} stories and {len(seen.entries)} entries acknowledged, {read} documents read"
    report.add(f"{disk.kind}, run", rounds, failures[:rounds], note)
    report.control(f"{disk.kind}, what is not synced is lost", f"lost at {lost} of {rounds} cuts" if lost else "")
    if not seen.entries or not seen.new:
        report.add(f"{disk.kind}, something happened", 1, ["nothing was acknowledged before any cut"])
    shutil.rmtree(site.data)


def first(report, disk, place, rounds, dice):
    """Cut while everything is made."""
    origin = rig.Origin()
    world, failures, made = rig.World(origin), [], 0
    for number in range(rounds):
        shutil.rmtree(disk.mounted / "data", ignore_errors=True)
        os.sync()
        site = rig.Site(place / f"{disk.kind}-first-{number}", data=disk.mounted / "data")
        site.configure(world.tables())
        seen = rig.Seen()
        daemon = site.start()
        time.sleep(dice.uniform(0.005, 0.12))
        told = site.log.read_text()
        disk.cut()
        rig.stop(daemon, signal.SIGKILL)
        site.log.write_text(told)
        seen.log(told)
        disk.unmount()
        disk.mount()
        made += site.database.exists()
        wrong = rig.check(site, seen)
        again = site.once()
        if again.code != 0:
            wrong.append(f"the next run gives {again.code}: {rig.tail(again.err)}")
        wrong += rig.check(site, seen)
        if wrong:
            failures.append(f"cut {number + 1}: {'; '.join(wrong[:4])}")
    report.add(f"{disk.kind}, first", rounds, failures, f"at {made} of them there was a database")


def migrate(report, disk, place, rounds, dice):
    """Cut while the schema is brought up to date; the copy that is made before must outlast it."""
    origin = rig.Origin()
    world, failures, found = rig.World(origin), [], []
    for number in range(rounds):
        shutil.rmtree(disk.mounted / "data", ignore_errors=True)
        site = rig.Site(place / f"{disk.kind}-migrate-{number}", data=disk.mounted / "data")
        site.configure(world.tables())
        seen = rig.Seen()
        if site.once().code != 0:
            raise RuntimeError("the run before the migration failed")
        for name, entries in rig.published(site.feeds)[0].items():
            seen.document(name, entries)
        schema_one(site)
        os.sync()
        # Into the migration, which takes a few hundredths of a second, or until just after it.
        daemon = site.start()
        if number % 2:
            rig.wait("the migration", lambda: daemon.poll() is not None or site.get("/healthz", site.admin)[0])
        else:
            time.sleep(dice.uniform(0.004, 0.05))
        disk.cut()
        rig.stop(daemon, signal.SIGKILL)
        disk.unmount()
        disk.mount()
        version, copy, wrong = versions(site)
        found.append(version)
        wrong += rig.check(site, seen)
        again = site.once()
        if again.code != 0:
            wrong.append(f"the next run gives {again.code}: {rig.tail(again.err)}")
        if copy is None and version > 1:
            wrong.append("the database is migrated, and there is no copy of what it was")
        wrong += rig.check(site, seen)
        if wrong:
            failures.append(f"cut {number + 1}, schema {version}: {'; '.join(wrong[:4])}")
    note = f"found at schema 1: {found.count(1)}, migrated: {sum(v > 1 for v in found)}"
    report.add(f"{disk.kind}, migrate", rounds, failures, note)


def liar(report, disk, place, dice):
    """The same daemon, whose fsync does nothing: the first cuts have to show it."""
    origin = rig.Origin()
    world = rig.World(origin)
    site = rig.Site(place / f"{disk.kind}-liar", data=disk.mounted / "data")
    site.configure(world.tables())
    nothing = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:retval=0"]
    seen, found = rig.Seen(), []
    for _ in range(5):
        world.turn()
        found += cut_during_run(disk, site, seen, random.Random(1), before=nothing)[0]
        if found:
            break
    report.control(f"{disk.kind}, a daemon whose fsync does nothing", found)
    shutil.rmtree(site.data, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40, help="cuts of `run`; the others have a quarter as many")
    parser.add_argument("--fs", default="ext4,xfs")
    arguments = parser.parse_args()
    rig.need("strace", "mkfs.ext4", "mkfs.xfs", "mount")
    if os.geteuid() != 0:
        raise SystemExit("this rig mounts file systems, which needs root")
    seed = int(os.environ.get("RASSEGNA_SEED", time.time()))
    print(f"RASSEGNA_SEED={seed}")
    place, report = rig.scratch("powercut"), rig.Report("powercut")
    try:
        for kind in arguments.fs.split(","):
            dice = random.Random(seed)
            disk = Disk(kind, place)
            disk.mount()
            try:
                liar(report, disk, place, dice)
                runs(report, disk, place, arguments.rounds, dice)
                first(report, disk, place, -(-arguments.rounds // 4), dice)
                migrate(report, disk, place, -(-arguments.rounds // 4), dice)
            finally:
                subprocess.run(["umount", "-l", str(disk.mounted)], capture_output=True)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    report.end()


if __name__ == "__main__":
    main()
