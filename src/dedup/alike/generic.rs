//! Titles that name nothing, as `School closed for snow` and `Press release`: many places have such news at once, so what
//! stands below the titles decides.

use super::Pair;
use super::evidence::{affinity, weigh};
use super::parallel;
use super::profile::Profile;
use super::veto::against;
use super::words::{Sort, Word};

/// What part of the lesser title the other one must have, for the two to be one title.
const ONE_TITLE: f64 = 0.9;
/// A title of no more words than these says of what sort an item is, and nothing of its story.
const SHORT: usize = 2;
/// What the summaries must share besides, then.
const BESIDES: f64 = 0.5;
/// What part of the lesser summary the other one must have, to be of one story.
const OVERLAP: f64 = 0.2;

impl Pair<'_> {
    /// Why two items are two stories although their titles say the same; nothing where a title names something.
    pub(super) fn generic(&self) -> Option<String> {
        let (a, b) = (self.a, self.b);
        let titled = |at: (usize, usize)| at.0 < a.title.len() && at.1 < b.title.len();
        if self.evidence.titles < ONE_TITLE || self.one_image() || self.share_a_name(titled) {
            return None;
        }
        // The same objections that are heard against titles.
        if let Some(why) = parallel::find(&below(a), &below(b)) {
            return Some(why);
        }
        if self.share_a_name(|_| true) {
            return None;
        }
        if let (Some(x), Some(y)) = (stranger(a, b), stranger(b, a)) {
            return Some(against(x, y));
        }
        let (besides, part) = self.besides();
        let both = !a.summary.is_empty() && !b.summary.is_empty();
        if both && part < OVERLAP {
            return Some("they have one title, and nothing else in common".to_owned());
        }
        let short = |profile: &Profile| profile.title.iter().filter(tells).count() <= SHORT;
        (besides < BESIDES && short(a) && short(b))
            .then(|| "their title says only of what sort they are".to_owned())
    }

    /// Whether both name one thing, where that counts.
    fn share_a_name(&self, counts: impl Fn((usize, usize)) -> bool) -> bool {
        let mut shared = self.evidence.shared.iter();
        shared.any(|shared| {
            let (i, j) = shared.at;
            let words = (self.a.words().nth(i), self.b.words().nth(j));
            counts((i, j)) && matches!(words, (Some(x), Some(y)) if names(x) && names(y))
        })
    }

    /// What the summaries share that the titles don't say, and what part of the lesser of them that is.
    fn besides(&self) -> (f64, f64) {
        let (a, b) = (self.a, self.b);
        let titled = |word: &Word| {
            let mut titles = a.title.iter().chain(&b.title);
            titles.any(|other| affinity(word, other, true).is_some())
        };
        let whole = |profile: &Profile, other: &Profile| -> f64 {
            let words = profile.summary.iter().filter(|word| !titled(word));
            words.map(|word| weigh(word, profile, other)).sum()
        };
        let shared = self.evidence.shared.iter().filter(|shared| {
            let below = |at: usize, profile: &Profile| {
                let word = at.checked_sub(profile.title.len());
                let word = word.and_then(|at| profile.summary.get(at));
                word.is_some_and(|word| !titled(word))
            };
            below(shared.at.0, a) && below(shared.at.1, b)
        });
        let shared: f64 = shared.map(|shared| shared.weight).sum();
        // Words of summaries count half.
        let part = 2.0 * shared / whole(a, b).min(whole(b, a)).max(0.1);
        (shared, part)
    }
}

/// An item without its title, to be compared by its summary.
fn below(profile: &Profile) -> Profile {
    Profile {
        title: profile.summary.clone(),
        summary: Vec::new(),
        ..profile.clone()
    }
}

/// A name of an item, if the other one has none of its names.
fn stranger<'a>(profile: &'a Profile, other: &Profile) -> Option<&'a Word> {
    let mut all = profile.words().filter(|word| names(word));
    let known = |word: &Word| {
        let mut words = other.words();
        words.any(|other| affinity(word, other, true).is_some())
    };
    let first = all.next()?;
    (!known(first) && all.all(|word| !known(word))).then_some(first)
}

/// Whether a word names one thing of many: `Comune` with a capital does not.
fn names(word: &Word) -> bool {
    let concept = !word.meanings.is_empty() && !word.names_something();
    word.is_distinct() && !word.is_common() && !concept
}

fn tells(word: &&Word) -> bool {
    !matches!(word.sort, Sort::Stop | Sort::Number(_))
}

#[cfg(test)]
mod tests {
    use super::super::Kinship;
    use super::super::tests::check;

    #[test]
    fn one_title_in_two_places_is_two_stories() {
        check(
            &[
                (
                    "a it 0 | Scuole chiuse per neve | Il sindaco di Cuneo ha disposto la chiusura per domani.",
                    "b it 1 | Scuole chiuse per neve | Il sindaco di Alba ha disposto la chiusura per domani.",
                ),
                (
                    "a it 0 | Sciopero, i servizi garantiti | Ecco i servizi garantiti a Genova.",
                    "b it 1 | Sciopero, i servizi garantiti | Venerdì le corse di Savona sono ridotte.",
                ),
                (
                    "a en 0 | School closed due to snow | The mayor of Leeds announced the closure.",
                    "b en 1 | School closed due to snow | The mayor of Bradford announced the closure.",
                ),
            ],
            Kinship::Different,
        );
    }

    #[test]
    fn a_title_that_says_only_of_what_sort_an_item_is_joins_nothing() {
        check(
            &[
                (
                    "a it 0 | Comunicato stampa | Il presidente ha incontrato i sindaci.",
                    "b it 1 | Comunicato stampa | Nuovi orari per gli sportelli.",
                ),
                (
                    "a it 0 | Comunicato stampa | ",
                    "b it 1 | Comunicato stampa | ",
                ),
                (
                    "a it 0 | Variazione orari uffici comunali | Da lunedì anagrafe aperta solo al mattino.",
                    "b it 1 | Variazione orari uffici comunali | Biblioteca chiusa per inventario.",
                ),
            ],
            Kinship::Different,
        );
    }

    #[test]
    fn a_release_that_names_nothing_is_one_story_where_the_teasers_agree() {
        check(
            &[(
                "a it 0 | Bando per la digitalizzazione delle imprese | Contributi a fondo perduto per software e formazione.",
                "b it 1 | Bando per la digitalizzazione delle imprese | Formazione e software, contributi a fondo perduto.",
            )],
            Kinship::Same,
        );
    }
}
