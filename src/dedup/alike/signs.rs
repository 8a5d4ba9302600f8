//! Signs that go into the weighing: what is rarely in the news, what either title leaves open, what one site put out at
//! one time.

use chrono::NaiveTime;

use super::ASIDE;
use super::Pair;
use super::evidence::{self, Shared};
use super::lexicon::Mark;
use super::profile::Profile;
use super::words::{Sort, Word};

/// The weight of a figure of many digits.
const FIGURE: f64 = 1.7;
/// What it is worth that one site put both out at once, in two languages; within the hour, half of it.
const TOGETHER: f64 = 0.8;
/// Hours within which that is at once.
const AT_ONCE: f64 = 0.1;
/// The time of a day that is known without one.
const NOON: NaiveTime = match NaiveTime::from_hms_opt(12, 0, 0) {
    Some(noon) => noon,
    None => NaiveTime::MIN,
};

impl Pair<'_> {
    /// Whether both name something that is rarely in the news, at least one of them in its title: few stories of one
    /// day have it.
    pub(super) fn designated(&self) -> bool {
        let (a, b) = (self.a, self.b);
        self.evidence.shared.iter().any(|shared| {
            let (i, j) = shared.at;
            let titled = i < a.title.len() || j < b.title.len();
            titled
                && (is_code(a, i)
                    || is_code(b, j)
                    || is_rare(a, i) && (is_rare(b, j) || may_be_rare(b, j))
                    || may_be_rare(a, i) && is_rare(b, j))
        })
    }

    /// Whether they share a figure of many digits.
    pub(super) fn figured(&self) -> bool {
        let mut shared = self.evidence.shared.iter();
        shared.any(|shared| {
            let word = self.a.words().nth(shared.at.0);
            shared.weight >= FIGURE && word.is_some_and(|word| word.number().is_some())
        })
    }

    /// What it is worth that one site put both out at one time, in two languages.
    pub(super) fn together(&self) -> f64 {
        let (a, b) = (self.a, self.b);
        let site = |item: &Profile| Some(item.address.as_ref()?.site.clone());
        let timed = |item: &Profile| item.published.is_some_and(|at| at.time() != NOON);
        if a.language == b.language
            || site(a).is_none()
            || site(a) != site(b)
            || !timed(a)
            || !timed(b)
        {
            return 0.0;
        }
        match self.apart {
            hours if hours <= AT_ONCE => TOGETHER,
            hours if hours <= 1.0 => TOGETHER / 2.0,
            _ => 0.0,
        }
    }

    /// How many topics both titles have that the other item lacks: the lesser of the two numbers.
    pub(super) fn loose(&self) -> f64 {
        let count = |from: &Profile, to: &Profile| {
            let one_language = from.language == to.language;
            let loose = from.title.iter().filter(|word| {
                word.is_marked(Mark::Topic)
                    && !to
                        .words()
                        .any(|other| evidence::affinity(word, other, one_language).is_some())
            });
            u8::try_from(loose.count()).unwrap_or(u8::MAX)
        };
        f64::from(count(self.a, self.b).min(count(self.b, self.a)))
    }

    /// Whether either title has anything of what both tell: else it may be what a site says below all its titles.
    pub(super) fn titles_speak(&self) -> bool {
        let titled =
            self.evidence.shared.iter().filter(|shared| {
                shared.at.0 < self.a.title.len() || shared.at.1 < self.b.title.len()
            });
        titled.map(|shared| shared.weight).sum::<f64>() >= ASIDE
    }

    /// Whether either title names something that the other item does not speak of, and no name is in both.
    pub(super) fn strangers(&self) -> bool {
        let (a, b) = (self.a, self.b);
        let names_other = |from: &Profile, to: &Profile| {
            let own = |word: &Word| from.own.contains(&word.stem) || to.own.contains(&word.stem);
            let mut words = from.title.iter();
            words.any(|word| {
                word.is_distinct()
                    && !word.is_common()
                    && !own(word)
                    && !to
                        .words()
                        .any(|other| evidence::affinity(word, other, true).is_some())
            })
        };
        let titles = |shared: &Shared| shared.at.0 < a.title.len() && shared.at.1 < b.title.len();
        let named = self.evidence.shared.iter().any(|shared| {
            titles(shared)
                && a.title
                    .get(shared.at.0)
                    .is_some_and(|word| word.is_distinct() || word.number().is_some())
        });
        !named && !self.one_image() && names_other(a, b) && names_other(b, a)
    }
}

/// Whether the word there is a designation that means nothing else.
fn is_code(profile: &Profile, at: usize) -> bool {
    let word = profile.words().nth(at);
    word.is_some_and(|word| {
        word.sort == Sort::Code && word.meanings.is_empty() && !word.is_common()
    })
}

/// Whether the word there is a name that is in no table: what is in the news every day is.
fn is_rare(profile: &Profile, at: usize) -> bool {
    let sure = |word: &Word| match word.sort {
        Sort::Name | Sort::Code => true,
        Sort::Perhaps => at == 0 && word.set_off,
        _ => false,
    };
    profile.words().nth(at).is_some_and(|word| {
        sure(word)
            && word.meanings.is_empty()
            && !word.is_common()
            && !word.is_head()
            && !profile.own.contains(&word.stem)
    })
}

/// Whether the word there begins the title, so that its capital may be that of a name.
fn may_be_rare(profile: &Profile, at: usize) -> bool {
    let first = profile.title.first().filter(|_| at == 0);
    first.is_some_and(|word| word.sort == Sort::Perhaps && word.meanings.is_empty())
}
