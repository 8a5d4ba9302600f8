"""What the W3C feed validator would complain about, as rules of our own: its errors and its warnings, as far as they can
befall what rassegna publishes. It stands in for the validator, which no package registry has; it is not the validator.

Each rule has the validator's name for its complaint. `check(path, address)` gives (complaint, where, what) for a file.
"""

import calendar
import re
import time
from html.entities import name2codepoint
from xml.parsers import expat

import html5lib

ATOM, DC, CONTENT = "http://www.w3.org/2005/Atom", "http://purl.org/dc/elements/1.1/", "http://purl.org/rss/1.0/modules/content/"
MEDIA, HISTORY = "http://search.yahoo.com/mrss/", "http://purl.org/syndication/history/1.0"
XML = "http://www.w3.org/XML/1998/namespace"
LIMIT = 5_000_000

DOMAIN = r"(([0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.)|(([A-Z0-9\-]+\.)+))([A-Z0-9][-A-Z0-9]*)"
URI = re.compile(r"[a-zA-Z][0-9a-zA-Z+\-.]*:(//)?(\[[0-9A-Fa-f:.]+\])?[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,#]+")
FILE = re.compile(r"https?://" + DOMAIN + r"(:\d+)?(/|$)", re.IGNORECASE)
MEDIA_TYPE = re.compile(r'[^\s()<>,;:\\"/[\]?=]+/[^\s()<>,;:\\"/[\]?=]+')
RFC822 = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT")
RFC3339 = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?Z")
UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
EMAIL = re.compile(r"<([A-Z0-9_\-+.']+)@" + DOMAIN + ">", re.IGNORECASE)
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
MONTHS = {name: number for number, name in enumerate(calendar.month_abbr) if name}

#: What may stand in HTML: less than the validator allows, all that rassegna's own allow-list has.
TAGS = set(
    "a abbr b blockquote br caption cite code dd del dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd "
    "li mark ol p pre q rp rt ruby s samp small span strong sub sup table tbody td tfoot th thead time tr u ul var wbr".split()
)
ATTRIBUTES = set("href hreflang src alt width height colspan rowspan datetime start title lang dir rel scope".split())
RELATIONS = {"self", "alternate", "hub", "enclosure", "related", "current", "prev-archive", "next-archive"}


class Node:
    """An element: its text as one piece and as it came in, and the lines that it stands on."""

    def __init__(self, name, attributes, line, parent):
        self.name, self.attributes, self.first, self.last, self.parent = name, attributes, line, line, parent
        self.children, self.chunks = [], []

    @property
    def text(self):
        return "".join(self.chunks).strip()

    def all(self, name):
        return [child for child in self.children if child.name == name]

    def one(self, name):
        found = self.all(name)
        return found[0] if found else None

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()


def parse(body):
    """The tree; names with a namespace are `{namespace}name`."""
    parser = expat.ParserCreate(namespace_separator=" ")
    root, stack = [], []
    full = lambda name: "{%s}%s" % tuple(name.split(" ", 1)) if " " in name else name

    def start(name, attributes):
        attributes = {full(key): value for key, value in attributes.items()}
        node = Node(full(name), attributes, parser.CurrentLineNumber, stack[-1] if stack else None)
        (stack[-1].children if stack else root).append(node)
        stack.append(node)

    def end(_):
        stack.pop().last = parser.CurrentLineNumber

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda text: stack[-1].chunks.append(text)
    parser.Parse(body, True)
    return root[0]


class Check:
    """The complaints about one document."""

    #: HTML that was judged before: an entry stands in several files.
    judged = {}

    def __init__(self, path, address, now):
        self.body, self.address, self.now = path.read_bytes(), address, now
        self.found = []
        self.hexadecimal = [b"&#x" in line for line in self.body.split(b"\n")]

    def say(self, rule, node, what=""):
        self.found.append((rule, getattr(node, "name", node), str(what)[:160]))

    def want(self, holds, rule, node, what=""):
        if not holds:
            self.say(rule, node, what)

    # ------------------------------------------------------------------------------------------------- single values

    def web(self, node, value, rule="InvalidFullLink"):
        self.want(value and URI.fullmatch(value) and value.startswith(("http://", "https://")), rule, node, value)

    def plain(self, node, text=None, rule="ContainsHTML", rss=False):
        """Text that is no HTML: no end tag, and references only where the line shows that they are meant."""
        text = node.text if text is None else text
        self.want(text, "NotBlank", node)
        tags = re.findall(r"</(\w+)>", text)
        self.want(not tags, rule, node, text)
        meant = any(self.hexadecimal[node.first - 1 : node.last])
        if not meant:
            for name in re.findall(r"&(#?\w+)", text):
                if name in name2codepoint or name == "apos" or not name.isalpha():
                    self.say(rule, node, text)
            if rss:
                self.want(not re.search(r"&#[x0-9]|<[/a-zA-Z]", text), "CharacterData", node, text)

    def html(self, node, text=None):
        text = node.text if text is None else text
        if text not in self.judged:
            self.judged[text] = list(self.faults_of_html(text))
        for rule, what in self.judged[text]:
            self.say(rule, node, what)

    @staticmethod
    def faults_of_html(text):
        try:
            tree = html5lib.HTMLParser(strict=True).parseFragment(text)
        except html5lib.html5parser.ParseError as error:
            yield "NotHtml", f"{error}: {text}"
            return
        for element in tree.iter():
            if not isinstance(element.tag, str):
                yield "SecurityRisk", "a comment"
                continue
            tag = element.tag.split("}")[-1]
            if tag == "DOCUMENT_FRAGMENT":
                continue
            if tag not in TAGS:
                yield "SecurityRisk", tag
            for name, value in element.attrib.items():
                if name not in ATTRIBUTES:
                    yield "SecurityRiskAttr", f"{tag} {name}"
                if name in ("href", "src") and not re.match(r"https?://|mailto:", value.strip()):
                    yield "ContainsRelRef", value

    def time(self, node):
        text = node.text
        rfc822 = not node.name.startswith("{" + ATOM)
        found = (RFC822 if rfc822 else RFC3339).fullmatch(text)
        if not found:
            return self.say("InvalidRFC2822Date" if rfc822 else "InvalidRFC3339Date", node, text)
        if rfc822:
            day, month, year = int(found[2]), MONTHS.get(found[3], 0), int(found[4])
            hour, minute, second = (int(found[n]) for n in (5, 6, 7))
        else:
            year, month, day, hour, minute, second = (int(found[n]) for n in range(1, 7))
        if not (1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1] and hour < 24 and minute < 60 and second < 60):
            return self.say("InvalidRFC2822Date" if rfc822 else "InvalidRFC3339Date", node, text)
        if rfc822:
            self.want(found[1] == calendar.day_abbr[calendar.weekday(year, month, day)], "IncorrectDOW", node, text)
        at = calendar.timegm((year, month, day, hour, minute, second))
        self.want(year >= 1990 and at <= self.now + 600, "ImplausibleDate", node, text)

    def language(self, node, tag):
        self.want(LANGUAGE.fullmatch(tag), "InvalidLanguage", node, tag)

    def length(self, node, value, least=0):
        good = value is None or re.fullmatch(r"\d+", value) and int(value) >= least
        self.want(good, "InvalidPositiveInteger" if least else "InvalidNonNegativeInteger", node, value)

    def link(self, node):
        relation, kind = node.attributes.get("rel", "alternate"), node.attributes.get("type")
        self.want(relation in RELATIONS, "UnregisteredAtomLinkRel", node, relation)
        self.web(node, node.attributes.get("href"), "InvalidIRI")
        self.want(kind is None or MEDIA_TYPE.fullmatch(kind), "InvalidMIMEType", node, kind)
        self.want(not node.text, "AtomLinkNotEmpty", node)
        self.length(node, node.attributes.get("length"))
        if "title" in node.attributes:
            self.plain(node, node.attributes["title"])
        if "hreflang" in node.attributes:
            self.language(node, node.attributes["hreflang"])
        above = node.parent.name
        if above in ("{%s}feed" % ATOM, "channel") and relation == "self":
            self.want(node.attributes.get("href") == self.address, "SelfDoesntMatchLocation", node, node.attributes.get("href"))
        if above in ("{%s}entry" % ATOM, "item"):
            self.want(relation in ("alternate", "enclosure", "related"), "FeedHistoryRelInEntry", node, relation)

    def links(self, node, name):
        """The links of a feed or an entry, taken together."""
        links = node.all(name)
        alternates = [(l.attributes.get("type"), l.attributes.get("hreflang")) for l in links if l.attributes.get("rel", "alternate") == "alternate"]
        self.want(len(set(alternates)) == len(alternates), "DuplicateAtomLink", node, alternates)
        return [l.attributes.get("rel", "alternate") for l in links]

    def history(self, node, relations):
        archive = node.one("{%s}archive" % HISTORY) is not None
        self.want("self" in relations, "MissingSelf", node)
        self.want(not archive or "current" in relations, "MissingCurrentInArchive", node)
        self.want(archive or "current" not in relations, "ArchiveIncomplete", node)

    def once(self, node, *names):
        for name in names:
            count = len(node.all(name))
            self.want(count < 2, "DuplicateElement", node, name)

    def some(self, node, *names):
        for name in names:
            self.want(node.one(name) is not None, "MissingElement", node, name)

    # ------------------------------------------------------------------------------------------------ whole documents

    def characters(self, root):
        """BadCharacters: C1 controls, U+FFFD, and what was encoded as UTF-8 twice."""
        bad = re.compile("[\x80-\x9f\ufffd]")
        twice = re.compile("[\xc2\xc3][\x80-\xbf]")
        for node in root.walk():
            for text in [*node.chunks, *node.attributes.values()]:
                self.want(not bad.search(text), "BadCharacters", node, ascii(text))
            for text in node.chunks:
                if twice.search(text):
                    try:
                        text.encode("latin-1").decode("utf-8")
                        self.say("BadCharacters", node, text)
                    except UnicodeError:
                        pass

    def atom(self, feed):
        name = lambda local: "{%s}%s" % (ATOM, local)
        self.some(feed, name("title"), name("id"), name("updated"))
        self.once(feed, name("title"), name("subtitle"), name("id"), name("updated"), name("generator"))
        self.history(feed, self.links(feed, name("link")))
        first = next((at for at, child in enumerate(feed.children) if child.name == name("entry")), len(feed.children))
        self.want(all(child.name == name("entry") or HISTORY in child.name for child in feed.children[first:]), "MisplacedMetadata", feed)
        ids, updates = set(), set()
        for entry in feed.all(name("entry")):
            self.some(entry, name("title"), name("id"), name("updated"))
            self.once(entry, *map(name, "title id updated published summary content rights source".split()))
            self.want(entry.one(name("author")) or feed.one(name("author")), "MissingElement", entry, "author")
            self.want(entry.one(name("summary")) or entry.one(name("content")), "MissingTextualContent", entry, entry.one(name("id")).text)
            self.links(entry, name("link"))
            for seen, element, rule in ((ids, "id", "DuplicateEntries"), (updates, "updated", "DuplicateUpdated")):
                value = entry.one(name(element)).text
                self.want(value not in seen, rule, entry, value)
                seen.add(value)
        for source in feed.walk():
            if source.name == name("source"):
                for element in ("title", "id", "updated"):
                    self.want(source.one(name(element)), "MissingSourceElement", source, element)
                self.links(source, name("link"))
        for node in feed.walk():
            local = node.name.rpartition("}")[2]
            if "{%s}lang" % XML in node.attributes:
                self.language(node, node.attributes["{%s}lang" % XML])
            if local in ("title", "subtitle", "summary", "rights", "content"):
                kind = node.attributes.get("type", "text")
                if kind == "html":
                    self.want(node.text, "NotBlank", node)
                    self.html(node)
                else:
                    self.want(kind == "text", "InvalidTextType", node, kind)
                    self.plain(node, rule="ContainsUndeclaredHTML")
            elif local == "name":
                self.plain(node)
                self.want(not EMAIL.search(node.text), "ContainsEmail", node, node.text)
            elif local == "id":
                self.want("".join(node.chunks) == node.text, "UnexpectedWhitespace", node)
                self.want(UUID.fullmatch(node.text), "InvalidUUID", node, node.text)
            elif local in ("updated", "published"):
                self.time(node)
            elif local == "link":
                self.link(node)
            elif local == "category":
                self.want(node.attributes.get("term", "").strip(), "NotBlank", node)
                self.web(node, node.attributes.get("scheme"))

    def rss(self, rss):
        self.want(rss.attributes.get("version") == "2.0", "InvalidRSSVersion", rss)
        channel = rss.one("channel")
        atom = "{%s}link" % ATOM
        self.some(channel, "title", "link", "description")
        self.once(channel, "title", "link", "description", "language", "copyright", "lastBuildDate", "generator", "pubDate", "ttl")
        self.history(channel, [link.attributes.get("rel") for link in channel.all(atom)])
        self.links(channel, atom)
        first = next((at for at, child in enumerate(channel.children) if child.name == "item"), len(channel.children))
        self.want(all(child.name == "item" for child in channel.children[first:]), "MisplacedItem", channel)
        guids = set()
        rights, language, creator = "{%s}rights" % DC, "{%s}language" % DC, "{%s}creator" % DC
        encoded = "{%s}encoded" % CONTENT
        for item in channel.all("item"):
            self.some(item, "title", "link")
            self.once(item, "title", "link", "description", "guid", "pubDate", "source", rights, language, encoded)
            self.want(len(item.all("enclosure")) < 2, "DuplicateEnclosure", item)
            guid = item.one("guid")
            self.want(guid is not None, "MissingGuid", item)
            if guid is not None:
                self.want(guid.text not in guids, "DuplicateValue", item, guid.text)
                self.want(guid.attributes.get("isPermaLink") == "false" and UUID.fullmatch(guid.text), "InvalidHttpGUID", guid, guid.text)
                guids.add(guid.text)
            names = [child.name for child in item.children]
            if encoded in names:
                self.want("description" in names[: names.index(encoded)], "NeedDescriptionBeforeContent", item)
            both = item.one("author") is not None and item.one(creator) is not None
            self.want(not both, "DuplicateItemSemantics", item, "author")
        for node in channel.walk():
            inside = node.parent.name == "item"
            if node.name in ("title", "category", "source", "copyright", rights) or node.name == "description" and not inside:
                self.plain(node, rss=True)
            if node.name == "source":
                self.web(node, node.attributes.get("url"))
            elif node.name == "link":
                self.web(node, node.text)
            elif node.name in ("description", encoded) and inside:
                self.want(node.text, "NotBlank", node)
                self.html(node)
            elif node.name in ("pubDate", "lastBuildDate"):
                self.time(node)
            elif node.name in ("language", language):
                self.language(node, node.text)
            elif node.name == "enclosure":
                url = node.attributes.get("url", "")
                self.want(FILE.match(url) and URI.fullmatch(url), "InvalidURLAttribute", node, url)
                self.want(MEDIA_TYPE.fullmatch(node.attributes.get("type", "")), "InvalidMIMEAttribute", node)
                self.length(node, node.attributes.get("length", ""))
            elif node.name == "{%s}content" % MEDIA:
                self.web(node, node.attributes.get("url"))
                self.length(node, node.attributes.get("fileSize"), 1)
                self.want(node.attributes.get("medium", "image") in ("image", "audio", "video"), "InvalidMediaMedium", node)
            elif node.name == "{%s}thumbnail" % MEDIA:
                self.web(node, node.attributes.get("url"))
            elif node.name == atom:
                self.link(node)

    def opml(self, opml):
        self.some(opml, "head", "body")
        self.want(opml.attributes.get("version") == "2.0", "InvalidOPMLVersion", opml)
        outlines = [node for node in opml.walk() if node.name == "outline"]
        self.want(outlines, "MissingElement", opml, "outline")
        self.html(opml.one("head").one("title"))
        for node in outlines:
            given = node.attributes
            self.want("text" in given, "MissingAttribute", node, "text")
            self.want(not node.text, "UnexpectedText", node)
            for name in ("text", "title", "description"):
                if name in given:
                    self.html(node, given[name])
            if given.get("type") == "rss":
                self.want("xmlUrl" in given, "MissingXmlURL", node)
                self.want("title" in given, "MissingTitleAttr", node)
                self.web(node, given.get("htmlUrl"))
                if "language" in given:
                    self.language(node, given["language"])
            else:
                self.want(set(given) <= {"text"}, "MissingOutlineType", node, given)

    def run(self):
        self.want(len(self.body) < LIMIT, "ValidatorLimit", "file", len(self.body))
        self.want(b"<!DOCTYPE" not in self.body and b"<!ENTITY" not in self.body, "InvalidDoctype", "file")
        root = parse(self.body)
        self.characters(root)
        known = {"": "", ATOM: "atom", DC: "dc", CONTENT: "content", MEDIA: "media", HISTORY: "fh"}
        for node in root.walk():
            space = node.name[1:].partition("}")[0] if node.name.startswith("{") else ""
            self.want(space in known, "UnknownNamespace", node)
        {"rss": self.rss, "{%s}feed" % ATOM: self.atom, "opml": self.opml}[root.name](root)
        return self.found


def check(path, address, now=None):
    return Check(path, address, time.time() if now is None else now).run()
