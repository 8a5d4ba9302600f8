#!/usr/bin/env python3
"""Addresses that must not be reached, given as sources and as articles, against the real program. Needs root and
iproute2.

    .ci/rigs/ssrf.py

It runs in a network namespace of its own, so that the program needs no switch for tests: there a public address is as
real as the loopback, private, shared, link-local and metadata addresses beside it. A name server of the rig's own leads
names to all of them, changes its mind between two questions, and mixes good answers with bad ones. On every address a
web server notes who connects. A row holds if nobody has connected to any address but the public one, and if nothing of
a local file was read; and, so that nothing holds by not having been tried, if the program has told why it refused.
"""

import ipaddress
import json
import os
import shutil
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import rig

PUBLIC = "93.184.215.14"
INSIDE = (
    "10.0.0.1 172.16.0.1 192.168.0.1 100.64.0.1 100.100.100.200 169.254.169.254 192.0.0.192 198.18.0.1 240.0.0.1 "
    "fc00::1 fd00:ec2::254 fec0::1 fe80::1 64:ff9b::7f00:1 64:ff9b::a00:1 2002:7f00:1::"
).split()
PORTS = (80, 1, 6379)
#: Names below .test, and where they lead; those that are not here lead to the public address.
NAMES = {
    "turning": None,  # to the public address and to this machine by turns
    "mixed": [PUBLIC, "127.0.0.1"],
    "both": [PUBLIC, "::1"],
    "private": ["10.0.0.1"],
    "metadata": ["169.254.169.254"],
    "loopback": ["::1"],
    "mapped": ["::ffff:127.0.0.1"],
    "translated": ["64:ff9b::a00:1"],
    "alias": ["10.0.0.1"],  # behind a CNAME
    "many": [f"10.0.{n}.1" for n in range(20)],
}
#: `N` is where the number of the case stands, so that a hit tells which case it was.
HOSTILE = (
    "http://127.0.0.1/N http://127.0.0.1:1/N http://127.1/N http://2130706433/N http://0x7f000001/N http://0x7f.1/N "
    "http://0177.0.0.1/N http://017700000001/N http://localhost/N http://LOCALHOST./N http://0.0.0.0/N http://0/N "
    "http://[::1]/N http://[::1]:1/N http://[::]/N http://[0:0:0:0:0:0:0:1]/N http://[::ffff:127.0.0.1]/N "
    "http://[::ffff:7f00:1]/N http://[::ffff:169.254.169.254]/N http://[::127.0.0.1]/N http://[64:ff9b::127.0.0.1]/N "
    "http://[64:ff9b::a00:1]/N http://[2002:7f00:1::]/N http://[fe80::1]/N http://[fc00::1]/N http://[fec0::1]/N "
    "http://[fd00:ec2::254]/N http://169.254.169.254/latest/meta-data/N http://100.100.100.200/N http://10.0.0.1/N "
    "http://172.16.0.1/N http://192.168.0.1/N http://100.64.0.1/N http://192.0.0.192/N http://198.18.0.1/N "
    "http://224.0.0.1/N http://240.0.0.1/N http://255.255.255.255/N http://①②⑦.⓪.⓪.①/N http://127。0。0。1/N "
    "http://pub.test@127.0.0.1/N http://user:pw@127.0.0.1/N http://127.0.0.1\\@pub.test/N http://127.0.0.1%2f@pub.test/N "
    "http://127.0.0.1:6379/N file:///etc/passwd?N ftp://127.0.0.1/N gopher://127.0.0.1:6379/_N javascript:N "
    "data:text/html,N"
).split() + [f"http://{name}.test/N" for name in NAMES]


class Network:
    """The web and name servers of the namespace, and what came to them."""

    def __init__(self):
        self.log, self.pages, self.asked = [], {}, 0
        for port in PORTS:
            threading.Thread(target=self.web(port).serve_forever, daemon=True).start()
        names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        names.bind(("127.0.0.53", 53))
        threading.Thread(target=self.serve_names, args=(names,), daemon=True).start()

    def web(self, port):
        network = self

        class Handler(BaseHTTPRequestHandler):
            def setup(self):
                super().setup()
                self.here = str(plain(ipaddress.ip_address(self.connection.getsockname()[0].split("%")[0])))
                network.log.append((self.here, None))

            def do_GET(self):
                network.log.append((self.here, self.path))
                path, _, query = self.path.partition("?")
                if path == "/to" and self.here == PUBLIC:
                    self.send_response(302)
                    target = HOSTILE[int(query)].replace("N", f"redirect-{query}")
                    self.wfile.write(b"".join(self._headers_buffer))
                    self._headers_buffer = []
                    self.wfile.write(b"Location: " + target.encode() + b"\r\nContent-Length: 0\r\n\r\n")
                    return
                body = network.pages.get(path) if self.here == PUBLIC else SECRET
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body or "")))
                self.end_headers()
                self.wfile.write((body or "").encode())

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            address_family, daemon_threads, request_queue_size = socket.AF_INET6, True, 256

            def server_bind(self):
                self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                super().server_bind()

            def handle_error(self, *_):
                pass

        return Server(("::", port), Handler)

    def serve_names(self, server):
        while True:
            question, client = server.recvfrom(4096)
            server.sendto(self.answer(question), client)

    def answer(self, question):
        """A message of RFC 1035 with the addresses of a name."""
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1 : at + 1 + question[at]].decode("latin-1").lower())
            at += question[at] + 1
        (wanted,) = struct.unpack(">H", question[at + 1 : at + 3])
        name, records, alias = labels[0] if labels else "", [], b""
        addresses = NAMES.get(name, [PUBLIC])
        if name == "turning":
            self.asked += wanted == 1
            addresses = [PUBLIC if self.asked % 2 else "127.0.0.1"]
        if name == "alias":
            target = b"\x07private\x04test\x00"
            alias = b"\xc0\x0c" + struct.pack(">HHIH", 5, 1, 0, len(target)) + target
        for address in map(ipaddress.ip_address, addresses):
            kind = 1 if address.version == 4 else 28
            if kind == wanted:
                owner = b"\x07private\x04test\x00" if alias else b"\xc0\x0c"
                records.append(owner + struct.pack(">HHIH", kind, 1, 0, len(address.packed)) + address.packed)
        if alias:
            records.insert(0, alias)
        return question[:2] + struct.pack(">HHHHH", 0x8180, 1, len(records), 0, 0) + question[12 : at + 5] + b"".join(records)

    def inside(self):
        """Who was reached that must not be."""
        return sorted({f"{here} {path or ''}".strip() for here, path in self.log if here != PUBLIC})


def plain(address):
    """IPv4 as such, where the socket calls it a part of IPv6."""
    return getattr(address, "ipv4_mapped", None) or address


def page(title, body):
    return f"<!doctype html><html lang=it><head><title>{title}</title></head><body><main>{body}</main></body></html>"


#: What the canaries say: it reads as an article, so that whoever gets it would also publish it.
SECRET = page("Canarino", "<h1>Canarino segreto</h1><time datetime=2026-11-01>1 novembre 2026</time>" + "<p>Il canarino parla e parla. </p>" * 30)
LISTING = "listing.item = 'article'\nlisting.title = 'h3 a'\nlisting.link = 'h3 a'\nlisting.summary = 'p'\n"


def listing(links):
    escaped = [link.replace("&", "&amp;").replace('"', "&quot;") for link in links]
    return page("Notizie", "".join(
        f'<article><h3><a href="{link}">Una notizia col numero {n}</a></h3><p>In breve {n}.</p></article>'
        for n, link in enumerate(escaped)
    ))


def configure(site, tables, allow=()):
    (site.folder / "rassegna.toml").write_text(
        f'[site]\nurl = "https://rassegna.example/"\nlanguages = ["it"]\n[schedule]\nevery = "1d"\n'
        f'[fetch]\nallow = {json.dumps(list(allow))}\ngap = "0s"\nper_host = 64\ntimeout = "5s"\n'
        f'[serve]\nlisten = "off"\nadmin = "off"\n{tables}'
    )


def feeds(network, place, report):
    """Each address asked as a source, directly and at the end of a redirect."""
    site, failures, tried = rig.Site(place / "feeds"), [], 0
    configure(site, "")
    for n, address in enumerate(HOSTILE):
        for given in (address.replace("N", f"direct-{n}"), f"http://pub.test/to?{n}"):
            tried += 1
            network.log.clear()
            ran = subprocess.run(
                [*site.command("inspect")[:2], given, "--config", str(site.folder / "rassegna.toml")],
                capture_output=True, text=True, timeout=30, check=False,
            )
            told = ran.stdout + ran.stderr
            if found := network.inside():
                failures.append(f"{given}: reached {', '.join(found)}")
            elif "root:x:0:0" in told or "Canarino" in told:
                failures.append(f"{given}: it was read")
            elif ran.returncode not in (1, 2):
                failures.append(f"{given}: ends with {ran.returncode}")
            elif given.startswith("http://pub.test/to?") and (PUBLIC, f"/to?{n}") not in network.log:
                failures.append(f"{given}: the redirect was not asked for")
    network.log.clear()
    control = subprocess.run([*site.command("inspect")[:2], "http://pub.test/articolo"], capture_output=True, text=True, check=False)
    if (PUBLIC, "/articolo") not in network.log or control.returncode != 0:
        failures.append(f"control: the public address was not read: {control.stderr}")
    report.add("as feeds", tried + 1, failures)


def follow(network, place, name, allow=()):
    """A list on the public address whose items link to all of them; gives the site after all articles were settled."""
    site = rig.Site(place / name)
    configure(site, f'[source.a]\nurl = "http://pub.test/lista"\nlanguage = "it"\nfollow = "always"\n{LISTING}', allow)
    # What a first visit finds is not all followed, so that it finds one piece of news, and all others come later.
    control = "http://pub.test/articolo"
    network.pages["/lista"] = listing([control])
    first = site.once()
    links = [address.replace("N", f"direct-{n}") for n, address in enumerate(HOSTILE)]
    links += [f"http://pub.test/to?{n}" for n in range(len(HOSTILE))]
    network.pages["/lista"] = listing([control, *links])
    for _ in range(2 + 3 * len(links) // 10):
        ran = site.once()
        with sqlite3.connect(site.database) as database:
            waiting = database.execute("SELECT count(*) FROM followed WHERE item IS NOT NULL").fetchone()[0]
        if not waiting:
            return site, links, first
    raise RuntimeError(f"articles wait for ever: {ran.out} {ran.err}")


def articles(network, place, report):
    """The same addresses as links of a list whose articles are read."""
    network.log.clear()
    site, links, first = follow(network, place, "articles")
    failures = [f"reached {found}" for found in network.inside()]
    if first.code != 0 or (PUBLIC, "/articolo") not in network.log:
        failures.append(f"control: the public article was not read: {first.out} {first.err}")
    with sqlite3.connect(site.database) as database:
        said = database.execute("SELECT said FROM article WHERE said IS NOT NULL").fetchall()
        reasons = database.execute("SELECT trouble, count(*) FROM article WHERE said IS NULL GROUP BY 1").fetchall()
        items = database.execute("SELECT count(*) FROM item").fetchone()[0]
        unsettled = database.execute("SELECT count(*) FROM article WHERE settled IS NULL").fetchone()[0]
    for n in range(len(HOSTILE)):
        if (PUBLIC, f"/to?{n}") not in network.log:
            failures.append(f"the redirect to {HOSTILE[n]} was not asked for")
    # A link that is no address of the web is dropped; each other one was asked for and refused.
    refused = sum(count for _, count in reasons)
    least = len(links) - sum(not address.startswith("http") for address in HOSTILE) - 12
    if unsettled or refused < least:
        failures.append(f"{refused} articles were refused, {unsettled} are open; {least} at least should be settled")
    if any("root:x:0:0" in text or "Canarino" in text for (text,) in said):
        failures.append("something inside was read")
    report.add("as followed articles", len(links) + 1, failures, f"{items} items, {refused} refused, {len(said)} read")
    for reason, count in sorted(reasons, key=lambda row: -row[1]):
        print(f"         {count:3} × {reason}", flush=True)
    # The rig can fail: once a private network is opened, its address is reached.
    network.log.clear()
    follow(network, place, "opened", ["10.0.0.0/8"])
    report.control("10.0.0.0/8 opened", network.inside())


def main():
    if "--inside" not in sys.argv:
        rig.need("unshare", "ip")
        os.execvp("unshare", ["unshare", "-n", "-m", "--propagation", "private", sys.executable, __file__, "--inside"])
    place, report = rig.scratch("ssrf"), rig.Report("ssrf")
    try:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        for address in [PUBLIC, *INSIDE]:
            more = ["nodad"] if ":" in address else []
            length = "128" if ":" in address else "32"
            subprocess.run(["ip", "addr", "add", f"{address}/{length}", "dev", "lo", *more], check=True)
        for file, text in (("resolv.conf", "nameserver 127.0.0.53\n"), ("hosts", "127.0.0.1 localhost\n")):
            (place / file).write_text(text)
            subprocess.run(["mount", "--bind", place / file, Path("/etc") / file], check=True)
        network = Network()
        network.pages["/articolo"] = SECRET.replace("Canarino segreto", "Una notizia pubblica")
        time.sleep(0.2)
        feeds(network, place, report)
        articles(network, place, report)
    finally:
        for file in ("resolv.conf", "hosts"):
            subprocess.run(["umount", Path("/etc") / file], check=False)
        shutil.rmtree(place, ignore_errors=True)
    report.end()


if __name__ == "__main__":
    main()
