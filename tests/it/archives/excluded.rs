//! What a feed's filter excludes after it was archived.

use super::*;

impl World {
    /// Goes on with another configuration: what it has, and this.
    async fn configure(&mut self, more: &str) {
        let file = self.place.path().join("rassegna.toml");
        let text = fs::read_to_string(&file).unwrap();
        let usual = text.split("# more\n").next().unwrap();
        // It would show for long what the others have archived.
        let usual = usual.replace("[feed.vega]\nwhere = { text = [\"vega\"] }\n", "");
        fs::write(&file, format!("{usual}# more\n{more}")).unwrap();
        self.config = Arc::new(config::load(&file).unwrap());
        self.store.register(&self.config.sources).await.unwrap();
    }

    /// The titles on the pages of the feed, and what the proof finds wrong.
    async fn pages_of_it(&self) -> Vec<Vec<String>> {
        let root = self.feeds();
        let proof = pipeline::verify(&self.store, &self.config, &root, self.now);
        let faults = proof.await.unwrap().faults;
        assert!(faults.is_empty(), "{faults:#?}");
        let page = |number: u32| {
            let file = format!("it/archive/{number}/atom.xml");
            let document = document(&self.feeds().join(file));
            let titles = document.entries.into_iter().map(|(_, title)| title);
            titles.collect()
        };
        let feed = rassegna::model::FeedId("it".into());
        let pages = self.store.pages(&feed).await.unwrap();
        (1..=pages).map(page).collect()
    }
}

const NO_VEGA: &str = "[feed.it]\nwhere = { not_text = [\"vega\"] }\n";
const ONLY_VEGA: &str = "[feed.it]\nwhere = { text = [\"vega\"] }\n";
const NO_TAG: &str = "[feed.it]\nwhere = { tag = [\"region\"] }\n";
const OTHER: &str = "[source.tre]\nurl = \"https://tre.example/\"\ntags = [\"region\"]\n";

fn without_vega(pages: &[Vec<String>]) -> Vec<Vec<String>> {
    let left = |page: &Vec<String>| {
        let left = page.iter().filter(|title| !title.starts_with("Vega"));
        left.cloned().collect()
    };
    pages.iter().map(left).collect()
}

/// A world with two full pages, whose stories may be dropped.
async fn archived(drop: bool) -> (World, Vec<Vec<String>>) {
    let mut world = World::new(&["atom"]).await;
    world.configure("").await;
    let news: Vec<(u32, &str)> = (0..220).map(|number| (number, "")).collect();
    world.list("uno", &news).await;
    world.publish().await;
    if drop {
        world.now += TimeDelta::days(500);
        let news: Vec<(u32, &str)> = (300..405).map(|number| (number, "")).collect();
        world.list("uno", &news).await;
        world.publish().await;
        assert!(world.prune(400).await >= 190);
        world.publish().await;
    }
    let pages = world.pages_of_it().await;
    assert!(pages.len() >= 2 && pages.iter().all(|page| page.len() == 100));
    (world, pages)
}

#[tokio::test]
async fn what_a_new_filter_excludes_leaves_its_page_and_comes_back_to_it() {
    for drop in [false, true] {
        let (mut world, all) = archived(drop).await;
        world.configure(NO_VEGA).await;
        assert_eq!(world.pages_written().await.len(), all.len(), "{drop}");
        assert_eq!(world.pages_of_it().await, without_vega(&all), "{drop}");
        assert!(world.pages_written().await.is_empty());
        world.configure("").await;
        assert_eq!(world.pages_written().await.len(), all.len(), "{drop}");
        assert_eq!(world.pages_of_it().await, all, "{drop}");
        world.store.close().await;
    }
}

#[tokio::test]
async fn a_source_that_is_added_excludes_nothing_that_was_dropped() {
    let (mut world, all) = archived(true).await;
    world.configure(OTHER).await;
    assert_eq!(world.pages_written().await, [] as [&str; 0]);
    assert_eq!(world.pages_of_it().await, all);
    world.store.close().await;
}

#[tokio::test]
async fn words_that_may_have_stood_in_a_text_that_is_not_kept_exclude_nothing() {
    let (mut world, all) = archived(true).await;
    world.configure(ONLY_VEGA).await;
    world.publish().await;
    let pages = world.pages_of_it().await;
    assert_eq!(pages[0], all[0]);
    world.configure(NO_TAG).await;
    world.publish().await;
    assert!(world.pages_of_it().await.iter().all(Vec::is_empty));
    world.store.close().await;
}
