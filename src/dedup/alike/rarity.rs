//! How much a word says where many stories tell of it: rare words tell two tellings of one story from two stories that
//! are told in the words of the trade.

/// So many stories may have any word by chance, however few there are.
const CHANCE: u32 = 4;
/// The share of all stories up to which a word says all that it can.
const RARE: f64 = 0.03;
/// The share from which on it says next to nothing.
const COMMON: f64 = 0.15;
/// What is left of its weight then.
const LEFT: f64 = 0.01;

/// What is left of the weight of a word that `having` of `all` stories around it have: from 1 down to nearly nothing.
#[must_use]
pub fn rarity(having: u32, all: u32) -> f64 {
    let share = f64::from(having.saturating_sub(CHANCE)) / f64::from(all.max(1));
    if share <= RARE {
        return 1.0;
    }
    ((COMMON / share).ln() / (COMMON / RARE).ln()).clamp(LEFT, 1.0)
}

/// Whether more of them would leave no less of it.
#[must_use]
pub fn is_everywhere(having: u32, all: u32) -> bool {
    rarity(having, all) <= LEFT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_says_the_less_the_more_stories_have_it() {
        let left = [10, 34, 60, 100, 154, 1000].map(|having| rarity(having, 1000));
        assert!((left[1] - 1.0).abs() < f64::EPSILON, "{left:?}");
        assert!(left.is_sorted_by(|more, less| more >= less), "{left:?}");
        assert!((0.5..0.7).contains(&left[2]), "{left:?}");
        assert!((0.2..0.4).contains(&left[3]), "{left:?}");
        assert!((left[4] - LEFT).abs() < f64::EPSILON, "{left:?}");
        assert!(is_everywhere(154, 1000) && !is_everywhere(100, 1000));
    }

    #[test]
    fn among_a_few_stories_no_word_is_common() {
        assert!((rarity(4, 4) - 1.0).abs() < f64::EPSILON);
        assert!((rarity(0, 0) - 1.0).abs() < f64::EPSILON);
    }
}
