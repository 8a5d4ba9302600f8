//! Whatever a source does to its items, subscribers see each story once, with one id and one date; nothing is lost, and
//! nothing changes without a cause.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rassegna::dedup;

use crate::model::{Deed, Guids, MANY, World, deed, folder};

fn lives(deeds: Vec<Deed>) {
    let place = folder();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let mut world = World::new(place.path()).await;
        for deed in deeds {
            world.live(deed).await;
        }
        world.end(place.path()).await;
    });
}

/// Half of the sequences: the test exists twice, so that two run at once. The same ones each time, so that a failure is
/// of what changed; `PROPTEST_RNG_SEED` and `PROPTEST_CASES` try others.
fn half(seed: u64) -> ProptestConfig {
    let given = std::env::var("PROPTEST_RNG_SEED").is_ok();
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: std::env::var("PROPTEST_CASES").map_or(600, |_| usual.cases),
        rng_seed: if given {
            usual.rng_seed
        } else {
            RngSeed::Fixed(seed)
        },
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..usual
    }
}

proptest! {
    #![proptest_config(half(1))]
    #[test]
    fn whatever_a_source_does_each_story_is_published_once(deeds in prop::collection::vec(deed(), 1..24)) {
        lives(deeds);
    }
}

proptest! {
    #![proptest_config(half(2))]
    #[test]
    fn whatever_a_source_does_each_story_is_published_once_again(deeds in prop::collection::vec(deed(), 1..24)) {
        lives(deeds);
    }
}

#[test]
fn names_that_change_at_every_poll_or_name_places_make_nothing_new() {
    for guids in [Guids::Random, Guids::Shared, Guids::Places, Guids::None] {
        let mut deeds = vec![Deed::Guids(guids)];
        for at in 0..8 {
            deeds.extend([
                Deed::Add,
                Deed::Reverse,
                Deed::Drop(at),
                Deed::Session,
                Deed::Add,
            ]);
        }
        lives(deeds);
    }
}

#[test]
fn a_flood_is_held_and_published_when_later_answers_confirm_it() {
    const { assert!(MANY > 2 * dedup::FIRST) };
    lives(vec![
        Deed::Add,
        Deed::AddMany,
        Deed::Fail,
        Deed::Unchanged,
        Deed::Unchanged,
    ]);
    lives(vec![
        Deed::Add,
        Deed::AddMany,
        Deed::NewHost,
        Deed::EditTitle(3),
    ]);
}

#[test]
fn the_namespace_of_entry_ids_never_changes() {
    assert_eq!(
        dedup::NAMESPACE.to_string(),
        "5f0c9a52-7c1e-4c55-9d2e-8a417b1f6e03"
    );
}

#[test]
fn a_copy_of_news_that_is_held_joins_no_other_news() {
    lives(vec![
        Deed::Add,
        Deed::Drop(0),
        Deed::AddMany,
        Deed::Republish(0),
    ]);
}

#[test]
fn a_text_that_stands_below_all_titles_makes_no_two_stories_one() {
    let mut deeds = vec![Deed::Add; 5];
    deeds.extend([Deed::AddMany, Deed::Republish(5)]);
    lives(deeds);
}

#[test]
fn links_of_news_that_was_held_through_a_move_are_believed() {
    lives(vec![
        Deed::Guids(Guids::None),
        Deed::AddMany,
        Deed::NewHost,
        Deed::PassMonth,
        Deed::Add,
        Deed::EditTitle(0),
    ]);
}

#[test]
fn what_is_released_is_published_once_whatever_its_source_does_then() {
    lives(vec![
        Deed::Add,
        Deed::AddMany,
        Deed::Republish(9),
        Deed::NewHost,
        Deed::Release,
        Deed::Unchanged,
        Deed::NewGuids,
        Deed::EditTitle(7),
        Deed::Restart,
        Deed::Readdress,
        Deed::Add,
    ]);
}

#[test]
fn a_source_at_another_address_is_greeted_as_a_new_one_and_known_as_the_old_one() {
    let mut deeds = vec![Deed::Add; 14];
    deeds.extend([Deed::Readdress, Deed::Add]);
    deeds.extend([Deed::AddMany, Deed::Readdress, Deed::Add, Deed::EditText(3)]);
    lives(deeds);
}

#[test]
fn links_that_stay_after_all_are_believed_again_and_make_nothing_new() {
    let mut deeds = vec![Deed::Guids(Guids::None)];
    deeds.extend([Deed::Add; 4]);
    deeds.push(Deed::Session);
    deeds.extend([Deed::Add; 5]);
    deeds.push(Deed::Session);
    deeds.extend([Deed::Comment; 1]);
    deeds.push(Deed::PassMonth);
    deeds.extend([Deed::Add; 14]);
    deeds.extend([
        Deed::NewHost,
        Deed::Drop(3),
        Deed::Add,
        Deed::Return(3),
        Deed::NewPaths,
    ]);
    lives(deeds);
}
