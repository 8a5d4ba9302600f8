//! The page that goes on with a list: by a rule, by what the page says of its links, else by the look of its pager.

use std::sync::LazyLock;

use scraper::{ElementRef, Html};
use url::Url;

use super::one;
use super::text::visible;
use crate::config::Listing;
use crate::config::units::fold;

/// Parts of the class, id, label or role of what holds the links to a list's pages.
const PAGERS: &[&str] = &[
    "pager",
    "paginat",
    "paginaz",
    "paginac",
    "paging",
    "pagenav",
    "page-nav",
    "pagenumber",
    "page-number",
    "nav-links",
    "posts-navigation",
    "seitennavi",
];
/// Words of a link to the next page; alone they count in a pager only.
const WORDS: &[&str] = &[
    "next",
    "older",
    "avanti",
    "successiva",
    "successivo",
    "seguente",
    "prossima",
    "suivant",
    "suivante",
    "weiter",
    "nachste",
    "naechste",
    "siguiente",
    "proxima",
    "proximo",
    "seguinte",
    "seguent",
    "volgende",
    "nastepna",
    "nastepny",
    "dalej",
    "urmatoarea",
    "inainte",
    "следующая",
    "далее",
    "вперед",
    "наступна",
    "далі",
    "επομενη",
    "sonraki",
    "ileri",
    "التالي",
    "بعدی",
    "הבא",
    "अगला",
    "ถัดไป",
    "次へ",
    "下一页",
    "下一頁",
    "다음",
    "tiep",
    "berikutnya",
    "selanjutnya",
    "nasta",
    "naeste",
    "neste",
    "seuraava",
    "dalsi",
    "nasledujuca",
    "kovetkezo",
    "naslednja",
    "sljedeca",
    "следваща",
    "jargmine",
    "nakama",
    "kitas",
];
/// What says as much anywhere on a page.
const PHRASES: &[&str] = &[
    "next page",
    "load more",
    "mehr laden",
    "carica altri",
    "mostra altri",
    "older posts",
    "older entries",
    "older news",
    "older articles",
    "pagina successiva",
    "pagina seguente",
    "notizie precedenti",
    "articoli precedenti",
    "page suivante",
    "articles precedents",
    "nachste seite",
    "naechste seite",
    "altere beitrage",
    "pagina siguiente",
    "entradas antiguas",
    "proxima pagina",
    "pagina seguinte",
    "volgende pagina",
    "nastepna strona",
    "pagina urmatoare",
    "следующая страница",
    "наступна сторінка",
    "επομενη σελιδα",
    "sonraki sayfa",
    "次のページ",
    "下一页",
    "下一頁",
    "다음 페이지",
    "trang sau",
    "halaman berikutnya",
    "nasta sida",
    "naeste side",
    "neste side",
    "seuraava sivu",
    "dalsi strana",
    "kovetkezo oldal",
];
/// Signs that point forward, by themselves.
const SIGNS: &[&str] = &["›", "»", ">", ">>", "→", "⟩", "❯", "▶", "≫"];
/// The most characters of such a link.
const SHORT: usize = 40;
/// How far up a link's pager is looked for.
const NEAR: usize = 6;
/// How many bytes of a class or label are looked at.
const LOOKED_AT: usize = 200;
/// The most nodes in one link of a pager.
const PARTS: usize = 40;

static NEXT: LazyLock<Words> = LazyLock::new(Words::new);

/// The next page of a list, if it has one on the origin of the page itself.
pub(super) fn find(
    document: &Html,
    base: &Url,
    page: &Url,
    rules: Option<&Listing>,
) -> Option<Url> {
    let target = |link: ElementRef<'_>| target(link, base, page);
    if let Some(rule) = rules.and_then(|rules| rules.next.as_ref()) {
        return document.select(rule).find_map(|found| {
            let inner = || found.select(&one("a[href]")?).find_map(target);
            target(found).or_else(inner)
        });
    }
    if let Some(said) = one("link[rel~='next' i][href], a[rel~='next' i][href]")
        && let Some(next) = document.select(&said).find_map(target)
    {
        return Some(next);
    }
    let links = one("a[href]")?;
    let links: Vec<(ElementRef<'_>, Url)> = document
        .select(&links)
        .filter_map(|link| Some((link, target(link)?)))
        .collect();
    let named = links.iter().find(|(link, _)| match says_next(*link) {
        Says::Anywhere => true,
        Says::InPager => in_pager(*link),
        Says::Nothing => false,
    });
    let (_, next) = named.or_else(|| {
        let current = current(document)?;
        links
            .iter()
            .find(|(link, _)| in_pager(*link) && number(*link) == Some(current + 1))
    })?;
    Some(next.clone())
}

/// Where a link leads, if that is another page of this origin.
fn target(link: ElementRef<'_>, base: &Url, page: &Url) -> Option<Url> {
    let mut url = base.join(link.attr("href")?.trim()).ok()?;
    url.set_fragment(None);
    let mut here = page.clone();
    here.set_fragment(None);
    let off = link.attr("aria-disabled") == Some("true") || has_class(link, &["disabled"]);
    (url.origin() == page.origin() && url != here && !off).then_some(url)
}

fn has_class(element: ElementRef<'_>, words: &[&str]) -> bool {
    element
        .value()
        .classes()
        .any(|class| words.iter().any(|word| class.eq_ignore_ascii_case(word)))
}

/// Whether an element, or one close around it, is a pager by its name.
fn in_pager(link: ElementRef<'_>) -> bool {
    let named = |value: &str| {
        let end = value.floor_char_boundary(LOOKED_AT);
        let value = value.get(..end).unwrap_or_default().to_ascii_lowercase();
        PAGERS.iter().any(|word| value.contains(word))
    };
    std::iter::once(link)
        .chain(link.ancestors().filter_map(ElementRef::wrap))
        .take(NEAR)
        .filter(|element| !matches!(element.value().name(), "body" | "html" | "main"))
        .any(|element| {
            ["class", "id", "aria-label", "role"]
                .iter()
                .filter_map(|name| element.attr(name))
                .any(named)
        })
}

/// The text of an element that is small enough to be part of a pager.
fn label(element: ElementRef<'_>) -> Option<String> {
    element
        .descendants()
        .nth(PARTS)
        .is_none()
        .then(|| visible(element))
}

/// The words of links to next pages, folded, each between spaces.
struct Words {
    words: Vec<String>,
    phrases: Vec<String>,
}

impl Words {
    fn new() -> Self {
        let folded = |list: &[&str]| {
            list.iter()
                .map(|text| format!(" {} ", fold(text)))
                .collect()
        };
        Self {
            words: folded(WORDS),
            phrases: folded(PHRASES),
        }
    }

    /// Whether a text says that it leads to the next page.
    fn in_text(&self, text: &str) -> Says {
        if text.is_empty() || text.chars().nth(SHORT).is_some() {
            return Says::Nothing;
        }
        let text = format!(" {} ", fold(text));
        if self.phrases.contains(&text) {
            Says::Anywhere
        } else if self.words.iter().any(|word| text.contains(word.as_str())) {
            Says::InPager
        } else {
            Says::Nothing
        }
    }
}

/// Where something says that it leads to the next page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Says {
    Nothing,
    /// In a pager, which costs more to tell than whether it says so.
    InPager,
    Anywhere,
}

/// Whether a link says that it leads to the next page, by its words, its label or its class.
fn says_next(link: ElementRef<'_>) -> Says {
    let Some(text) = label(link) else {
        return Says::Nothing;
    };
    let called = |name: &str| {
        link.attr(name)
            .map_or(Says::Nothing, |label| NEXT.in_text(label))
    };
    let class = || {
        let around = link.parent().and_then(ElementRef::wrap);
        [Some(link), around].into_iter().flatten().any(|element| {
            element
                .value()
                .classes()
                .flat_map(|class| class.split(['-', '_']))
                .any(|part| part.eq_ignore_ascii_case("next"))
        })
    };
    let says = NEXT
        .in_text(&text)
        .max(called("aria-label"))
        .max(called("title"));
    if says == Says::Nothing && (SIGNS.contains(&text.trim()) || class()) {
        return Says::InPager;
    }
    says
}

/// The number of the page that a pager shows as the current one.
fn current(document: &Html) -> Option<u32> {
    let select = one("[aria-current], .current, .active, .selected, .is-active, .page-current")?;
    document
        .select(&select)
        .filter(|element| in_pager(*element))
        .find_map(number)
}

fn number(element: ElementRef<'_>) -> Option<u32> {
    let text = label(element)?;
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (digits.len() <= 4 && text.chars().count() <= 20)
        .then(|| digits.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn next(body: &str) -> Option<String> {
        let page = Url::parse("https://agenzia.example/notizie?page=1").unwrap();
        let document = Html::parse_document(&format!("<html><body>{body}</body></html>"));
        find(&document, &page, &page, None).map(|url| url[url::Position::BeforePath..].to_owned())
    }

    #[test]
    fn a_link_says_by_its_relation_that_it_is_next() {
        assert_eq!(
            next("<a rel='nofollow next' href='?page=2'>x</a>").as_deref(),
            Some("/notizie?page=2")
        );
        assert_eq!(
            next("<link rel=next href='/notizie/2'>").as_deref(),
            Some("/notizie/2")
        );
    }

    #[test]
    fn in_a_pager_a_word_a_sign_or_a_class_is_enough() {
        for link in [
            "<a href='?page=2'>Successiva</a>",
            "<a href='?page=2'>Vai alla pagina successiva</a>",
            "<a href='?page=2'>»</a>",
            "<a href='?page=2' aria-label='Page suivante'><svg></svg></a>",
            "<span class='page-next'><a href='?page=2'><i></i></a></span>",
            "<a href='?page=2'>次へ</a>",
            "<a href='?page=2'>Nächste</a>",
        ] {
            let pager = format!("<nav class=pagination><a href='?page=9'>9</a>{link}</nav>");
            assert_eq!(next(&pager).as_deref(), Some("/notizie?page=2"), "{link}");
        }
    }

    #[test]
    fn a_pager_of_numbers_alone_goes_on_after_the_current_one() {
        let pager = "<ul class=pager><li class=active><span>3</span></li><li><a href='?page=2'>2</a></li>\
                     <li><a href='?page=4'>4</a></li><li><a href='?page=40'>40</a></li></ul>";
        assert_eq!(next(pager).as_deref(), Some("/notizie?page=4"));
    }

    #[test]
    fn outside_of_a_pager_only_a_whole_phrase_counts() {
        assert_eq!(
            next("<p><a href='/n/1'>Next</a> <a href='/n/2'>Weiter</a></p>"),
            None
        );
        assert_eq!(
            next("<p><a href='/n/1'>What next for the probe?</a></p>"),
            None
        );
        assert_eq!(
            next("<p><a href='/page/2'>← Older posts</a></p>").as_deref(),
            Some("/page/2")
        );
    }

    #[test]
    fn no_other_origin_no_place_on_the_page_and_no_link_that_is_off_is_next() {
        for link in [
            "<a rel=next href='https://altro.example/2'>Next</a>",
            "<a rel=next href='#slide-2'>Next</a>",
            "<a rel=next href='javascript:next()'>Next</a>",
            "<a rel=next class=disabled href='?page=2'>Next</a>",
        ] {
            assert_eq!(
                next(&format!("<div class=pager>{link}</div>")),
                None,
                "{link}"
            );
        }
    }
}
