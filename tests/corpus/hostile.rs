//! Real documents with parts cut out, doubled, exchanged and broken off: reading them ends, and the program goes on.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use serde_json::json;

use super::{ask, find};

/// So many documents are spoiled, evenly taken from all.
const DOCUMENTS: usize = 300;

/// Numbers that look like chance and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }
}

fn body(file: &Path) -> Vec<u8> {
    let mut body = Vec::new();
    let open = File::open(file).unwrap();
    if file.extension().is_some_and(|ending| ending == "gz") {
        MultiGzDecoder::new(open).read_to_end(&mut body).unwrap();
    } else {
        open.take(5 << 20).read_to_end(&mut body).unwrap();
    }
    body
}

fn spoil(body: &mut Vec<u8>, dice: &mut Dice) {
    for _ in 0..1 + dice.below(6) {
        let start = dice.below(body.len());
        let end = (start + dice.below(3000)).min(body.len());
        let part = body.get(start..end).unwrap_or_default().to_vec();
        match dice.below(5) {
            0 => _ = body.drain(start..end),
            1 => {
                let place = dice.below(body.len());
                body.splice(place..place, part);
            }
            2 => {
                let times = 1 + dice.below(200);
                let part = part.get(..part.len().min(40)).unwrap_or_default();
                body.splice(start..start, part.repeat(times));
            }
            3 => body
                .iter_mut()
                .skip(start)
                .step_by(97)
                .take(20)
                .for_each(|byte| *byte ^= 0x15),
            _ => body.truncate(start.max(200)),
        }
    }
}

pub(super) fn hostile(corpus: &Path) -> String {
    let mut files: Vec<PathBuf> = [".html", ".html.gz", ".xml", ".rss", ".atom"]
        .iter()
        .flat_map(|ending| find(corpus, ending))
        .collect();
    files.sort();
    let step = files.len().div_ceil(DOCUMENTS).max(1);
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(1);
    let mut questions = Vec::new();
    for (number, file) in files.iter().step_by(step).enumerate() {
        let mut body = body(file);
        spoil(&mut body, &mut dice);
        let path = folder.path().join(number.to_string());
        fs::write(&path, body).unwrap();
        questions.push(json!({ "path": path, "url": "https://agenzia.example/notizie/" }));
    }
    let answers = ask("inspect", &questions);
    let read = answers
        .iter()
        .filter(|answer| answer["error"].is_null())
        .count();
    assert!(answers.len() > 100, "{}", answers.len());
    format!(
        "{} spoiled documents, {read} of them still read",
        answers.len()
    )
}
