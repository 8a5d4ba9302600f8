"""Sources that are as bad as sources can be, made here: each theme as RSS, Atom, JSON Feed and a page that lists news.

`documents(few)` gives {path: (media type, bytes, language)}; few leaves out what takes long. At most ten items are in each, since a source's first answer
publishes ten; all texts are made up.
"""

import html
import json
import re
import unicodedata
from xml.sax.saxutils import escape, quoteattr

FORMATS = {"rss": "it", "atom": "en", "json": "de", "html": "fr"}
TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json", "html": "text/html; charset=utf-8"}
DAY = "2025-03-{:02}T0{}:15:00Z"


def item(title, body="<p>Il testo.</p>", **more):
    return {"title": title, "html": body, **more}


# ------------------------------------------------------------------------------------------------------------- themes


def blocks():
    """A bit of every row of Unicode that has characters; of scripts with thousands, of every sixteenth row."""
    for row in range(0, 0x110000, 0x80):
        shown = [chr(c) for c in range(row, row + 0x80) if unicodedata.category(chr(c)) not in ("Cc", "Cs", "Cn")]
        if not shown:
            continue
        large = re.match("CJK UNIFIED|HANGUL SYLLABLE|TANGUT|EGYPTIAN|CUNEIFORM|YI SYLL", unicodedata.name(shown[0], ""))
        if (large or unicodedata.category(shown[0]) == "Co") and row % 0x800:
            continue
        text = "".join(shown)
        yield item(f"U+{row:04X} {text[:24]}", f"<p>{html.escape(text)}</p>", summary=text, author=f"A {text[:9]}", categories=[f"{row:X} {text[-9:]}"])
    special = "\ufffd \ufffc \ufeff \u2028 \u2029 \u200b \u00ad \u061c \u2060 \U000e0001"
    yield item(f"Specials {special}", f"<p>{special}</p>", summary=special)


def directions():
    words = ["שלום עולם", "مرحبا بالعالم", "ܫܠܡܐ", "ߒߞߏ", "𞤀𞤁𞤂", "ދިވެހި"]
    for n, word in enumerate(words):
        yield item(f"{word} {n}", f'<p dir="rtl">{word} <bdo dir="rtl">abc</bdo> {word}</p>', author=word, categories=[word])
    for mark in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200e\u200f\u061c":
        yield item(f"Left open {mark}gpj.exe {ord(mark):X}", f"<p>Left open {mark}txt.exe</p>", author=f"A{mark}B", categories=[f"c{mark}d"])


def pictures():
    for text in ["👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🇮🇹🇪🇺", "1️⃣#️⃣", "👍🏿👍🏻", "🧑🏽‍🚀", "❤️‍🔥", "☃︎☃️", "🫠🫨🪿", "\U0001fae8"]:
        yield item(f"{text} {ascii(text)[2:14]}", f"<p>{text * 50}</p>", summary=text * 3, author=text, categories=[text])


MARKUP = [
    "]]>", "<![CDATA[x]]>", "]]]]>><![CDATA[>", "<script>alert(1)</script>", "<b>bold</b> & <i>slanted</i>", "a < b > c", "5<6", "AT&T", "R&D",
    "&amp;", "&copy; &nbsp; &eacute;", "&#x26;&#60;", "&lt;b&gt;", "<!-- no -->", "<?php x ?>", "</title>", "<entry>", "</item>", "'\"`", "\\u0026 \\n", "%3Cb%3E",
    "Vec<T>", "<br/>", "<img src=x onerror=alert(1)>", "Anna <anna@agenzia.example>", "&", "<", ">", "& <", "&bogus;", "<a href='javascript:x'>y</a>", "{{x}} ${y}",
]


def markup():
    for n, text in enumerate(MARKUP):
        yield item(f"{n} {text} z", f"<p>{html.escape(text)} z</p>", summary=f"Teaser {text} z", author=f"N {text}", categories=[f"K {text}"], rights=f"© {text}")


HOSTILE = [
    "<script>x</script><p>a</p>", "<style>p{}</style><p>a</p>", '<iframe src="https://x.example/"></iframe>a', '<svg onload="x"><path/></svg>a', "<math><mi>x</mi></math>a",
    '<p onclick="x">a</p>', '<p style="color:red">a</p>', '<a href="javascript:x">a</a>', '<a href="/rel?a=1&b=2">a</a>', '<img src="data:image/svg+xml,x">a', '<img src="../i.png" srcset="a 1x, b 2x">a',
    "<p>a<p>b<p>c", "<b><i>a</b>b</i>", "<table><tr><td>a</table>", "<table><p>a</p><tr><td>b</td></tr></table>", "<td>a</td>", "<tr><td>a</td></tr>", "<li>a<li>b", "<ul><p>a</p><li>b</ul>",
    '<a href="https://a.example/">a<a href="https://b.example/">b</a></a>', '<a href="https://a.example/">a<div><a href="https://b.example/">b</a></div></a>',
    '<a href="https://a.example/">a<object><a href="https://b.example/">b</a></object></a>', "<h1>a<h2>b</h2></h1>", "<h1>a<section><h2>b</h2></section></h1>", "<h1><header><h1>a</h1></header></h1>",
    "<p>a<button><p>b</p></button></p>", "<p>a<object><div>b</div></object></p>", "<p><section><p>a</p></section></p>", "<p>a<video><p>b</p></video></p>", "<ul><section><li>a<ul><li>b</ul></section></ul>",
    "<dl><dd>a<article><dd>b</article></dl>", "<table><section><tr><td>a</section></table>", "<table><td><details><table><tr><td>a</table></details>b</table>", "<caption>a</caption>", "<thead><th>a</thead>",
    "<div>" * 100 + "a", "<b>" * 100 + "a", "<blockquote>" * 600 + "a", "<frameset><frame></frameset>a", "<body><html><head><title>t</title>a", "<plaintext>a</p>", "<xmp><p>a</xmp>b", "<template><p>a</template>b",
    "<noscript><p>a</noscript>b", "<select><option>a</select>b", "<form><input><p>a</form>", "<textarea><p>a</textarea>b", "<custom-tag>a</custom-tag>", "<marquee>a</marquee><blink>b</blink>", "<font size=7><center>a</center></font>",
    "&copy &amp &notit; &#128; &#x80; &#xD800; &#0; &#x1F; &#xFFFE; a", "<!-- a --> b <!doctype html> c <?xml?> d <![CDATA[ e ]]> f", "a <b", "a <", "a </", "<p a='1' a='2'>a</p>", "<p/>a<br/>b</br>c</p>d",
    '<a href=" https://x.example/a b ">a</a>', '<a href="https://user:pass@x.example/">a</a>', '<img src="https://x.example/i.png" width="1" height="1">a', '<img alt="only a picture" src="https://x.example/i.png">',
    "<p>\u2028a\u2029b\u00a0c\u200bd</p>", "<pre>\n\n a\n  b\n</pre>", "<pre>a</pre>\n\n<pre>\nb</pre>", "<ruby>漢<rp>(</rp><rt>kan</rt></ruby>", "<p>" + "long" * 20_000 + "</p>", "<p title='<b>\"x'>a</p>", "<img src=x alt='</p>'>a",
]


def hostile():
    for n, text in enumerate(HOSTILE):
        yield item(f"Markup {n}", f"{text} z{n}")


def titles():
    for n, text in enumerate(["", " ", "\u00a0", "\u200b", "\t\n", "…", "x", "parola " * 300, "x" * 100_000, "a\nb\tc\u2028d", "\u0301\u0301", "🚀", "-", ".", "Un titolo", "UN TITOLO", "<p></p>", "&nbsp;", "\ufeffa"]):
        yield item(text, f"<p>Testo del titolo {n}.</p>")
    yield item("Without any text", "")
    yield item("With blanks for a text", " \n\u00a0 ")
    yield item("With an empty paragraph", "<p></p><p>\u00a0</p>")
    yield item("With a picture only", '<p><img src="https://x.example/solo.jpg"></p>')


def dates():
    written = [
        "1969-07-20T20:17:40Z", "1970-01-01T00:00:00Z", "1989-12-31T23:59:59Z", "1990-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2038-01-19T03:14:08Z", "2024-02-29T12:00:00Z", "2023-02-29T12:00:00Z",
        "2016-12-31T23:59:60Z", "2025-01-01T24:00:00Z", "2025-01-01T00:00:00+14:00", "2025-01-01T00:00:00-12:00", "2025-03-30T02:30:00+01:00", "2025-10-26T02:30:00.123456789+02:00", "2025-01-01", "2025-01", "2025", "", "yesterday", "0000-00-00T00:00:00Z",
        "2025-05-05T05:05:05Z", "2025-05-05T05:05:05Z", "2025-05-05T05:05:05Z", "2025-05-05T07:05:05+02:00",
    ]
    for n, text in enumerate(written):
        yield item(f"Date {n}", f"<p>Data {n}.</p>", date=text)


def categories():
    odd = ["", " ", "a, b", "x" * 1_000, "<b>c</b>", "C&A", "🚀", "\u202ec", "line\nbreak", "a/b/c", "&amp;"]
    yield item("Many categories", categories=[f"categoria {n}" for n in range(200)])
    yield item("The same category", categories=["spazio"] * 20)
    yield item("Odd categories", categories=odd)
    for text in odd[:7]:
        yield item(f"Category {ascii(text)[:12]}", categories=[text])


def authors():
    odd = ["", " ", "Anna Bianchi <anna@agenzia.example>", "anna@agenzia.example (Anna Bianchi)", "anna@agenzia.example", "mailto:anna@agenzia.example", "A & B", "<b>A</b>", "x" * 1_000, "a\nb"]
    odd += ["🧑🏽‍🚀", "O'Neill \"Jack\"", "\u202eA", "]]>", "A, B and C", "https://a.example/", "\u00a0", "&amp;", "von und zu;", "李四"]
    for n, text in enumerate(odd):
        yield item(f"Author {n}", author=text)


def files():
    def one(url, kind="audio/mpeg", length="1234"):
        return {"url": url, "type": kind, "length": length}

    good = "https://m.example/a.mp3"
    odd = [
        [one(good)], [one(good, length=None)], [one(good, length="0")], [one(good, length="-1")], [one(good, length="abc")], [one(good, length="99999999999999999999999")], [one(good, "")], [one(good, "audio/mpeg; codecs=x")], [one(good, "AUDIO/MPEG")],
        [one(good, "nothing")], [one("rel/a.mp3")], [one("http://[2001:db8::1]/a.mp3")], [one("https://my_host.example/a.mp3")], [one("http://localhost/a.mp3")], [one("javascript:x")], [one("data:audio/mpeg;base64,AA")], [one("https://m.example/a b[1].mp3?x={y}|z")],
        [one(good)] * 3, [one(f"https://m.example/{n}.mp3") for n in range(100)], [one("https://città.example/è.pdf", "application/pdf")], [one("https://m.example/i.jpg", "image/jpeg")], [one("ftp://m.example/a.mp3")], [one("https://m.example./a.mp3")], [one("")],
        [one("https://m.example/v.mp4?a=1&b=2", "video/mp4"), one("https://m.example/i.png", "image/png")],
    ]
    for n, several in enumerate(odd):
        yield item(f"File {n}", files=several)


def links():
    odd = [
        "https://città.example/notizie/è", "https://xn--citt-3na.example/", "https://a.example/%zz%", "https://a.example/a b", "https://a.example/[1]?q[]=2&r={x}|y^z`", "http://[2001:db8::1]/x", "https://me:secret@a.example/", "https://a.example/#:~:text=a,b",
        None, "javascript:alert(1)", "https://a.example/" + "x" * 5_000, "https://a.example/日本語?q=日本", "http://a.example:8080/", "https://a.example./x", "https://a.example/?utm_source=x&id=1", "//a.example/y", "/rel/z", "?q=1", "#frag", "mailto:a@a.example",
        "https://a.example/'\"<>", "https://a.example/a\nb\tc", "HTTPS://A.EXAMPLE/UP", "https://a.example/../../b", "https://a.example/%7euser/%2f%C3%A8", "https://a.example/;jsessionid=1", "https://a.example/?a=1&amp;b=2", "https://🚀.example/", "https://a.example\\b", "http:a.example",
    ]
    for n, address in enumerate(odd):
        yield item(f"Link {n}", link=address)


def large():
    words = "parola è 日本 & < \" ' "
    yield item("One megabyte", f"<p>{html.escape(words * 50_000)}</p>")
    yield item("One megabyte of markup", "<p><b>x</b> &amp;</p>" * 50_000)
    yield item("Half of one", f"<p>{html.escape(words * 10_000)}</p>", summary=words * 20_000)
    for n in range(7):
        yield item(f"As long as may be {n}", "<p>" + html.escape('& < > " ' * 12_000)[:239_000].rsplit("&", 1)[0] + "</p>")


THEMES = {"blocks": blocks, "directions": directions, "pictures": pictures, "markup": markup, "hostile": hostile, "titles": titles, "dates": dates, "categories": categories, "authors": authors, "files": files, "links": links, "large": large}


# ------------------------------------------------------------------------------------------------------------ formats

ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def x(text):
    return escape(ILLEGAL.sub("", text))


def q(text):
    return quoteattr(ILLEGAL.sub("", text))


def identity(form, theme, n):
    return f"{form}-{theme}-{n}", f"https://fonte.example/{form}/{theme}/{n}"


def rss(theme, items):
    written = []
    for n, one in items:
        guid, link = identity("rss", theme, n)
        link = one.get("link", link)
        parts = [f"<title>{x(one['title'])}</title>", f'<guid isPermaLink="false">{guid}</guid>', f"<content:encoded>{x(one['html'])}</content:encoded>"]
        parts += [] if link is None else [f"<link>{x(link)}</link>"]
        parts += [f"<pubDate>{x(one.get('date', DAY.format(n % 28 + 1, n % 7)))}</pubDate>", f"<description>{x(html.escape(one['summary']))}</description>" if "summary" in one else ""]
        parts += [f"<category>{x(name)}</category>" for name in one.get("categories", [])]
        parts += [f"<dc:{name}>{x(one[key])}</dc:{name}>" for name, key in (("creator", "author"), ("rights", "rights")) if key in one]
        for file in one.get("files", []):
            length = "" if file["length"] is None else f" length={q(file['length'])}"
            parts.append(f"<enclosure url={q(file['url'])} type={q(file['type'])}{length}/>")
        written.append("<item>" + "".join(parts) + "</item>\n")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>{theme}</title><link>https://fonte.example/</link><description>d</description>{''.join(written)}</channel></rss>"
    )


def atom(theme, items):
    written = []
    for n, one in items:
        id, link = identity("atom", theme, n)
        link = one.get("link", link)
        date = one.get("date", DAY.format(n % 28 + 1, n % 7))
        parts = [f"<title>{x(one['title'])}</title><id>urn:x:{id}</id><updated>{x(date)}</updated><published>{x(date)}</published>", f'<content type="html">{x(one["html"])}</content>']
        parts += [] if link is None else [f"<link href={q(link)}/>"]
        parts += [f"<{name}>{x(one[name])}</{name}>" for name in ("summary", "rights") if name in one]
        parts += [f"<author><name>{x(one['author'])}</name></author>"] if "author" in one else []
        parts += [f"<category term={q(name)}/>" for name in one.get("categories", [])]
        for file in one.get("files", []):
            length = "" if file["length"] is None else f" length={q(file['length'])}"
            parts.append(f'<link rel="enclosure" href={q(file["url"])} type={q(file["type"])}{length}/>')
        written.append("<entry>" + "".join(parts) + "</entry>\n")
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{theme}</title><id>urn:x:{theme}</id><updated>2025-01-01T00:00:00Z</updated>{"".join(written)}</feed>'


def json_feed(theme, items):
    written = []
    for n, one in items:
        id, link = identity("json", theme, n)
        files = []
        for file in one.get("files", []):
            size = file["length"]
            files.append({"url": file["url"], "mime_type": file["type"], "size_in_bytes": int(size) if size and size.lstrip("-").isdigit() else size})
        written.append({
            "id": id, "url": one.get("link", link), "title": one["title"], "content_html": one["html"], "summary": one.get("summary"), "date_published": one.get("date", DAY.format(n % 28 + 1, n % 7)),
            "authors": [{"name": one["author"]}] if "author" in one else [], "tags": one.get("categories", []), "attachments": files,
        })
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": theme, "items": written})


def listing(theme, items):
    written = []
    for n, one in items:
        _, link = identity("html", theme, n)
        link = one.get("link", link) or ""
        title, date = html.escape(one["title"]), html.escape(one.get("date", DAY.format(n % 28 + 1, n % 7)))
        teaser = html.escape(one.get("summary", "")) or one["html"][:20_000]
        written.append(f'<article class="news"><h2><a href="{html.escape(link)}">{title}</a></h2><time datetime="{date}">{date[:10]}</time><div class="teaser">{teaser}</div></article>')
    return f'<!doctype html><html lang="fr"><head><title>{theme}</title></head><body><main>{"".join(written)}</main></body></html>'


WRITERS = {"rss": rss, "atom": atom, "json": json_feed, "html": listing}


# --------------------------------------------------------------------------------------- documents that break off, or lie


def broken():
    """Feeds that are no XML, or not in the encoding that they claim."""
    head = b'<rss version="2.0"><channel><title>t</title><link>https://rotto.example/</link><description>d</description>'
    entry = lambda n, inside: b"<item><guid>%d</guid><link>https://rotto.example/%d</link><pubDate>Mon, 03 Mar 2025 10:00:00 GMT</pubDate>%s</item>" % (n, n, inside)
    text = lambda title, body=b"": b"<title>" + title + b"</title><description>" + body + b"</description>"
    twice = "Perché l’Italia è così".encode().decode("latin-1").encode()
    odd = {
        "controls": [text(b"a\x00b\x01c\x08d\x0be\x1ff\x7fg %d" % n, b"\x02\x03text\x1b[31m %d" % n) for n in range(3)],
        "references": [text(b"a&#0;b&#1;c&#x1F;d&#xD800;&#xDC00;e&#xFFFE;f&#x110000;g&#128;h", b"&#xD83D;&#xDE80; &#99999999999; &#x; z")],
        "entities": [text(b"caff&egrave; &copy; &bogus; &nbsp; AT&T & B", b"&lt;p&gt;caff&amp;egrave; &hellip;&lt;/p&gt;")],
        "sections": [text(b"<![CDATA[a ]]&gt; b]]> c ]]> d", b"<![CDATA[<p>x ]]]]><![CDATA[> y</p>]]>"), text(b"last <![CDATA[is open", b"z")],
        "twice": [text(twice, b"&lt;p&gt;" + twice + b"&lt;/p&gt;")],
        "bytes": [text(b"caff\xe8 e t\xe8", b"citt\xe0 \xff\xfe \xc3\x28"), text("già".encode() + b" \xed\xa0\x80 \xf4\x90\x80\x80")],
        "open": [text(b"one"), b"<title>two"],
    }
    for name, items in odd.items():
        body = head + b"".join(entry(n, inside) for n, inside in enumerate(items)) + b"</channel></rss>"
        yield name, body
    wide = (head + entry(1, text("Città, 日本, 🚀".encode("utf-8"))) + b"</channel></rss>").decode()
    yield "wide", ('<?xml version="1.0" encoding="utf-16"?>' + wide).encode("utf-16")
    yield "many", rss("many", [(n, item(f"Voce {n} di cinquemila", f"<p>La voce {n}.</p>")) for n in range(5_000)]).encode()


def documents(few=False):
    found = {}
    for theme, make in THEMES.items():
        items = list(enumerate(make()))
        if few:
            items = {"blocks": items[::8], "large": []}.get(theme, items)
        for place, at in enumerate(range(0, len(items), 10)):
            # Of the many rows of Unicode, each is in one format; all else is in all.
            forms = [list(FORMATS)[place % 4]] if theme == "blocks" else list(FORMATS)
            for form in forms:
                language = "ar" if theme == "directions" and form == "rss" else FORMATS[form]
                name = f"{theme}-{place}"
                body = WRITERS[form](name, items[at : at + 10])
                found[f"/{form}/{name}"] = (TYPES[form], body.encode("utf-8", "surrogatepass"), language)
    for name, body in broken():
        found[f"/broken/{name}"] = ("application/rss+xml", body, "it")
    return found
