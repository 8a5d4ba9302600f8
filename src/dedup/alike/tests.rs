#![allow(clippy::unwrap_used)]
use std::collections::BTreeMap;

use chrono::{TimeDelta, TimeZone, Utc};
use proptest::prelude::*;
use url::Url;

use super::*;

/// An item of an invented source: `SOURCE LANGUAGE HOUR | TITLE | SUMMARY`.
fn item(text: &str) -> Profile {
    let mut parts = text.split(" | ");
    let head: Vec<&str> = parts.next().unwrap().split(' ').collect();
    let (source, language) = (head[0], head[1]);
    let hours: i64 = head[2].parse().unwrap();
    let title = parts.next().unwrap();
    let slug: Vec<String> = title.split(' ').map(form::fold).collect();
    let url = Url::parse(&format!(
        "https://{source}.example/{language}/{}",
        slug.join("-")
    ))
    .unwrap();
    let start = Utc.with_ymd_and_hms(2025, 3, 10, 8, 0, 0).unwrap();
    Profile::new(&Telling {
        source,
        url: Some(&url),
        title,
        summary: parts.next().unwrap_or_default(),
        language,
        published: Some(start + TimeDelta::hours(hours)),
        image: None,
        alternates: &BTreeMap::new(),
    })
}

pub(super) fn check(pairs: &[(&str, &str)], kinship: Kinship) {
    let mut wrong = Vec::new();
    for (a, b) in pairs {
        let judgement = compare(&item(a), &item(b));
        if judgement.kinship != kinship {
            wrong.push(format!(
                "{a}\n{b}\n  {}: {}",
                judgement.kinship, judgement.why
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn what_sort_of_item_a_title_says_that_it_is_and_who_told_it_join_nothing() {
    let titles = [
        "il porto di Ancona riapre dopo i lavori",
        "vaccini gratuiti da lunedì",
        "nuovi medici nelle valli del Friuli",
    ];
    let framed = [
        ("LIVE: ", ""),
        ("ESCLUSIVA: ", ""),
        ("UPDATE: ", ""),
        ("BREAKING NEWS: ", ""),
        ("COMUNICATO STAMPA: ", ""),
        ("", " – Agenzia Nord"),
        ("", " | Emilia Notizie"),
        ("", " - Cronache Lombarde"),
    ];
    for (before, after) in framed {
        let items = [0, 1, 2].map(|at| format!("f{at} it {at} | {before}{}{after}", titles[at]));
        for (a, b) in [(0, 1), (1, 2), (0, 2)] {
            check(&[(&items[a], &items[b])], Kinship::Different);
        }
    }
}

#[test]
fn one_story_is_known_under_other_titles() {
    check(
        &[
            (
                "agenzia it 0 | Consegnato a Matera il nuovo supercalcolatore Zefiro | Servirà a 200 ricercatori per i modelli del clima.",
                "giornale it 16 | Zefiro è arrivato a Matera: il supercalcolatore per il clima | Lo useranno duecento ricercatori.",
            ),
            (
                "regione it 0 | Frane, 14 milioni per la strada della Val Torbida | La Giunta ha approvato il piano.",
                "giornale it 20 | Val Torbida, la strada riapre: arrivano 14 milioni | Il piano contro le frane.",
            ),
            (
                "agency en 0 | Kestrel-2 Satellite Reaches Orbit | The radar satellite separated 31 minutes after liftoff.",
                "paper en 5 | Radar satellite Kestrel-2 in orbit after flawless launch | ",
            ),
            (
                "land de 0 | Lawinengefahr im Ultental: Straße nach Sankt Walburg gesperrt | ",
                "zeitung de 6 | Sankt Walburg abgeschnitten: Straße wegen Lawinen gesperrt | ",
            ),
            (
                "agence fr 0 | La fusée Callisto réussit son premier vol à Kourou | ",
                "journal fr 9 | Premier vol réussi pour Callisto depuis Kourou | La fusée a volé huit minutes.",
            ),
            (
                "agencia es 0 | El telescopio Halcón descubre tres planetas en la estrella Tau-9 | ",
                "diario es 20 | Hallan tres planetas junto a Tau-9 con el telescopio Halcón | ",
            ),
            (
                "agencia pt 0 | Estudantes de Évora lançam balão com 12 experiências | ",
                "jornal pt 8 | Balão dos estudantes de Évora leva doze experiências à estratosfera | ",
            ),
            (
                "jigyodan ja 0 | 新型ロケット「はやぶさ丸」打ち上げ成功 種子島から | ",
                "shimbun ja 4 | 種子島で新型ロケット「はやぶさ丸」の打ち上げに成功 | ",
            ),
            (
                "agentstvo ru 0 | Спутник «Ладога-3» выведен на орбиту с Восточного | ",
                "gazeta ru 5 | С Восточного запущен спутник «Ладога-3» | ",
            ),
        ],
        Kinship::Same,
    );
}

#[test]
fn pieces_that_one_letter_or_numeral_tells_apart_are_other_stories() {
    let pieces = |language: &str, text: &str, titles: &[(&str, &str)]| {
        for source in ["ente", "giornale"] {
            let pairs: Vec<(String, String)> = titles
                .iter()
                .map(|(one, other)| {
                    (
                        format!("ente {language} 0 | {one} | {text}"),
                        format!("{source} {language} 2 | {other} | {text}"),
                    )
                })
                .collect();
            let pairs: Vec<(&str, &str)> = pairs
                .iter()
                .map(|(one, other)| (one.as_str(), other.as_str()))
                .collect();
            check(&pairs, Kinship::Different);
        }
    };
    pieces(
        "it",
        "L’atto è pubblicato con tutti gli allegati sul sito dell’ente.",
        &[
            (
                "Lotto A: lavori sul ponte di Montefalco",
                "Lotto B: lavori sul ponte di Montefalco",
            ),
            (
                "Lavori sul ponte di Montefalco, lotto A",
                "Lavori sul ponte di Montefalco, lotto B",
            ),
            (
                "Avviso I per le imprese aerospaziali",
                "Avviso II per le imprese aerospaziali",
            ),
            (
                "Avviso V per le imprese aerospaziali",
                "Avviso X per le imprese aerospaziali",
            ),
            ("Notizia n1 di a", "Notizia n1 di b"),
            ("Notizia n1 di a", "Notizia n2 di a"),
            (
                "Il telescopio racconta il cielo, parte prima",
                "Il telescopio racconta il cielo, parte seconda",
            ),
            (
                "Delibera 12/A sul piano degli osservatori",
                "Delibera 12/B sul piano degli osservatori",
            ),
            (
                "Misura 4.1.a del piano rurale, aperte le domande",
                "Misura 4.1.b del piano rurale, aperte le domande",
            ),
            ("Rondine-1C in orbita", "Rondine-1D in orbita"),
            (
                "Il satellite Rondine 1A in orbita da Kourou",
                "Il satellite Rondine 1B in orbita da Kourou",
            ),
        ],
    );
    pieces(
        "en",
        "The notice is on the site with all its annexes.",
        &[
            (
                "Phase A of the Kestrel mission begins",
                "Phase B of the Kestrel mission begins",
            ),
            (
                "How Kestrel maps the ice, part one",
                "How Kestrel maps the ice, part two",
            ),
            (
                "How Kestrel maps the ice, part I",
                "How Kestrel maps the ice, part II",
            ),
        ],
    );
    pieces(
        "de",
        "Die Mitteilung steht mit allen Anlagen auf der Seite.",
        &[
            (
                "Los A der Brücke von Meran vergeben",
                "Los B der Brücke von Meran vergeben",
            ),
            ("Sterne über Meran, Teil I", "Sterne über Meran, Teil II"),
        ],
    );
}

#[test]
fn a_piece_is_known_by_its_number_however_that_is_written() {
    check(
        &[
            (
                "ente it 0 | Ponte di Montefalco, via ai lavori del lotto I | ",
                "giornale it 5 | Ponte di Montefalco, partono i lavori del lotto 1 | ",
            ),
            (
                "ente it 0 | Ponte di Montefalco, aggiudicati il lotto A e il lotto B | ",
                "giornale it 5 | Ponte di Montefalco, aggiudicato il lotto B | ",
            ),
        ],
        Kinship::Same,
    );
}

#[test]
fn what_differs_in_one_thing_is_another_story() {
    check(
        &[
            (
                "regione it 0 | Delibera n. 1234: fondi alle biblioteche | ",
                "giornale it 5 | Delibera n. 1235: fondi alle biblioteche | ",
            ),
            (
                "protezione it 0 | Allerta arancione in Liguria per temporali | ",
                "giornale it 3 | Allerta arancione in Toscana per temporali | ",
            ),
            (
                "protezione it 0 | Allerta gialla in Liguria per temporali e vento | ",
                "giornale it 20 | Allerta rossa in Liguria per temporali e vento | ",
            ),
            (
                "festival it 0 | Festival delle comete, giorno 3 di 5 | ",
                "giornale it 24 | Festival delle comete, giorno 4 di 5 | ",
            ),
            (
                "agency en 0 | Kestrel mission 6 docks with the station | ",
                "paper en 10 | Kestrel mission 7 docks with the station | ",
            ),
            (
                "agency en 0 | Flight software 4.2 uploaded to Kestrel | ",
                "paper en 10 | Flight software 4.3 uploaded to Kestrel | ",
            ),
            (
                "agency en 0 | Kestrel to launch on Friday from Wallops | ",
                "paper en 30 | Kestrel launched from Wallops | ",
            ),
            (
                "agency en 0 | Kestrel capsule launched from Wallops | ",
                "paper en 40 | Kestrel capsule lands in Nevada | ",
            ),
            (
                "agency en 0 | High winds delay Kestrel launch | ",
                "paper en 20 | Kestrel launch on its way to the Moon | ",
            ),
            (
                "regione it 0 | Bando per le startup dello spazio: domande fino al 30 aprile | ",
                "giornale it 200 | Startup dello spazio, ecco i vincitori del bando | ",
            ),
            (
                "regione it 0 | Ospedale di Montefalco, 12 milioni per il nuovo pronto soccorso | ",
                "giornale it 4 | Ospedale di Roccaverde, 12 milioni per il nuovo pronto soccorso | ",
            ),
            (
                "regione it 0 | Bianchi: \"Con il ponte nuovo meno code in città\" | ",
                "giornale it 3 | Bianchi: \"Le liste d'attesa caleranno presto\" | ",
            ),
            (
                "regione it 0 | Export, il Molise cresce del 3,4% | ",
                "giornale it 8 | Export, il Molise cresce del 4,1% | ",
            ),
            (
                "land de 0 | Radweg Meran eröffnet | ",
                "zeitung de 5 | Radweg Brixen eröffnet | ",
            ),
            (
                "agence fr 0 | Séisme de magnitude 4,1 près de Pau | ",
                "journal fr 30 | Séisme de magnitude 5,3 près de Pau | ",
            ),
            (
                "agencia es 0 | Huelva acoge la Noche Europea de las Estrellas | ",
                "diario es 3 | Cádiz acoge la Noche Europea de las Estrellas | ",
            ),
            (
                "jigyodan ja 0 | 新型ロケット「はやぶさ丸」3号機打ち上げ | ",
                "shimbun ja 4 | 新型ロケット「はやぶさ丸」4号機打ち上げ | ",
            ),
            (
                "regione it 0 | Il satellite Rondine supera i test di vibrazione | ",
                "giornale it 60 | Il satellite Rondine lanciato da Kourou | ",
            ),
            (
                "regione it 0 | Legge sulla montagna approvata in Aula | ",
                "giornale it 2 | Legge sui parchi approvata in Aula | ",
            ),
            (
                "liguria it 0 | Allerta gialla per vento da mezzanotte alle 18 | Scuole, decidono i comuni.",
                "toscana it 1 | Allerta gialla per vento da mezzanotte alle 18 | Attenzione sui crinali.",
            ),
            (
                "regione it 0 | Consiglio, 15 milioni per le biblioteche di quartiere | ",
                "giornale it 6 | Consiglio, 15 milioni per i canili di quartiere | ",
            ),
            (
                "regione it 0 | Emilia-Romagna, cresce il turismo in collina | ",
                "giornale it 6 | Maltempo in Emilia-Romagna, strade interrotte | ",
            ),
            (
                "agency en 0 | Crew of Expedition 80 enters the station | ",
                "paper en 50 | Crew of Expedition 80 begins first spacewalk | ",
            ),
        ],
        Kinship::Different,
    );
}

#[test]
fn translations_are_known_by_names_figures_and_meaning() {
    check(
        &[
            (
                "agenzia it 0 | Il satellite Rondine fotografa l'alluvione in Slovenia | Oltre 6.200 ettari sott'acqua.",
                "agency en 20 | Rondine satellite images Slovenian floods | More than 6,200 hectares under water.",
            ),
            (
                "land de 0 | Hochwasser in Bozen: 14 Brücken gesperrt | ",
                "provincia it 4 | Bolzano, chiusi quattordici ponti per la piena | ",
            ),
            (
                "agence fr 0 | Le télescope Faucon découvre une planète autour de Tau-9 | ",
                "agencia es 26 | El telescopio Faucon halla un planeta en Tau-9 | ",
            ),
            (
                "agencia pt 0 | Équipe de Évora vence concurso europeu de foguetes Stratos | ",
                "agency en 10 | Team from Évora wins Stratos rocket contest | ",
            ),
            (
                "agentstvo ru 0 | Космонавт Лаврентьева установила рекорд: 412 суток на орбите | ",
                "agency en 9 | Lavrentieva sets record with 412 days in orbit | ",
            ),
        ],
        Kinship::Translation,
    );
}

#[test]
fn stories_of_two_languages_that_share_a_name_are_not_translations() {
    check(
        &[
            (
                "agenzia it 0 | La sonda Rondine sorvola Venere | ",
                "agency en 30 | Rondine probe launched towards Venus | ",
            ),
            (
                "provincia it 0 | Bolzano, bando per 40 alloggi agli studenti | ",
                "land de 5 | Bozen: 40 Kilometer Radwege gesperrt | ",
            ),
            (
                "agenzia it 0 | Moretti in orbita: la prima intervista dalla Stazione | ",
                "agency en 20 | Moretti to lead training of new astronauts | ",
            ),
            (
                "agenzia it 0 | Il pallone Rondine 3 vola da Kiruna | ",
                "agency en 20 | SWIFTLET balloon takes off from Kiruna | ",
            ),
            (
                "agence fr 0 | Callisto décollera mardi de Kourou | ",
                "agencia es 30 | Callisto despega con éxito de Kurú | ",
            ),
            (
                "agenzia it 0 | Notte delle stelle: il programma di Firenze | ",
                "agency en 3 | Night of the stars: the programme in Genoa | ",
            ),
        ],
        Kinship::Different,
    );
}

/// Titles as they come, and as they should not come.
fn any_item() -> impl Strategy<Value = Profile> {
    let words = prop::sample::select(vec![
        "Rondine",
        "lancio",
        "12",
        "domani",
        "Firenze",
        "«",
        "»",
        "3,2",
        "milioni",
        "Kestrel-2",
        "the",
        "MS-25",
        "«prova",
        "6 aprile",
        "2025",
        "宇宙",
        "打ち上げ",
        "Спутник",
        "🚀",
        "l'",
        "n.",
        "1234",
        "ORBITA",
        "",
        "'",
        "100%",
        "１２",
        "ﬁ",
        "ß",
        "İ",
    ]);
    let title = prop_oneof![
        prop::collection::vec(words, 0..14).prop_map(|words| words.join(" ")),
        any::<String>(),
    ];
    let language = prop::sample::select(vec!["it", "en", "de", "ja", "ru", "und", "xx"]);
    (title, any::<String>(), language, 0_i64..400).prop_map(|(title, summary, language, hours)| {
        let url = Url::parse(&format!("https://agency.example/{language}/{hours}")).unwrap();
        Profile::new(&Telling {
            source: language,
            url: Some(&url),
            title: &title,
            summary: &summary,
            language,
            published: Utc.timestamp_opt(1_700_000_000 + hours * 3600, 0).single(),
            image: None,
            alternates: &BTreeMap::new(),
        })
    })
}

#[test]
fn one_letter_for_two_is_found_from_either_side() {
    let (a, b) = (item("uno it 0 | \u{fb01}"), item("due it 0 | fÌ"));
    assert_eq!(compare(&a, &b), compare(&b, &a));
}

proptest! {
    #[test]
    fn the_order_of_the_two_makes_no_difference(a in any_item(), b in any_item()) {
        prop_assert_eq!(compare(&a, &b), compare(&b, &a));
    }

    #[test]
    fn an_item_is_the_same_as_itself_and_found_by_its_keys(a in any_item()) {
        prop_assert_eq!(compare(&a, &a).kinship, Kinship::Same);
        prop_assert!(!sketch(&a).is_empty());
        prop_assert!(sketch(&a).len() < 200);
    }
}

#[test]
fn long_texts_cost_no_more_than_their_beginning() {
    let text = "Rondine 12 lancio ".repeat(20_000);
    let url = Url::parse("https://agency.example/long").unwrap();
    let long = Profile::new(&Telling {
        source: "agency",
        url: Some(&url),
        title: &text,
        summary: &text,
        language: "it",
        published: None,
        image: None,
        alternates: &BTreeMap::new(),
    });
    assert!(long.title.len() <= words::TITLE && long.summary.len() <= words::SUMMARY);
    assert!(sketch(&long).len() < 200);
}

#[test]
fn pages_that_name_each_other_are_translations() {
    let url = |text: &str| Url::parse(text).unwrap();
    let (here, there) = (
        url("https://agency.example/it/a"),
        url("https://agency.example/en/b"),
    );
    fn telling(
        url: &Url,
        title: &str,
        language: &str,
        alternates: &BTreeMap<String, Url>,
    ) -> Profile {
        Profile::new(&Telling {
            source: language,
            url: Some(url),
            title,
            summary: "",
            language,
            published: None,
            image: None,
            alternates,
        })
    }
    let none = BTreeMap::new();
    let names = |url: &Url| BTreeMap::from([("en".to_owned(), url.clone())]);
    let english = telling(&there, "A new home for bees", "en", &none);
    let judged = |alternates: &BTreeMap<String, Url>| {
        compare(
            &telling(&here, "Tutti in festa", "it", alternates),
            &english,
        )
    };
    assert_eq!(judged(&names(&there)).kinship, Kinship::Translation);
    assert_eq!(judged(&none).kinship, Kinship::Different);
    let other = judged(&names(&url("https://agency.example/en/other-story")));
    assert_eq!(
        other.why,
        "a page names another one as its version in that language"
    );
}

#[test]
fn reasons_are_sentences_for_people() {
    let why = |a: &str, b: &str| compare(&item(a), &item(b)).why;
    assert_eq!(
        why(
            "regione it 0 | Delibera n. 1234: fondi alle biblioteche",
            "giornale it 5 | Delibera n. 1235: fondi alle biblioteche"
        ),
        "one says `1234` where the other says `1235`"
    );
    assert_eq!(
        why(
            "agency en 0 | Kestrel-2 reaches Venus",
            "agenzia it 3 | Kestrel-2 arriva a Venere"
        ),
        "both tell of `Kestrel-2`, `Venere`, `arriva`"
    );
}
