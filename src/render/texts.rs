//! The words of the pages, one row a language. Adding a language is adding a row.

use crate::language::Language;

/// What a page says by itself, in one language.
pub(super) struct Texts {
    /// The language's tag.
    pub(super) tag: &'static str,
    /// The link that leaps over the masthead.
    pub(super) skip: &'static str,
    /// What leads from the masthead to the addresses, and heads them.
    pub(super) subscribe: &'static str,
    /// How to subscribe, in one sentence.
    pub(super) how: &'static str,
    /// Heads the list of feeds.
    pub(super) feeds: &'static str,
    /// Stands before the sources that tell a story as well.
    pub(super) also: &'static str,
    /// Stands before the languages that a story is told in as well.
    pub(super) languages: &'static str,
    /// What a feed without entries says.
    pub(super) empty: &'static str,
    /// Stands before the time of the last change.
    pub(super) updated: &'static str,
    /// Whose the texts are.
    pub(super) rights: &'static str,
    /// Names the list of all feeds for import.
    pub(super) opml: &'static str,
    /// Names the links to a feed's archive.
    pub(super) archive: &'static str,
    /// Leads to the feed as it is now.
    pub(super) newest: &'static str,
    /// Leads to the next newer page of the archive.
    pub(super) newer: &'static str,
    /// Leads to the next older page of the archive.
    pub(super) older: &'static str,
    /// Heads the feeds of single sources.
    pub(super) sources: &'static str,
    /// Heads the feeds of tags.
    pub(super) tags: &'static str,
    /// One entry, several entries; `{}` is their number.
    pub(super) count: [&'static str; 2],
}

impl Texts {
    /// The words in a language, else in English.
    pub(super) fn of(language: Option<&Language>) -> &'static Self {
        let tag = language.map_or("en", Language::tag);
        TEXTS
            .iter()
            .find(|texts| texts.tag == tag)
            .unwrap_or(&ENGLISH)
    }

    /// "12 entries", in words of the language.
    pub(super) fn count(&self, entries: usize) -> String {
        let [one, several] = self.count;
        if entries == 1 { one } else { several }.replace("{}", &entries.to_string())
    }
}

const ENGLISH: Texts = Texts {
    tag: "en",
    skip: "Skip to the news",
    subscribe: "Subscribe",
    how: "Copy one of these addresses into your feed reader, and new stories will come to you.",
    feeds: "Feeds",
    also: "Also at",
    languages: "Also in",
    empty: "Nothing here yet. As soon as a source has news, it appears on this page and in the feeds.",
    updated: "Last change:",
    rights: "Titles and texts belong to their sources; every entry leads to the original.",
    opml: "All feeds in one list, to import (OPML)",
    archive: "Archive",
    newest: "Newest",
    newer: "Newer",
    older: "Older",
    sources: "By source",
    tags: "By subject",
    count: ["1 story", "{} stories"],
};

const TEXTS: &[Texts] = &[
    Texts {
        tag: "it",
        skip: "Vai alle notizie",
        subscribe: "Abbonati",
        how: "Copia uno di questi indirizzi nel tuo lettore di feed: le nuove notizie arriveranno da sole.",
        feeds: "Feed",
        also: "Anche su",
        languages: "Anche in",
        empty: "Ancora nessuna notizia. Appena una fonte ne pubblica, compariranno in questa pagina e nei feed.",
        updated: "Ultima modifica:",
        rights: "Titoli e testi appartengono alle rispettive fonti; ogni notizia rimanda all’originale.",
        opml: "Tutti i feed in un elenco da importare (OPML)",
        archive: "Archivio",
        newest: "Le più recenti",
        newer: "Più recenti",
        older: "Meno recenti",
        sources: "Per fonte",
        tags: "Per argomento",
        count: ["1 notizia", "{} notizie"],
    },
    Texts {
        tag: "de",
        skip: "Zu den Nachrichten",
        subscribe: "Abonnieren",
        how: "Kopieren Sie eine dieser Adressen in Ihren Feedreader, und neue Meldungen kommen von selbst.",
        feeds: "Feeds",
        also: "Auch bei",
        languages: "Auch auf",
        empty: "Noch keine Meldungen. Sobald eine Quelle etwas veröffentlicht, erscheint es hier und in den Feeds.",
        updated: "Letzte Änderung:",
        rights: "Titel und Texte gehören ihren Quellen; jeder Eintrag führt zum Original.",
        opml: "Alle Feeds als Liste zum Importieren (OPML)",
        archive: "Archiv",
        newest: "Neueste",
        newer: "Neuere",
        older: "Ältere",
        sources: "Nach Quelle",
        tags: "Nach Thema",
        count: ["1 Meldung", "{} Meldungen"],
    },
    Texts {
        tag: "fr",
        skip: "Aller aux nouvelles",
        subscribe: "S’abonner",
        how: "Copiez l’une de ces adresses dans votre lecteur de flux\u{a0}: les nouvelles viendront à vous.",
        feeds: "Flux",
        also: "Aussi chez",
        languages: "Aussi en",
        empty: "Rien pour l’instant. Dès qu’une source publiera, ce sera sur cette page et dans les flux.",
        updated: "Dernière modification\u{a0}:",
        rights: "Titres et textes appartiennent à leurs sources\u{a0}; chaque nouvelle renvoie à l’original.",
        opml: "Tous les flux en une liste à importer (OPML)",
        archive: "Archives",
        newest: "Les plus récentes",
        newer: "Plus récentes",
        older: "Plus anciennes",
        sources: "Par source",
        tags: "Par sujet",
        count: ["1 nouvelle", "{} nouvelles"],
    },
    Texts {
        tag: "es",
        skip: "Ir a las noticias",
        subscribe: "Suscribirse",
        how: "Copie una de estas direcciones en su lector de canales y las noticias llegarán solas.",
        feeds: "Canales",
        also: "También en",
        languages: "También en",
        empty: "Todavía no hay noticias. En cuanto una fuente publique, aparecerán en esta página y en los canales.",
        updated: "Último cambio:",
        rights: "Los títulos y textos pertenecen a sus fuentes; cada noticia enlaza con el original.",
        opml: "Todos los canales en una lista para importar (OPML)",
        archive: "Archivo",
        newest: "Las más recientes",
        newer: "Más recientes",
        older: "Más antiguas",
        sources: "Por fuente",
        tags: "Por tema",
        count: ["1 noticia", "{} noticias"],
    },
    ENGLISH,
];
