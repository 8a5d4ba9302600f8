//! Languages: the tags that pages and configuration use (BCP 47), their names, and which one a text is in.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A language as a feed is published in: the primary subtag of a BCP 47 tag, so `it-IT` joins `it`.
///
/// Chinese keeps its script, because a reader of one is seldom a reader of the other: `zh-Hant` and `zh-TW`
/// are `zh-hant`, all other Chinese is `zh`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Language(String);

impl Language {
    /// Reads a BCP 47 tag (RFC 5646): `it`, `it-IT`, `pt_BR`; the case does not matter.
    ///
    /// Nothing comes of what is no tag, of `und`, `mul` and `zxx`, and of private use tags.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let tag = tag.trim().replace('_', "-").to_ascii_lowercase();
        let mut parts = tag.split('-');
        let primary = parts.next()?;
        let letters =
            (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_lowercase());
        if !letters || matches!(primary, "und" | "mul" | "zxx" | "mis") {
            return None;
        }
        let rest: Vec<&str> = parts.collect();
        if !rest.iter().all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        }) {
            return None;
        }
        let traditional = primary == "zh"
            && rest
                .iter()
                .any(|part| matches!(*part, "hant" | "tw" | "hk" | "mo"));
        Some(Self(if traditional {
            "zh-hant".into()
        } else {
            short(primary).into()
        }))
    }

    /// What stands for the language of a text of which nothing is known (ISO 639-2 `und`).
    #[must_use]
    pub fn undetermined() -> Self {
        Self("und".into())
    }

    /// The tag, lower case: also the id of the language's feed.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.0
    }

    /// What its speakers call it, for headings and lists; the tag where no name is known.
    #[must_use]
    pub fn name(&self) -> &str {
        let names = NAMES.iter().find(|(tag, ..)| *tag == self.0);
        names.map_or(self.0.as_str(), |(_, _, name)| name)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// ISO 639: the two-letter code where the page used one of three letters (`ita`).
fn short(primary: &str) -> &str {
    NAMES
        .iter()
        .find(|(_, three, _)| *three == primary)
        .map_or(primary, |(two, ..)| two)
}

/// Tag, ISO 639-3 code (which the detector speaks too), own name.
const NAMES: &[(&str, &str, &str)] = &[
    ("ar", "ara", "العربية"),
    ("bg", "bul", "Български"),
    ("ca", "cat", "Català"),
    ("cs", "ces", "Čeština"),
    ("da", "dan", "Dansk"),
    ("de", "deu", "Deutsch"),
    ("el", "ell", "Ελληνικά"),
    ("en", "eng", "English"),
    ("es", "spa", "Español"),
    ("et", "est", "Eesti"),
    ("eu", "eus", "Euskara"),
    ("fa", "pes", "فارسی"),
    ("fi", "fin", "Suomi"),
    ("fr", "fra", "Français"),
    ("gl", "glg", "Galego"),
    ("he", "heb", "עברית"),
    ("hi", "hin", "हिन्दी"),
    ("hr", "hrv", "Hrvatski"),
    ("hu", "hun", "Magyar"),
    ("id", "ind", "Bahasa Indonesia"),
    ("it", "ita", "Italiano"),
    ("ja", "jpn", "日本語"),
    ("ko", "kor", "한국어"),
    ("lt", "lit", "Lietuvių"),
    ("lv", "lav", "Latviešu"),
    ("nb", "nob", "Norsk bokmål"),
    ("nl", "nld", "Nederlands"),
    ("no", "nor", "Norsk"),
    ("pl", "pol", "Polski"),
    ("pt", "por", "Português"),
    ("ro", "ron", "Română"),
    ("ru", "rus", "Русский"),
    ("sk", "slk", "Slovenčina"),
    ("sl", "slv", "Slovenščina"),
    ("sr", "srp", "Српски"),
    ("sv", "swe", "Svenska"),
    ("th", "tha", "ไทย"),
    ("tr", "tur", "Türkçe"),
    ("uk", "ukr", "Українська"),
    ("vi", "vie", "Tiếng Việt"),
    ("zh", "cmn", "中文"),
    ("zh-hant", "zho-hant", "繁體中文"),
];

/// So many characters tell what more of them would tell.
const ENOUGH: usize = 400;
/// Of most texts half of that tells it.
const MOSTLY: usize = 200;

/// Which of the allowed languages a text is in, or nothing where that is not certain enough.
///
/// Titles alone mislead the detector in one case of ten, so the text should be title and summary together.
#[must_use]
pub fn detect(text: &str, allowed: &[Language]) -> Option<Language> {
    let known: Vec<whatlang::Lang> = allowed.iter().filter_map(spoken).collect();
    if known.len() < 2 {
        return None;
    }
    certain(text, known)
}

/// Which language a text is in, of all that can be told from words, or nothing where that is not certain enough.
#[must_use]
pub fn recognise(text: &str) -> Option<Language> {
    let all = NAMES.iter().map(|(tag, ..)| Language((*tag).into()));
    certain(text, all.filter_map(|language| spoken(&language)).collect())
}

/// Whether a language can be told from words.
#[must_use]
pub fn is_recognised(language: &Language) -> bool {
    spoken(language).is_some()
}

/// A language as the detector names it.
fn spoken(language: &Language) -> Option<whatlang::Lang> {
    let (_, code, _) = NAMES.iter().find(|(tag, ..)| *tag == language.0)?;
    whatlang::Lang::from_code(*code)
}

fn certain(text: &str, known: Vec<whatlang::Lang>) -> Option<Language> {
    let detector = whatlang::Detector::with_allowlist(known);
    let begin = |length| match text.char_indices().nth(length) {
        Some((end, _)) => (&text[..end], true),
        None => (text, false),
    };
    let (first, is_cut) = begin(MOSTLY);
    let mut text = first;
    let mut info = detector.detect(text);
    if is_cut && !info.as_ref().is_some_and(whatlang::Info::is_reliable) {
        (text, _) = begin(ENOUGH);
        info = detector.detect(text);
    }
    let info = info?;
    let enough = info.is_reliable() || (text.chars().count() >= 40 && info.confidence() > 0.5);
    enough
        .then(|| Language::parse(info.lang().code()))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> Option<String> {
        Language::parse(text).map(|language| language.tag().to_owned())
    }

    #[test]
    fn regions_join_their_language() {
        assert_eq!(tag("it-IT").as_deref(), Some("it"));
        assert_eq!(tag("pt_BR").as_deref(), Some("pt"));
        assert_eq!(tag("ITA").as_deref(), Some("it"));
        assert_eq!(tag("zh-TW").as_deref(), Some("zh-hant"));
        assert_eq!(tag("zh-CN").as_deref(), Some("zh"));
    }

    #[test]
    fn what_is_no_language_is_none() {
        for text in ["", "und", "italiano", "x-klingon", "i", "it--IT", "it-!"] {
            assert_eq!(tag(text), None, "{text}");
        }
    }

    #[test]
    fn what_the_beginning_leaves_open_the_rest_may_tell() {
        let allowed = ["it", "en"].map(|tag| Language::parse(tag).expect("a tag"));
        let figures = "12.5 | 2026-01-01 | 48° 51′ 24″ | ".repeat(6);
        let italian =
            "Il ministro ha parlato davanti alla commissione, che si è riunita questa mattina";
        assert_eq!(detect(&figures, &allowed), None);
        assert!(figures.chars().count() > MOSTLY);
        assert_eq!(
            detect(&format!("{figures}{italian}"), &allowed),
            Language::parse("it")
        );
    }

    #[test]
    fn detection_stays_among_the_allowed_and_refuses_what_is_too_short() {
        let allowed = ["it", "en"].map(|tag| Language::parse(tag).expect("a tag"));
        let italian = "L'agenzia presenta i risultati della missione: il satellite ha raccolto immagini della costa";
        assert_eq!(detect(italian, &allowed), Language::parse("it"));
        let english = "The agency presents the results of the mission: the satellite has taken pictures of the coast";
        assert_eq!(detect(english, &allowed), Language::parse("en"));
        assert_eq!(detect("Cosmo", &allowed), None);
        assert_eq!(
            detect(italian, &allowed[..1]),
            None,
            "nothing to choose among one"
        );
    }
}
