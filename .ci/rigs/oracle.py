"""What may stand in what is published, as another parser (html5lib) and an XML parser read it. None of rassegna's own
code is asked. Each function gives sentences about what is wrong, or nothing."""

import json
import re
from functools import lru_cache
from urllib.parse import urlsplit

import html5lib
from lxml import etree

ELEMENTS = set(
    "a abbr b blockquote br caption cite code dd del dfn dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li "
    "mark ol p pre q rp rt ruby s samp small span strong sub sup table tbody td tfoot th thead time tr u ul var wbr".split()
)
EVERYWHERE = {"lang", "dir", "title"}
ATTRIBUTES = {
    "a": {"href", "hreflang", "rel"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
#: C0 and C1 but for white space, noncharacters, surrogates, and what turns the direction of the text after it.
ILLEGIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff"
    + "".join(chr(plane << 16 | end) for plane in range(1, 17) for end in (0xFFFE, 0xFFFF))
    + "]"
)
TAG = re.compile(r"<[a-zA-Z/!?][^<]*>")
A, DC, MEDIA, CONTENT = (
    "{http://www.w3.org/2005/Atom}",
    "{http://purl.org/dc/elements/1.1/}",
    "{http://search.yahoo.com/mrss/}",
    "{http://purl.org/rss/1.0/modules/content/}",
)


def text(said):
    return ["a character that deceives or must not be"] if ILLEGIBLE.search(said or "") else []


def plain(said):
    """A text that is no markup."""
    return text(said) + ([f"markup in a plain text: {said[:200]!r}"] if TAG.search(said or "") else [])


def address(written, schemes=("http", "https")):
    try:
        parts = urlsplit(written)
    except ValueError:
        return [f"no address: {written[:60]!r}"]
    wrong = []
    if parts.scheme not in schemes or not (parts.netloc or parts.scheme == "mailto"):
        wrong.append(f"address of {parts.scheme or 'no scheme'}: {written[:60]!r}")
    if "@" in parts.netloc:
        wrong.append("an address with a user")
    if re.search(r"[\s\"<>`]", written):
        wrong.append(f"an address with signs that it can't have: {written[:60]!r}")
    return wrong


@lru_cache(maxsize=None)
def fragment(html):
    """A piece of published HTML: it parses without a mistake, and has nothing but what is allowed."""
    wrong = text(html)
    parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
    tree = parser.parseFragment(html)
    wrong += [f"it does not parse: {code}" for _, code, _ in parser.errors]
    for element in tree.iter():
        name = element.tag
        if not isinstance(name, str):
            wrong.append("a comment or an instruction")
        elif name not in ELEMENTS:
            if name != "DOCUMENT_FRAGMENT":
                wrong.append(f"<{name}>")
        else:
            wrong += [w for key, value in element.attrib.items() for w in attribute(name, str(key), value)]
            if name == "img" and "src" not in element.attrib:
                wrong.append("a picture without an address")
            if name == "img" and {"0", "1"} & {element.get("width"), element.get("height")}:
                wrong.append("a picture that only counts readers")
    return tuple(wrong)


def attribute(name, key, value):
    if key not in EVERYWHERE and key not in ATTRIBUTES.get(name, ()):
        return [f"<{name} {key}>"]
    if key == "href":
        return address(value, ("http", "https", "mailto"))
    return address(value) if key == "src" else text(value)


def xml(body):
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    tree = etree.fromstring(body, parser).getroottree()
    wrong = ["a document type"] if tree.docinfo.doctype else []
    for element in tree.iter():
        if not isinstance(element.tag, str):
            wrong.append("a comment or an entity")
        else:
            for said in (element.text, element.tail, *element.attrib.values()):
                wrong += text(said)
    return tree, wrong


def rss(body):
    """(pieces of HTML, what is wrong)"""
    tree, wrong = xml(body)
    pieces = []
    for element in tree.iter():
        tag, said = element.tag, element.text or ""
        if tag in ("title", "copyright", "category", "source", DC + "creator", DC + "rights"):
            wrong += plain(said)
        if tag == "link" or tag == "guid" and element.get("isPermaLink") != "false":
            wrong += address(said)
        for key in ("url", "domain", "href"):
            if element.get(key) is not None:
                wrong += address(element.get(key))
        if tag == CONTENT + "encoded" or tag == "description" and element.getparent().tag == "item":
            pieces.append(said)
    return pieces, wrong


def atom(body):
    tree, wrong = xml(body)
    pieces = []
    for element in tree.iter():
        tag, said = element.tag, element.text or ""
        if element.get("type") in ("html", "xhtml") and tag in (A + "content", A + "summary", A + "title", A + "rights"):
            pieces.append(said)
        elif tag in (A + "title", A + "summary", A + "rights", A + "name", A + "subtitle"):
            wrong += plain(said)
        if tag == A + "category":
            wrong += plain(element.get("term")) + plain(element.get("label", ""))
        if tag in (A + "uri", A + "logo", A + "icon"):
            wrong += address(said)
        for key in ("href", "scheme"):
            if element.get(key) is not None:
                wrong += address(element.get(key))
    return pieces, wrong


def json_feed(body):
    feed = json.loads(body)
    pieces, wrong = [], []

    def look(value, key=""):
        if isinstance(value, dict):
            for name, inner in value.items():
                look(inner, name)
        elif isinstance(value, list):
            for inner in value:
                look(inner, key)
        elif isinstance(value, str):
            wrong.extend(text(value))
            if key == "content_html":
                pieces.append(value)
            elif key in ("title", "summary", "name", "tags", "content_text"):
                wrong.extend(plain(value))
            elif "url" in key or key in ("image", "icon", "favicon", "banner_image", "avatar"):
                wrong.extend(address(value))

    look(feed)
    return pieces, wrong


def shape(html):
    """(pairs of element and attribute that a page has, what is wrong whatever page it is)"""
    wrong = text(html)
    parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
    tree = parser.parse(html)
    wrong += [f"it does not parse: {code}" for _, code, _ in parser.errors]
    pairs = set()
    for element in tree.iter():
        if not isinstance(element.tag, str):
            wrong.append("a comment")
            continue
        pairs.add((element.tag, ""))
        for key, value in element.attrib.items():
            pairs.add((element.tag, str(key)))
            # A way within the site has no scheme.
            if key in ("href", "src", "action") and not re.fullmatch(r"[\w./#?=&;%+-]*", value):
                wrong += address(value, ("http", "https", "mailto") if element.tag == "a" else ("http", "https"))
    return pairs, wrong
