//! Titles and teasers without what a page adds to them: arrows, "read more" and its like.

use crate::extract::text::plain;

/// What pages put around titles.
const MARKS: &[char] = &[
    '‣', '▸', '▶', '►', '→', '»', '›', '•', '·', '■', '▪', '|', '⟶', '➔', '➜', '❯', '✓', '★',
];

/// Words that lead on to the article, lower case, without dots and arrows.
const MORE: &[&str] = &[
    // Italian
    "leggi tutto",
    "leggi di più",
    "leggi di piu",
    "leggi ancora",
    "continua a leggere",
    "continua la lettura",
    "continua",
    "approfondisci",
    "vai alla notizia",
    "leggi la notizia",
    "leggi l'articolo",
    "leggi l’articolo",
    "scopri di più",
    // English
    "more",
    "read more",
    "read more about",
    "continue reading",
    "learn more",
    "full story",
    "read the full story",
    "read on",
    // French
    "lire la suite",
    "lire plus",
    "en savoir plus",
    "en lire plus",
    "lire l'article",
    "lire l’article",
    // German
    "weiterlesen",
    "mehr lesen",
    "mehr erfahren",
    "mehr",
    "weiter",
    "lesen sie mehr",
    "zum artikel",
    // Spanish
    "leer más",
    "leer mas",
    "seguir leyendo",
    "ver más",
    "más información",
    "continuar leyendo",
    // Portuguese
    "leia mais",
    "ler mais",
    "saiba mais",
    "continue lendo",
    "continuar a ler",
    "continuar lendo",
    // Dutch, the Nordic languages
    "lees meer",
    "lees verder",
    "meer lezen",
    "läs mer",
    "læs mere",
    "les mer",
    "lue lisää",
    // Slavic languages
    "czytaj więcej",
    "czytaj dalej",
    "więcej",
    "číst dále",
    "číst více",
    "celý článek",
    "čítať viac",
    "preberi več",
    "pročitaj više",
    "читать далее",
    "подробнее",
    "читать полностью",
    "читати далі",
    "докладніше",
    // Others of Europe
    "citește mai mult",
    "citeste mai mult",
    "tovább",
    "bővebben",
    "διαβάστε περισσότερα",
    "περισσότερα",
    "devamını oku",
    "devamı",
    "llegir més",
    "més informació",
    // Asia
    "続きを読む",
    "もっと見る",
    "詳細を見る",
    "阅读全文",
    "阅读更多",
    "查看更多",
    "查看详情",
    "閱讀更多",
    "더 보기",
    "더보기",
    "자세히 보기",
    "اقرأ المزيد",
    "المزيد",
    "קרא עוד",
    "อ่านต่อ",
    "xem thêm",
    "đọc tiếp",
    "selengkapnya",
    "baca selengkapnya",
];

/// A title as a headline: plain text, without decoration at its ends.
pub(super) fn clean(title: &str) -> String {
    let text = plain(title);
    let mut rest = text.as_str();
    // «Quoted» and »quoted« are no decoration.
    let (opened, mut closed) = (text.matches('«').count(), text.matches('»').count());
    let mut is_mark = |c: char| {
        let spare = c != '»' || closed > opened;
        closed -= usize::from(c == '»' && spare);
        spare && (MARKS.contains(&c) || c.is_whitespace())
    };
    while let Some(c) = rest.chars().next().filter(|c| is_mark(*c)) {
        rest = &rest[c.len_utf8()..];
    }
    while let Some(c) = rest.chars().next_back().filter(|c| is_mark(*c)) {
        rest = &rest[..rest.len() - c.len_utf8()];
    }
    rest.to_owned()
}

/// A teaser without the words that lead on to the article.
pub(super) fn without_more(summary: &str) -> String {
    let mut text = plain(summary);
    while let Some(end) = more_at(&text) {
        text.truncate(end);
    }
    text.trim_end_matches(|c: char| MARKS.contains(&c) || c.is_whitespace())
        .to_owned()
}

/// Where a trailing "read more" starts, if there is one that stands for itself: set off by its marks, its capital
/// letter or the end of the sentence before it.
fn more_at(text: &str) -> Option<usize> {
    let is_mark = |c: char| {
        MARKS.contains(&c)
            || c.is_whitespace()
            || matches!(c, '.' | '…' | ':' | '>' | ')' | ']' | '(' | '[')
    };
    let body = text.trim_end_matches(is_mark);
    let marked = body.len() < text.trim_end().len();
    let (start, _) = MORE
        .iter()
        .filter_map(|phrase| Some((ends_with(body, phrase)?, phrase)))
        .min_by_key(|(start, _)| *start)?;
    let before = text[..start].trim_end();
    let whole_word = start == 0
        || text[..start]
            .ends_with(|c: char| c.is_whitespace() || is_mark(c) || matches!(c, '-' | '–' | ','));
    let phrase = &body[start..];
    let capital = phrase.starts_with(char::is_uppercase);
    let several = phrase.contains(' ');
    let after_end =
        before.is_empty() || before.ends_with(['.', '…', '!', '?', ']', '»', '”', '"', ':']);
    // A lone everyday word ("more", "mehr", "continua") must look like a link, not like the end of a sentence.
    let stands_alone = capital || after_end || (marked && several);
    if !(whole_word && stands_alone) {
        return None;
    }
    let rest = before.trim_end_matches(|c: char| {
        MARKS.contains(&c) || matches!(c, '[' | '(' | '>' | '-' | '–') || c.is_whitespace()
    });
    Some(rest.len())
}

/// Where a text's ending begins, compared without regard to case, from the end: most phrases differ in the last letter.
fn ends_with(text: &str, ending: &str) -> Option<usize> {
    let mut letters = text.char_indices().rev();
    let mut start = None;
    for wanted in ending.chars().rev() {
        let (at, letter) = letters.next()?;
        if !letter.to_lowercase().eq([wanted]) {
            return None;
        }
        start = Some(at);
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_lose_decoration_and_keep_their_own_marks() {
        assert_eq!(
            clean("Un nuovo traguardo <span>‣</span>"),
            "Un nuovo traguardo"
        );
        assert_eq!(clean("» Ricerca &amp; sviluppo |"), "Ricerca & sviluppo");
        assert_eq!(clean("“Quote” – A/B: what?"), "“Quote” – A/B: what?");
        assert_eq!(
            clean("Il direttore: «Si parte» »"),
            "Il direttore: «Si parte»"
        );
        assert_eq!(
            clean("»Es geht los«: der Start"),
            "»Es geht los«: der Start"
        );
        assert_eq!(
            clean("» Il direttore: «Si parte»"),
            "Il direttore: «Si parte»"
        );
    }

    #[test]
    fn teasers_lose_the_way_to_the_article_in_every_language() {
        for (written, wanted) in [
            ("La missione parte oggi MORE...", "La missione parte oggi"),
            (
                "La missione parte oggi. <a>Leggi tutto</a>",
                "La missione parte oggi.",
            ),
            (
                "La missione parte oggi... Continua a leggere →",
                "La missione parte oggi...",
            ),
            (
                "La missione parte oggi […] Continua",
                "La missione parte oggi […]",
            ),
            (
                "The mission starts today. Read more »",
                "The mission starts today.",
            ),
            (
                "La mission part aujourd'hui [Lire la suite…]",
                "La mission part aujourd'hui",
            ),
            (
                "Die Mission startet heute. Weiterlesen",
                "Die Mission startet heute.",
            ),
            ("La misión empieza hoy. Leer más", "La misión empieza hoy."),
            ("A missão começa hoje. Saiba mais…", "A missão começa hoje."),
            ("MORE…", ""),
        ] {
            assert_eq!(without_more(written), wanted, "{written}");
        }
    }

    #[test]
    fn the_same_words_inside_a_sentence_stay() {
        for text in [
            "La ricerca continua",
            "Hundreds of satellites and more",
            "Wir brauchen mehr",
            "Was man nicht weiß, kann man lernen",
            "No more",
        ] {
            assert_eq!(without_more(text), text);
        }
    }
}
