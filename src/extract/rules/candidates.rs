//! Selectors that might name some elements: by tag, class, id, semantic attribute, and what stands around them; the
//! shortest and most telling first.

use std::collections::{BTreeMap, BTreeSet};

use ego_tree::NodeId;
use scraper::ElementRef;

use super::stable::{Worth, worth};

/// The most selectors that are tried for one purpose.
const MOST: usize = 240;
/// The most ancestors that are looked at.
const HIGH: usize = 12;
/// The most own forms, and the most contexts, that are combined.
const COMBINED: usize = 8;
/// The most elements around others that are named child by child.
const CHAIN: usize = 5;
/// The most classes of an element that count.
const CLASSES: usize = 12;
/// Attributes that say what an element is.
const SEMANTIC: &[&str] = &["itemprop", "property", "rel", "role", "itemtype"];
/// What an item may be told by that it holds.
const HELD: &[&str] = &[
    "h1", "h2", "h3", "h4", "h5", "h6", "time", "td", "img", "p", "a",
];

/// A selector and what it costs: its length, and how little its names say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    pub(super) cost: usize,
    pub(super) text: String,
}

/// Within what elements are to be told apart.
#[derive(Clone, Copy)]
pub(super) enum Scope<'a> {
    /// On the whole page.
    Page,
    /// Inside items.
    Items(&'a BTreeSet<NodeId>),
}

/// Selectors that all of the elements match, the cheapest first. The elements have one tag.
pub(super) fn candidates(elements: &[ElementRef<'_>], scope: Scope<'_>) -> Vec<Candidate> {
    let Some(first) = elements.first() else {
        return Vec::new();
    };
    let own = own(elements, *first, scope);
    let around = common(elements, |element| ancestors(element, scope));
    let parent = common(elements, |element| {
        let parent = element
            .parent()
            .and_then(ElementRef::wrap)
            .filter(|parent| is_inside(*parent, scope) && parent.value().name() != "body");
        parent
            .map(|parent| forms(parent, scope))
            .unwrap_or_default()
    });
    let mut all = own.clone();
    // A tag alone may stand anywhere on a page.
    for alone in &mut all {
        let named = alone.text.contains(['.', '#', '[']) || alone.text.starts_with("article");
        alone.cost += match scope {
            Scope::Page if !named => 14,
            _ => 0,
        };
    }
    let (own, around, parent) = (shortest(&own), shortest(&around), shortest(&parent));
    for one in own {
        all.extend(around.iter().map(|above| joined(&[above, one], " ")));
        for above in parent {
            let within = joined(&[above, one], " > ");
            all.extend(
                around
                    .iter()
                    .filter(|other| other.text != above.text)
                    .map(|top| joined(&[top, &within], " ")),
            );
            all.push(within);
        }
    }
    if matches!(scope, Scope::Page) {
        all.extend(chains(elements, scope));
    }
    // The cheapest way to write each.
    let mut cheapest: BTreeMap<String, usize> = BTreeMap::new();
    for Candidate { cost, text } in all {
        let known = cheapest.entry(text).or_insert(cost);
        *known = cost.min(*known);
    }
    let mut all: Vec<Candidate> = cheapest
        .into_iter()
        .map(|(text, cost)| Candidate { cost, text })
        .collect();
    all.sort();
    all.truncate(MOST);
    all
}

/// `main > div.list > article`: from the elements up, child by child, for lists that are told apart only by what stands
/// far around them.
fn chains(elements: &[ElementRef<'_>], scope: Scope<'_>) -> Vec<Candidate> {
    let level = |up: usize| {
        common(elements, |element| {
            let above = element.ancestors().filter_map(ElementRef::wrap).nth(up);
            above
                .filter(|above| is_inside(*above, scope))
                .map(|above| forms(above, scope))
                .unwrap_or_default()
        })
    };
    let mut chains = common(elements, |element| forms(element, scope));
    chains.truncate(1);
    let mut all = Vec::new();
    for up in 0..CHAIN {
        let level = level(up);
        let next = level.iter().take(COMBINED).flat_map(|above| {
            let links = chains.iter();
            links.map(move |chain| Candidate {
                cost: above.cost + chain.cost + 8,
                text: joined(&[above, chain], " > ").text,
            })
        });
        let next: Vec<Candidate> = next.collect();
        let Some(cheapest) = next.first().cloned() else {
            break;
        };
        all.extend(next);
        chains = vec![cheapest];
    }
    all
}

fn shortest(candidates: &[Candidate]) -> &[Candidate] {
    candidates.get(..COMBINED).unwrap_or(candidates)
}

fn joined(parts: &[&Candidate], by: &str) -> Candidate {
    // Of two that are as good, the one that asks for less.
    let links = parts.len().saturating_sub(1) * if by == " " { 3 } else { 4 };
    let texts: Vec<&str> = parts.iter().map(|part| part.text.as_str()).collect();
    let cost = parts.iter().map(|part| part.cost).sum::<usize>() + links;
    Candidate {
        cost,
        text: texts.join(by),
    }
}

/// How the elements may be named by themselves.
fn own(elements: &[ElementRef<'_>], first: ElementRef<'_>, scope: Scope<'_>) -> Vec<Candidate> {
    let mut own = common(elements, |element| forms(element, scope));
    let tag = first.value().name();
    let classes: Vec<(String, usize)> = own
        .iter()
        .filter_map(|form| {
            Some((
                form.text.strip_prefix(tag)?.strip_prefix('.')?.to_owned(),
                form.cost,
            ))
        })
        .take(6)
        .collect();
    for (at, (one, cost)) in classes.iter().enumerate() {
        own.extend(classes.iter().skip(at + 1).map(|(two, more)| Candidate {
            cost: cost + more + 2,
            text: format!("{tag}.{one}.{two}"),
        }));
    }
    // What an element holds tells items from what only looks like one.
    if matches!(scope, Scope::Page) {
        let holds = |element: ElementRef<'_>, name: &str| {
            let mut inner = element.descendants().skip(1).filter_map(ElementRef::wrap);
            inner.any(|inner| inner.value().name() == name)
        };
        let held = HELD
            .iter()
            .filter(|name| elements.iter().all(|element| holds(*element, name)));
        let plain = own.iter().take(3).cloned().collect::<Vec<_>>();
        own.extend(held.flat_map(|name| {
            plain.iter().map(move |form| Candidate {
                cost: form.cost + 18,
                text: format!("{}:has({name})", form.text),
            })
        }));
    }
    own.extend(position(elements, tag));
    own.sort();
    own
}

/// The place among its siblings, where all have the same: what columns of a table are told by, and else the last resort.
fn position(elements: &[ElementRef<'_>], tag: &str) -> Option<Candidate> {
    let place = |element: &ElementRef<'_>, same: bool| {
        let before = element.prev_siblings().filter_map(ElementRef::wrap);
        before
            .filter(|sibling| !same || sibling.value().name() == element.value().name())
            .count()
            + 1
    };
    let cell = matches!(tag, "td" | "th");
    let mut places = elements.iter().map(|element| place(element, !cell));
    let first = places.next()?;
    if !places.all(|other| other == first) {
        return None;
    }
    Some(match cell {
        true => Candidate {
            cost: 9,
            text: format!("{tag}:nth-child({first})"),
        },
        false => Candidate {
            cost: 40,
            text: format!("{tag}:nth-of-type({first})"),
        },
    })
}

/// The forms that all elements have, the cheapest first.
fn common<'a>(
    elements: &[ElementRef<'a>],
    forms: impl Fn(ElementRef<'a>) -> Vec<Candidate>,
) -> Vec<Candidate> {
    let mut shared: Option<BTreeSet<Candidate>> = None;
    let mut known: Option<Vec<Candidate>> = None;
    for element in elements {
        let these = forms(*element);
        // Most have the same forms as the one before.
        if known.as_ref() == Some(&these) {
            continue;
        }
        let set: BTreeSet<Candidate> = these.iter().cloned().collect();
        shared = Some(match shared {
            None => set,
            Some(shared) => shared.intersection(&set).cloned().collect(),
        });
        known = Some(these);
        if shared.as_ref().is_some_and(BTreeSet::is_empty) {
            break;
        }
    }
    shared.unwrap_or_default().into_iter().collect()
}

fn ancestors(element: ElementRef<'_>, scope: Scope<'_>) -> Vec<Candidate> {
    let above = element.ancestors().filter_map(ElementRef::wrap).take(HIGH);
    // Inside `body` is everything.
    above
        .take_while(|above| is_inside(*above, scope) && above.value().name() != "body")
        .flat_map(|above| forms(above, scope))
        .collect()
}

fn is_inside(element: ElementRef<'_>, scope: Scope<'_>) -> bool {
    match scope {
        Scope::Page => true,
        Scope::Items(items) => !items.contains(&element.id()),
    }
}

/// How one element may be named: its tag alone, with a class, an id or an attribute.
fn forms(element: ElementRef<'_>, scope: Scope<'_>) -> Vec<Candidate> {
    let value = element.value();
    let tag = value.name();
    if !tag
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    {
        return Vec::new();
    }
    let bare = match (scope, tag) {
        (_, "main") => 6,
        (Scope::Page, _) => 10,
        (Scope::Items(_), "div" | "span") => 12,
        (Scope::Items(_), _) => 4,
    };
    let mut forms = vec![Candidate {
        cost: bare,
        text: tag.to_owned(),
    }];
    let cost = |name: &str| {
        let own = match worth(name)? {
            Worth::Telling => 2,
            Worth::Plain => 6,
            Worth::Weak => 20,
        };
        Some(4 + own + name.len() / 8)
    };
    let named: BTreeSet<&str> = value.classes().take(CLASSES).collect();
    forms.extend(named.into_iter().filter_map(|class| {
        Some(Candidate {
            cost: cost(class)?,
            text: format!("{tag}.{class}"),
        })
    }));
    if let Some(id) = value.id() {
        forms.extend(cost(id).map(|cost| Candidate {
            cost: cost + 2,
            text: format!("#{id}"),
        }));
    }
    for name in SEMANTIC {
        let word = |text: &&str| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_:/.".contains(&b))
        };
        let said = value.attr(name).filter(word);
        forms.extend(said.map(|said| Candidate {
            cost: 14,
            text: format!("{tag}[{name}='{said}']"),
        }));
    }
    forms
}
