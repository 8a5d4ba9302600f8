//! `rassegna add`: an address becomes a source of the configuration.

mod entry;
mod import;
mod names;
mod opml;
mod place;
mod trial;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono_tz::Tz;
use clap::Args;
use url::Url;

use super::inspect::{self, Word};
use super::out::say;
use super::{Exit, Place, block_on, logging};
use crate::config::{self, Config, Source};
use crate::daemon::{data_folder, fetcher};
use crate::date::Context;
use crate::extract::{self, Ask};
use crate::language::Language;
use crate::model::{Kind, Page};
use crate::normalize::{date_context, url::identity};
use crate::pipeline::{self, Apart, Look, Reading};
use crate::store::Lock;
use entry::Entry;
use place::Unwritten;

/// So many characters of news are enough to tell their language.
const WORDS: usize = 20_000;
/// So many items show whether the right ones were found.
const SAMPLE: usize = 15;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The address of a feed or of a page that lists news; or a file
    #[arg(
        value_name = "URL|FILE",
        required_unless_present = "opml",
        conflicts_with = "opml"
    )]
    what: Option<String>,
    #[command(flatten)]
    place: Place,
    /// Import the subscriptions of another reader
    #[arg(long, value_name = "FILE", conflicts_with_all = ["id", "title", "kind", "timezone"])]
    opml: Option<PathBuf>,
    /// Write nothing; print what would be written
    #[arg(long)]
    print: bool,
    /// The file of the configuration to write to; else sources/ID.toml if it is included, else the main file
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Its id; else made of its host
    #[arg(long, value_parser = config::id)]
    id: Option<String>,
    /// What people call it; else what it calls itself
    #[arg(long)]
    title: Option<String>,
    /// Its language (BCP 47), or several with commas; else that of its words
    #[arg(long, visible_alias = "lang", value_name = "TAG", value_delimiter = ',', value_parser = config::language)]
    language: Vec<Language>,
    /// The zone of its dates; else that of the country in its address, else the site's
    #[arg(long, value_name = "ZONE", value_parser = config::zone)]
    timezone: Option<Tz>,
    /// A tag for the filters of feeds; may be given several times
    #[arg(long = "tag", value_name = "TAG", value_parser = config::id)]
    tags: Vec<String>,
    /// What it is, where that is not to be seen
    #[arg(long, value_enum)]
    kind: Option<Word>,
}

/// Adds one source, or the subscriptions of a file.
pub(super) fn run(options: &Options) -> Result<(), Exit> {
    logging::start("error");
    let desk = Desk::open(options)?;
    match (&options.opml, &options.what) {
        (Some(file), _) => import::run(&desk, file),
        (None, what) => add(&desk, what.as_deref().unwrap_or_default()),
    }
}

fn usage(why: &str) -> Exit {
    say!(err, "error: {why}");
    Exit::Usage
}

fn refused(what: &str, why: &str) -> Exit {
    say!(err, "{what}: {why}");
    Exit::Failed
}

/// The configuration that is added to.
struct Desk<'a> {
    options: &'a Options,
    /// What it is now; empty where there is none and nothing is to be written.
    config: Config,
    /// Ids that are in use.
    taken: BTreeSet<String>,
}

impl<'a> Desk<'a> {
    fn open(options: &'a Options) -> Result<Self, Exit> {
        let given = options.place.config.config.as_deref();
        let config = match config::find(given) {
            Err(problems) if given.is_none() && options.print => {
                config::load_text("").map_err(|_| usage(&problems.to_string()))?
            }
            Err(problems) => {
                say!(
                    err,
                    "{problems}\n\nThere is nothing to add to yet. Begin with a file that says who publishes:\n\n    \
                     [site]\n    title = \"Rassegna\"\n\nor show what would be added with `--print`."
                );
                return Err(Exit::Usage);
            }
            // The secrets of other sources are not needed here.
            Ok(_) => options.place.config.load_to_look()?,
        };
        let all = config.sources.iter().chain(&config.idle);
        let taken = all
            .filter_map(|source| source.id.0.split('.').next().map(str::to_owned))
            .collect();
        Ok(Self {
            options,
            config,
            taken,
        })
    }

    /// The source that has an address already, polled or not.
    fn known(&self, url: &Url) -> Option<&Arc<Source>> {
        let wanted = identity(url);
        self.config
            .sources
            .iter()
            .chain(&self.config.idle)
            .find(|source| identity(&source.url) == wanted)
    }

    /// Prints what was made, or writes it and says where; `name` is for a file of its own.
    fn put(&self, name: &str, text: &str, ids: &[String]) -> Result<(), Exit> {
        if self.options.print {
            say!("{}", text.trim_end());
            return Ok(());
        }
        let main = &self.config.file;
        let file = self
            .options
            .file
            .clone()
            .unwrap_or_else(|| place::file_for(main, name));
        let is_there = |config: &Config| {
            let all = || config.sources.iter().chain(&config.idle);
            ids.iter()
                .all(|id| all().any(|source| source.id.is_meant_by(id)))
        };
        place::append(main, &file, text, is_there).map_err(|error| {
            say!(err, "{error}");
            match error {
                Unwritten::File { .. } | Unwritten::Stuck { .. } => Exit::Store,
                Unwritten::Refused { .. } | Unwritten::Apart { .. } => Exit::Usage,
            }
        })?;
        self.written(&file, ids);
        Ok(())
    }

    fn written(&self, file: &Path, ids: &[String]) {
        match ids {
            [id] => say!(
                "\nadded: {id}, in {}; `rassegna inspect {id}` shows what it gives",
                file.display()
            ),
            ids => say!("\nadded: {} sources, in {}", ids.len(), file.display()),
        }
        let (they_are, them) = match ids {
            [_] => ("It is", "it"),
            _ => ("They are", "them"),
        };
        let data = data_folder(self.options.place.data.as_deref());
        if Lock::is_taken(&data.join(&self.config.store.path)) {
            say!(
                "A daemon is running: `systemctl reload rassegna`, or SIGHUP, makes it take this up."
            );
        } else {
            say!(
                "{they_are} polled from the next start on; a daemon that runs takes {them} up at `systemctl reload rassegna` or SIGHUP."
            );
        }
    }
}

fn add(desk: &Desk<'_>, what: &str) -> Result<(), Exit> {
    let options = desk.options;
    let url = inspect::address(what).ok_or_else(|| {
        usage(&format!(
            "`{what}` is no file and no address; an address begins with https:// or http://"
        ))
    })?;
    let already = |url: &Url| {
        desk.known(url).map(|source| {
            refused(
                what,
                &format!("the source `{}` has this address already", source.id),
            )
        })
    };
    if let Some(exit) = already(&url) {
        return Err(exit);
    }
    let mut entry = Entry {
        id: options.id.clone().unwrap_or_else(|| "new".to_owned()),
        title: options.title.clone(),
        url: url.to_string(),
        languages: tags(&options.language),
        timezone: options.timezone.map(|zone| zone.name().to_owned()),
        tags: options.tags.clone(),
        ..Entry::default()
    };
    if options
        .id
        .as_ref()
        .is_some_and(|id| desk.taken.contains(id))
    {
        return Err(usage(&format!("there is a source `{}` already", entry.id)));
    }
    let mut source = before_looking(&entry, desk)?;
    source.kind = options.kind.map(Kind::from);
    source.robots = desk.config.fetch.robots;
    source.proxy = desk.config.fetch.proxy.clone();
    let look = block_on(async {
        let client = fetcher(&desk.config).map_err(|error| refused(what, &error.to_string()))?;
        let look = pipeline::look(&client, &Apart::default(), &source).await;
        look.map_err(|why| refused(what, &why))
    })?;
    let page = &look.document;
    place_of(&look, &mut entry, &url);
    if let Some(exit) = Url::parse(&entry.url).ok().as_ref().and_then(already) {
        return Err(exit);
    }
    describe(&mut entry, desk, &look)?;
    let kind = options.kind.map(Kind::from);
    let source = Source {
        kind,
        ..compiled(&entry, desk)?
    };
    // Once more, now that its language is known.
    let reading = pipeline::read(&source, None, page, page.fetched_at)
        .map_err(|error| refused(what, &error.to_string()))?;
    if reading.extracted.kind == Kind::Article && kind.is_none() {
        return Err(article(what, &reading));
    }
    let sample = inspect::sample(&reading, page, SAMPLE);
    match options.print {
        true => say!(err, "{sample}\n"),
        false => say!("{sample}"),
    }
    entry.kind = kind;
    if reading.extracted.kind == Kind::Listing {
        with_format(&mut entry, desk, page, &reading);
        with_rules(&mut entry, desk, page, &source, &reading);
    }
    desk.put(&entry.id, &entry.toml(), std::slice::from_ref(&entry.id))
}

fn tags(languages: &[Language]) -> Vec<String> {
    let tags = languages.iter().map(Language::tag);
    tags.map(str::to_owned).collect()
}

fn article(what: &str, reading: &Reading) -> Exit {
    let feed = reading.extracted.announced.first();
    let feed = feed
        .map(|feed| format!(" It announces a feed, {feed}, which can be added by that address."));
    let told = "there is one article, and no list of news.";
    let more = "If the article itself is to be read, add `--kind article`";
    refused(what, &format!("{told}{} {more}", feed.unwrap_or_default()))
}

/// The source as far as it is known before its page is; what the options say wrongly is found here.
fn before_looking(entry: &Entry, desk: &Desk<'_>) -> Result<Source, Exit> {
    let mut known = entry.clone();
    if known.languages.is_empty() && desk.config.site.languages.is_empty() {
        // Any language: all are tried while there is none.
        known.languages.push("en".to_owned());
        let mut source = compiled(&known, desk)?;
        source.languages.clear();
        return Ok(source);
    }
    compiled(&known, desk)
}

fn compiled(entry: &Entry, desk: &Desk<'_>) -> Result<Source, Exit> {
    trial::compiled(entry, &desk.config.site).map_err(|problems| {
        say!(err, "{problems}");
        Exit::Usage
    })
}

/// Where that is which is read of what was found: the page, or what is read in its place.
fn place_of(look: &Look, entry: &mut Entry, asked: &Url) {
    let (url, note) = match (&look.instead, &look.page.moved) {
        (Some(posts), _) if look.reading.extracted.kind == Kind::Json => (
            posts,
            format!("The posts of the WordPress behind {asked}, which lists none without scripts."),
        ),
        (Some(feed), _) => (feed, format!("A feed that {asked} announces.")),
        (None, Some(moved)) => (moved, format!("{asked} has moved here for good.")),
        (None, None) => return,
    };
    entry.url = url.to_string();
    entry.notes.push(note);
}

/// What the document tells of its source: title, language, zone, and so an id.
fn describe(entry: &mut Entry, desk: &Desk<'_>, look: &Look) -> Result<(), Exit> {
    let (site, reading) = (&desk.config.site, &look.reading);
    let extracted = &reading.extracted;
    let url = Url::parse(&entry.url).unwrap_or_else(|_| look.page.url.clone());
    if entry.title.is_none() {
        let (called, title) = match extracted.kind {
            Kind::Feed => (extracted.title.clone(), extracted.title.clone()),
            _ => extract::rules::names(&look.page),
        };
        let called = called.map(|title| extract::text::plain(&title));
        entry.title = names::title(called.as_deref(), title.as_deref(), &url);
    }
    let declared = extracted.language.as_deref().and_then(Language::parse);
    let mut language = None;
    if entry.languages.is_empty() {
        let items = reading.normalized.items.iter();
        let words: String = items
            .flat_map(|item| [&item.title, "\n", &item.summary, "\n"])
            .collect();
        let words: String = words.chars().take(WORDS).collect();
        language = names::language(declared.as_ref(), &words);
        if let (Some(declared), Some(language)) = (
            declared.filter(|declared| Some(declared) != language.as_ref()),
            &language,
        ) {
            entry.notes.push(format!(
                "It calls itself {declared}; its news is in {language}."
            ));
        }
        if language.is_none() && site.languages.is_empty() {
            return Err(refused(
                &entry.url,
                "its language can't be told from its words; say it with `--language TAG`",
            ));
        }
        if language.is_none() && site.languages.len() > 1 {
            let told = "Its language can't be told from its words: it is taken to write in any of the site's.";
            say!(err, "{told} `--language TAG` says which one.");
            entry.notes.push(told.to_owned());
        }
        entry
            .languages
            .extend(language.as_ref().map(|language| language.tag().to_owned()));
    }
    let told = entry.languages.first().and_then(|tag| Language::parse(tag));
    if entry.timezone.is_none()
        && let Some(zone) = told.and_then(|language| names::zone(&url, &language))
        && zone != site.timezone
    {
        entry.timezone = Some(zone.name().to_owned());
    }
    if desk.options.id.is_none() {
        entry.id = names::id(&url, entry.title.as_deref(), language.as_ref(), &desk.taken);
    }
    Ok(())
}

/// The order of the numbers in its dates as a pattern, so that what the page tells as a whole now holds for later ones;
/// if the same dates are read by it.
fn with_format(entry: &mut Entry, desk: &Desk<'_>, page: &Page, reading: &Reading) {
    let Some(told) = &reading.extracted.order else {
        return;
    };
    let mut formatted = entry.clone();
    formatted.format = Some(told.format.clone());
    formatted.notes.push(told.to_string());
    let again = compiled(&formatted, desk)
        .ok()
        .and_then(|source| pipeline::read(&source, None, page, page.fetched_at).ok());
    let dates = |reading: &Reading| -> Vec<_> {
        let items = reading.normalized.items.iter();
        items.map(|item| item.published.clone()).collect()
    };
    if again.is_some_and(|again| dates(&again) == dates(reading)) {
        *entry = formatted;
    }
}

/// The rules of its listing, or why it has none.
fn with_rules(entry: &mut Entry, desk: &Desk<'_>, page: &Page, source: &Source, reading: &Reading) {
    let dates = Context {
        order: reading.extracted.order.as_ref().map(|told| told.order),
        ..date_context(source, page.fetched_at)
    };
    let ask = Ask {
        kind: source.kind,
        rules: None,
        json: None,
        told: false,
        next: true,
        dates: &dates,
    };
    let why = match extract::rules::draft(page, &ask) {
        Ok(draft) => {
            entry.rules = trial::rules(
                entry,
                &draft,
                &desk.config.site,
                page,
                &reading.normalized.items,
            );
            "no selectors with lasting names give the same items".to_owned()
        }
        Err(why) => why.to_string(),
    };
    if entry.rules.is_some() {
        entry.kind = None;
    } else {
        entry.notes.push(format!(
            "Without rules, for {why}: the list is detected each time."
        ));
    }
}
