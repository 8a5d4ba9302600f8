//! Which names on a page will still be there tomorrow: not what a build tool, a framework or a database makes up.

/// How much a name in a selector is worth having; the smaller, the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Worth {
    /// It says what the element is: `news-item`, `data`, `entry-title`.
    Telling,
    /// A name like any other.
    Plain,
    /// It says how the element looks or where it stands, or it changes with what is in it.
    Weak,
}

/// Words for news and their parts, in the languages in which pages name their classes.
const TELLING: &str = "abstract actu actualite actualites archive article artikel articolo aktuelles author blog body \
    card comunicati comunicato content contenuto copy data date datum day desc description \
    descrizione entry evidenza excerpt fecha feed figure giorno head headline heading hentry image \
    img intro item lead link list listing meldung meldungen meta nachricht nachrichten news newslist \
    noticia noticias notizia notizie novita occhiello overline permalink photo picture post posts \
    press presse published release releases result results row sommario stampa story stories sub \
    subtitle summary teaser text testo thumb thumbnail time timestamp titel title titolo titre \
    titulo update updates view views";

/// What a page adds to an element while it is shown, or by its place in the list.
const PASSING: &str = "active alt animated closed collapsed current enabled even expanded fade featured first hidden \
    highlight hover in large last lazy lazyload lazyloaded left loaded loading new odd open opened \
    primary pull right secondary selected show shown sticky unread visible visited wow";

/// First words of names that say how something looks, in the common libraries of styles.
const LOOKS: &str = "align animate aos bg block border btn clear clearfix col color column columns container d \
    desktop display float flex font format fw gap grid h has inline is items justify lg m mb md ml \
    mobile mr ms mt mx my no order p pb pl position pr ps pt px py rounded shadow size sm span \
    status style tag category cat type u uk w widget with without wp wrap wrapper xl xs";

/// First words of names that tools make, with a digest after them.
const MADE: &str = "css emotion jsx jss sc svelte astro tw v ng";

/// What a class or id is worth; nothing where it can't be relied on or written as it stands.
pub(super) fn worth(name: &str) -> Option<Worth> {
    let plain = name.len() <= 60
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        && name
            .trim_start_matches(['-', '_'])
            .starts_with(|c: char| c.is_ascii_alphabetic());
    if !plain {
        return None;
    }
    let parts: Vec<&str> = name
        .split(['-', '_'])
        .filter(|part| !part.is_empty())
        .collect();
    if parts.iter().any(|part| is_made(part)) || is_passing(&parts) {
        return None;
    }
    // `css-abcdef`: a tool's mark, and something that means nothing.
    if let [first, rest @ ..] = parts.as_slice()
        && is_among(MADE, first)
        && !rest.is_empty()
        && !rest.iter().any(|part| is_telling(part))
    {
        return None;
    }
    let digits = name.bytes().any(|b| b.is_ascii_digit());
    let looks = parts.first().is_some_and(|first| is_among(LOOKS, first));
    Some(if digits || looks {
        Worth::Weak
    } else if parts.iter().any(|part| is_telling(part)) {
        Worth::Telling
    } else {
        Worth::Plain
    })
}

fn is_passing(parts: &[&str]) -> bool {
    let passing = |part: &str| is_among(PASSING, part);
    match parts {
        [one] => passing(one),
        // `views-row-first`, `item_even`, `is-open`
        [.., last] => passing(last),
        [] => false,
    }
}

/// Whether a part of a name, or one of its words in `camelCase`, says what it is.
fn is_telling(part: &str) -> bool {
    is_among(TELLING, part) || words(part).iter().any(|word| is_among(TELLING, word))
}

fn is_among(list: &str, word: &str) -> bool {
    list.split(' ')
        .any(|listed| listed.eq_ignore_ascii_case(word))
}

/// Whether a part of a name is a digest, or the number of a record.
fn is_made(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    let letters = part.len() - digits;
    // `post-1234`, `node-17-2024`: numbers of records; `col-12` is not one.
    if digits >= 3 {
        return true;
    }
    // `1a2b3`, `x7k9q`: letters and digits turn about.
    let kinds: Vec<bool> = part.bytes().map(|b| b.is_ascii_digit()).collect();
    let turns = kinds.windows(2).filter(|pair| pair[0] != pair[1]).count();
    if digits > 0 && letters > 0 && (turns >= 3 || (turns >= 2 && part.len() >= 5)) {
        return true;
    }
    if part.starts_with(|c: char| c.is_ascii_digit())
        && part.contains(|c: char| c.is_ascii_uppercase())
    {
        return true;
    }
    // `bdVaJa`, `kZxQpT`: capitals where no word begins.
    let words = words(part);
    let short = words.iter().filter(|word| word.len() <= 2).count();
    if words.len() >= 3 && 2 * short >= words.len() {
        return true;
    }
    // `3fGhQ`, `xkcdpqr`: nobody can say it.
    let vowel = |c: char| matches!(c.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    letters >= 6 && !part.chars().any(vowel)
}

/// The words of a name in `camelCase`.
fn words(part: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut before) = (0, None::<char>);
    for (at, c) in part.char_indices() {
        if at > start
            && c.is_ascii_uppercase()
            && before.is_some_and(|before| !before.is_ascii_uppercase())
        {
            words.push(&part[start..at]);
            start = at;
        }
        before = Some(c);
    }
    words.push(&part[start..]);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_tools_and_databases_make_are_left_alone() {
        for name in [
            "css-1x2y3z",
            "css-qwertz",
            "sc-bdVaJa",
            "_3fGh",
            "Card_title__2xK9f",
            "jss123",
            "svelte-1a2b3c",
            "post-1234",
            "node-17-2024",
            "styles__Foo-sc-1abc23-0",
            "md:flex",
            "w-1/2",
            "xkcdpqrt",
            "odd",
            "views-row-first",
            "active",
            "lazyloaded",
            "",
            "-",
            "é",
        ] {
            assert_eq!(worth(name), None, "{name}");
        }
    }

    #[test]
    fn names_that_say_what_stands_there_come_first() {
        for name in [
            "news",
            "news-item",
            "newsItem",
            "card__title",
            "entry-title",
            "data",
            "c-teaser",
            "post-date",
        ] {
            assert_eq!(worth(name), Some(Worth::Telling), "{name}");
        }
        for name in ["asi", "elenco", "riquadro-grande", "main"] {
            assert_eq!(worth(name), Some(Worth::Plain), "{name}");
        }
        for name in [
            "col-md-6",
            "mb-4",
            "d-flex",
            "tag-luna",
            "category-missioni",
            "status-publish",
            "wp-block",
        ] {
            assert_eq!(worth(name), Some(Worth::Weak), "{name}");
        }
        assert!(Worth::Telling < Worth::Plain && Worth::Plain < Worth::Weak);
    }

    proptest::proptest! {
        #[test]
        fn no_name_makes_it_panic(name in r"[a-zA-Z0-9_-]{0,20}|\PC{0,10}") {
            let _ = worth(&name);
        }
    }
}
