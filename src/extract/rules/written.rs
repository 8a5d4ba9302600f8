//! A pick as the configuration writes it.

use crate::config::{Pick, filter};

/// One pick of a field, in words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Written {
    /// Where to look: a selector with its attribute, `@attribute` of the item itself, or `@url`.
    pub pick: String,
    /// What of it counts.
    pub regex: Option<String>,
    /// Every match, not only the first.
    pub all: bool,
}

impl Written {
    /// The item's link.
    #[must_use]
    pub fn url() -> Self {
        Self {
            pick: "@url".to_owned(),
            regex: None,
            all: false,
        }
    }

    pub(super) fn attribute(name: &str, regex: Option<&str>) -> Self {
        Self {
            pick: format!("@{name}"),
            regex: regex.map(str::to_owned),
            all: false,
        }
    }

    pub(super) fn select(
        selector: String,
        attribute: Option<&str>,
        regex: Option<&str>,
        all: bool,
    ) -> Self {
        let pick = match attribute {
            Some(name) => format!("{selector}@{name}"),
            None => selector,
        };
        Self {
            pick,
            regex: regex.map(str::to_owned),
            all,
        }
    }

    /// The same, compiled as the configuration compiles it.
    pub(in crate::extract) fn pick(&self, default: Option<&str>) -> Option<Pick> {
        let pick = Pick::parse(&self.pick).ok()?.or_attribute(default);
        let regex = match &self.regex {
            Some(regex) => Some(filter::pattern(regex).ok()?),
            None => None,
        };
        Some(Pick {
            regex,
            all: self.all,
            ..pick
        })
    }
}
