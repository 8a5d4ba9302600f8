"""Reads a folder of published feeds with readers that are not ours; all must see the same entries.

readers.py FOLDER: xmllint reads every XML file, feedparser the RSS and the Atom, the json module the JSON Feed.
"""
import calendar
import json
import pathlib
import subprocess
import sys
from datetime import datetime

import feedparser


def seen(path):
    parsed = feedparser.parse(path.read_bytes())
    assert not parsed.bozo, f"{path}: {parsed.bozo_exception}"
    assert parsed.feed.title and parsed.entries is not None, path
    return [(e.id, e.link, e.title, calendar.timegm(e.published_parsed), [p.href for p in e.get("enclosures", [])]) for e in parsed.entries]


def seen_json(path):
    items = json.loads(path.read_text(encoding="utf-8"))["items"]
    at = lambda item: int(datetime.fromisoformat(item["date_published"].replace("Z", "+00:00")).timestamp())
    return [(i["id"], i["url"], i["title"], at(i)) for i in items]


def main():
    root = pathlib.Path(sys.argv[1])
    xml = sorted(root.rglob("*.xml"))
    for path in xml:
        subprocess.run(["xmllint", "--nonet", "--noout", str(path)], check=True)
    feeds = entries = 0
    for folder in sorted(path.parent for path in root.glob("*/atom.xml")):
        atom, rss, feed = seen(folder / "atom.xml"), seen(folder / "rss.xml"), seen_json(folder / "feed.json")
        short = lambda rows: [row[:4] for row in rows]
        assert short(atom) == short(rss) == feed, f"{folder.name}: the formats differ\n{short(atom)}\n{short(rss)}\n{feed}"
        assert len({row[0] for row in atom}) == len(atom), f"{folder.name}: an id twice"
        assert (folder / "index.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
        feeds, entries = feeds + 1, entries + len(atom)
    assert feeds and entries, "nothing was published"
    opml = (root / "opml.xml").read_text(encoding="utf-8").count("<outline ")
    assert opml == feeds, f"{opml} outlines for {feeds} feeds"
    print(f"readers: {len(xml)} XML files well-formed; {feeds} feeds, {entries} entries, the same in RSS, Atom and JSON")


main()
