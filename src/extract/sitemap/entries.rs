//! The entries of a sitemap or of an index, also where the XML is broken.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

/// More entries than this are not read: the protocol allows no more in one file.
const MOST: usize = 50_000;
/// Elements deeper than this are read as if they were not there.
const DEPTH: usize = 16;
/// The most bytes of one text.
const LONGEST: usize = 10_000;

/// An entry: a page, or a sitemap of an index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// `loc`.
    pub(super) address: Option<String>,
    /// `lastmod`.
    pub(super) changed: Option<String>,
    /// `news:title`.
    pub(super) title: Option<String>,
    /// `news:publication_date`.
    pub(super) published: Option<String>,
    /// `news:keywords`, between commas.
    pub(super) keywords: Option<String>,
    /// `news:language`.
    pub(super) language: Option<String>,
    /// `news:name`.
    pub(super) publication: Option<String>,
    /// `image:loc`, the first.
    pub(super) image: Option<String>,
}

impl Entry {
    /// Whether the sitemap calls it news.
    pub(super) fn is_news(&self) -> bool {
        self.title.is_some() || self.published.is_some() || self.publication.is_some()
    }
}

/// What a sitemap lists.
pub(super) struct Entries {
    pub(super) list: Vec<Entry>,
    /// It ends where it should.
    pub(super) whole: bool,
}

/// Reads the entries that are complete. Prefixes are not looked at: what stands in what tells enough.
pub(super) fn read(xml: &str) -> Entries {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut walk = Walk::default();
    let mut broken = false;
    while walk.list.len() < MOST {
        match reader.read_event() {
            Ok(Event::Start(tag)) => walk.start(tag.name().as_ref()),
            Ok(Event::End(tag)) => walk.end(tag.name().as_ref()),
            Ok(Event::Text(text)) => walk.text(&text.xml10_content()),
            Ok(Event::CData(data)) => walk.text(&data.xml10_content()),
            Ok(Event::GeneralRef(reference)) => match reference.resolve_char_ref() {
                Ok(Some(character)) => walk.text(character.encode_utf8(&mut [0; 4])),
                _ => match resolve_predefined_entity(&reference) {
                    Some(text) => walk.text(text),
                    // An ampersand of an address, `?a=1&b;`: as it is written.
                    None => {
                        walk.text("&");
                        walk.text(&reference);
                        walk.text(";");
                    }
                },
            },
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(_) => {
                broken = true;
                break;
            }
        }
    }
    let whole = !broken && walk.open.is_empty() && walk.list.len() < MOST;
    Entries {
        list: walk.list,
        whole,
    }
}

#[derive(Default)]
struct Walk {
    list: Vec<Entry>,
    /// The entry under construction.
    entry: Option<Entry>,
    /// The local names of the open elements.
    open: Vec<String>,
    /// How many are open beyond [`DEPTH`].
    beyond: usize,
    /// What was read since the last tag.
    text: String,
}

impl Walk {
    fn start(&mut self, name: &str) {
        self.text.clear();
        let name = local(name);
        if is_entry(&name) {
            // What was before it lost its end.
            self.open.truncate(1);
            self.beyond = 0;
            self.keep();
            self.entry = Some(Entry::default());
        }
        if self.open.len() < DEPTH {
            self.open.push(name);
        } else {
            self.beyond += 1;
        }
    }

    fn end(&mut self, name: &str) {
        if self.beyond > 0 {
            self.beyond -= 1;
            return;
        }
        let name = local(name);
        let Some(at) = self.open.iter().rposition(|open| *open == name) else {
            return;
        };
        self.open.truncate(at);
        if is_entry(&name) {
            self.keep();
        } else {
            self.take(&name);
        }
        self.text.clear();
    }

    fn text(&mut self, text: &str) {
        if self.text.len() + text.len() <= LONGEST {
            self.text.push_str(text);
        }
    }

    /// Puts the text of an element where it belongs, by the element around it.
    fn take(&mut self, name: &str) {
        let (Some(entry), Some(around)) = (&mut self.entry, self.open.last()) else {
            return;
        };
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let place = match (around.as_str(), name) {
            ("url" | "sitemap", "loc") => &mut entry.address,
            ("url" | "sitemap", "lastmod") => &mut entry.changed,
            ("news", "title") => &mut entry.title,
            ("news", "publication_date") => &mut entry.published,
            ("news", "keywords") => &mut entry.keywords,
            ("news" | "publication", "language") => &mut entry.language,
            ("publication", "name") => &mut entry.publication,
            ("image", "loc") => &mut entry.image,
            _ => return,
        };
        if place.is_none() && !text.is_empty() {
            *place = Some(text);
        }
    }

    fn keep(&mut self) {
        let entry = self.entry.take();
        self.list
            .extend(entry.filter(|entry| entry.address.is_some()));
    }
}

fn is_entry(name: &str) -> bool {
    matches!(name, "url" | "sitemap")
}

/// A name without its prefix, in small letters.
fn local(name: &str) -> String {
    let local = name.rsplit(':').next().unwrap_or(name);
    local.to_ascii_lowercase()
}
