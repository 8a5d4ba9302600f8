//! What the store costs as it grows: placing a new item, seeing a known one, publishing, forgetting, asking, proving, among
//! 10⁴, 10⁵ and 10⁶ items, and what placing costs where a hundred times as much comes a day.
//!
//! The news of the last six weeks is placed item by item as any other. The archive before them is made of copies of these
//! rows, so that the databases differ in nothing but their age. They take turns, so that whatever else the machine does hits
//! all alike.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod archive;
mod chance;
mod world;

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::DateTime;
use world::{NEW, World};

/// The items of the last six weeks, in each of the databases.
const RECENT: usize = 5_000;
/// Fetches of each kind that are timed at each size.
const ROUNDS: usize = 60;
/// Of what takes long.
const FEW: usize = 3;

fn main() {
    // `cargo bench` says so; `cargo test` has no use for it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let number = |name, usual| std::env::var(name).map_or(usual, |text| text.parse().unwrap());
    let (most, busy) = (
        number("PLACE_ITEMS", 1_000_000),
        number("PLACE_BUSY", 40_000),
    );
    let sizes = [10_000, 100_000, 1_000_000, 10_000_000];
    let sizes: Vec<usize> = sizes.into_iter().filter(|size| *size <= most).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(bench(&sizes, busy));
}

async fn bench(sizes: &[usize], busy: usize) {
    let folder = tempfile::tempdir().unwrap();
    let base = filled(&folder.path().join("base.db"), RECENT).await;
    let mut worlds = Vec::new();
    for size in sizes {
        let begun = Instant::now();
        let path = folder.path().join(format!("{size}.db"));
        std::fs::copy(base.store.path(), &path).unwrap();
        archive::copy(&path, size / RECENT);
        worlds.push(base.over(&path));
        println!(
            "{size} items: made in {:.0} s",
            begun.elapsed().as_secs_f64()
        );
    }
    println!("\nthe news of six weeks is the same, the archive is older:");
    place(&mut worlds).await;
    println!("\nthe rest of the life of these databases, in ms:");
    live(&mut worlds).await;
    if busy > 0 {
        drop(worlds);
        let path = folder.path().join("busy.db");
        let mut worlds = [base, filled(&path, busy).await];
        println!("\nthe same without an archive, where more news comes a day:");
        place(&mut worlds).await;
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    for line in status.lines().filter(|line| line.starts_with("VmHWM")) {
        println!("\nthe most memory of the process, with all databases open: {line}");
    }
}

/// A database with the news of six weeks, closed and opened again.
async fn filled(path: &Path, items: usize) -> World {
    let begun = Instant::now();
    let world = World::filled(path, items).await;
    world.store.clone().close().await;
    // The store of before is closed, and another one has to be opened over its file.
    let copy = path.with_extension("filled");
    std::fs::copy(path, &copy).unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    println!("the news of six weeks, {items} items: placed in {seconds:.0} s");
    world.over(&copy)
}

async fn place(worlds: &mut [World]) {
    let mut times: Vec<[Vec<Duration>; 3]> = worlds.iter().map(|_| Default::default()).collect();
    // The first rounds find cold caches.
    for round in 0..ROUNDS + 5 {
        for (world, times) in worlds.iter_mut().zip(&mut times) {
            let taken = [
                world.place_new().await,
                world.look_up().await,
                world.see_known().await,
            ];
            if round >= 5 {
                for (times, taken) in times.iter_mut().zip(taken) {
                    times.push(taken);
                }
            }
        }
    }
    println!(
        "{:>9}  {:>8}  {:>14}  {:>12}  {:>14}  {:>8}",
        "items", "indexed", "new, ms each", "search, ms", "100 known, ms", "file, MB"
    );
    let mut first: Option<[f64; 3]> = None;
    for (world, times) in worlds.iter().zip(times) {
        let [new, search, known] = times.map(median);
        let new = new / f64::from(u32::try_from(NEW).unwrap());
        let (items, indexed) = world.counts();
        println!(
            "{items:>9}  {indexed:>8}  {new:>14.2}  {search:>12.2}  {known:>14.2}  {:>8}",
            std::fs::metadata(world.store.path()).unwrap().len() / 1_000_000
        );
        let first = first.get_or_insert([new, search, known]);
        let [new, search, known] = [new / first[0], search / first[1], known / first[2]];
        println!(
            "{:>9}  {:>8}  {new:>14.2}  {search:>12.2}  {known:>14.2}",
            "ratio", ""
        );
    }
}

async fn live(worlds: &mut [World]) {
    println!(
        "{:>9}  {:>8}  {:>8}  {:>8}  {:>8}  {:>8}  {:>8}  {:>8}",
        "items", "open", "publish", "prune", "status", "why", "by words", "verify"
    );
    for world in worlds {
        let path = world.store.path().to_owned();
        let (mut publish, mut prune, mut why) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS / 2 {
            world.place_new().await;
            publish.push(world.publish().await);
            // Nothing is that old.
            prune.push(world.prune(DateTime::UNIX_EPOCH).await);
            why.push(world.why().await);
        }
        let (mut open, mut status, mut words, mut verify) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..FEW {
            status.push(world.status().await);
            words.push(world.why_words().await);
            verify.push(world.verify().await);
        }
        world.store.clone().close().await;
        for _ in 0..FEW {
            let copy = path.with_extension("opened");
            let _ = std::fs::remove_file(&copy);
            std::fs::hard_link(&path, &copy).unwrap();
            let begun = Instant::now();
            world.over(&copy);
            open.push(begun.elapsed());
        }
        let (items, _) = world.counts();
        let times = [open, publish, prune, status, why, words, verify].map(median);
        let times = times.map(|time| format!("{time:>8.1}"));
        println!("{items:>9}  {}", times.join("  "));
    }
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1_000.0
}
