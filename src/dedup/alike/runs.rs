//! A text cut into runs of letters and digits, where its script cuts; designations stay whole.

use super::form::is_upper;
use super::numbers;
use super::script;

/// A run of letters and digits, and what stood before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) text: &'a str,
    /// It begins a sentence or a quotation.
    pub(super) first: bool,
    /// It is joined to the run before by a hyphen.
    joined: bool,
    /// A dash between blanks parts it from the run before, or a bar.
    pub(super) parted: bool,
    pub(super) quoted: bool,
    pub(super) set_off: bool,
}

/// Cuts a text into runs. Each letter of a script that writes without blanks goes with the one after it, as a pair.
pub(super) fn cut(text: &str, most: usize) -> Vec<Run<'_>> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    let mut letters = text.char_indices().peekable();
    let (mut first, mut joined, mut quoted, mut parted) = (true, false, false, false);
    while let Some((start, c)) = letters.next() {
        if runs.len() >= most {
            break;
        }
        if !is_part(c) {
            if matches!(c, ',' | ':')
                && let Some(last) = runs.last_mut()
            {
                last.set_off |= text
                    .get(..start)
                    .is_some_and(|head| head.ends_with(last.text));
            }
            match c {
                '«' | '“' | '„' | '「' | '『' => (first, quoted) = (true, true),
                '»' | '”' | '」' | '』' => quoted = false,
                '"' => (first, quoted) = (true, !quoted),
                '‘' => (first, quoted) = (true, true),
                '\'' if starts_quote(text, start) => (first, quoted) = (true, true),
                '\'' | '’' if ends_quote(text, start + c.len_utf8()) => quoted = false,
                '.' | '!' | '?' | ':' | '¿' | '¡' | '…' | '|' => first = true,
                _ => {}
            }
            joined = matches!(c, '-' | '‑');
            parted |= c == '|' || matches!(c, '-' | '–' | '—') && stands_free(text, start, c);
            continue;
        }
        let mut end = start + c.len_utf8();
        if script::is_unspaced(c) {
            let pair = letters
                .peek()
                .filter(|(_, next)| script::is_unspaced(*next));
            let alone = pair.is_none();
            end = pair.map_or(end, |(at, next)| at + next.len_utf8());
            // The last letter of a row stands in the pair before.
            let before = text.get(..start).and_then(|head| head.chars().next_back());
            if alone && before.is_some_and(script::is_unspaced) {
                continue;
            }
        } else {
            while let Some((at, next)) = letters.peek().copied() {
                let within = is_part(next) && !script::is_unspaced(next);
                let number = text.get(start..at).unwrap_or_default();
                if !(within || numbers::continues(number, text.get(at..).unwrap_or_default())) {
                    break;
                }
                end = at + next.len_utf8();
                letters.next();
            }
        }
        runs.push(Run {
            text: text.get(start..end).unwrap_or_default(),
            first,
            joined,
            parted,
            quoted,
            set_off: false,
        });
        (first, joined, parted) = (false, false, false);
    }
    join(runs, text)
}

/// Joins a designation that a hyphen parts: `MS-25`, `H-IIA`.
fn join<'a>(runs: Vec<Run<'a>>, text: &'a str) -> Vec<Run<'a>> {
    let mut joined: Vec<Run<'a>> = Vec::with_capacity(runs.len());
    for run in runs {
        let designation = |last: &Run<'_>| {
            let digits = run.text.starts_with(|c: char| c.is_ascii_digit()) && run.text.len() <= 3;
            run.joined
                && is_upper(last.text.get(..1).unwrap_or_default())
                && last.text.chars().all(char::is_alphabetic)
                && (digits && last.text.len() <= 8
                    || is_upper(run.text) && is_upper(last.text) && last.text.len() <= 3)
        };
        match joined.last_mut().filter(|last| designation(last)) {
            Some(last) => {
                let start = last.text.as_ptr() as usize - text.as_ptr() as usize;
                let end = run.text.as_ptr() as usize - text.as_ptr() as usize + run.text.len();
                last.text = text.get(start..end).unwrap_or(last.text);
            }
            None => joined.push(run),
        }
    }
    joined
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)
}

fn stands_free(text: &str, at: usize, c: char) -> bool {
    let before = text
        .get(..at)
        .is_some_and(|head| head.ends_with(char::is_whitespace));
    let after = text.get(at + c.len_utf8()..);
    before && after.is_some_and(|rest| rest.starts_with(char::is_whitespace))
}

fn starts_quote(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|head| head.chars().next_back());
    let after = text.get(at + 1..).and_then(|rest| rest.chars().next());
    before.is_none_or(char::is_whitespace) && after.is_some_and(char::is_alphanumeric)
}

fn ends_quote(text: &str, after: usize) -> bool {
    let after = text.get(after..).and_then(|rest| rest.chars().next());
    after.is_none_or(|c| !c.is_alphanumeric())
}
