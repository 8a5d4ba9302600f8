//! What can be wrong with a feed that is read all the same, and how people are told.

use std::collections::BTreeSet;

use crate::extract::newest;

/// A fault that was repaired or worked around.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    /// Text or markup before the root element.
    JunkBefore,
    /// Characters that XML forbids, as themselves or by number.
    IllegalCharacter,
    /// `&` that begins no reference.
    BareAmpersand,
    /// `&egrave;` and the like outside CDATA.
    NamedEntity,
    /// `<` that begins no tag.
    BareLess,
    /// Attributes without quotes, without values, or too many of them.
    Attributes,
    /// `media:` and the like without `xmlns:media`.
    UndeclaredPrefix,
    /// `<rss>` of a version that does not exist.
    OddVersion,
    /// `<RSS>`, `<Item>`.
    Case,
    /// Elements that are not closed, or closed twice.
    Unbalanced,
    /// Elements within elements within elements.
    TooDeep,
    /// The end of the document is missing.
    Cut,
    /// More items than are ever read.
    TooManyItems,
    /// JSON Feed values of the wrong type.
    WrongType,
    /// The second reader had to be called for another reason.
    Salvaged,
}

impl Fault {
    /// One sentence for people.
    pub(super) fn sentence(self) -> String {
        match self {
            Self::JunkBefore => "There was something else before the feed; it was skipped.",
            Self::IllegalCharacter => "Characters that XML forbids were removed.",
            Self::BareAmpersand => "An ampersand stood alone; it was taken as itself.",
            Self::NamedEntity => "Names of characters that only HTML knows were replaced.",
            Self::BareLess => "A less-than sign stood alone; it was taken as itself.",
            Self::Attributes => {
                "Some attributes were badly written; they were read as well as possible."
            }
            Self::UndeclaredPrefix => {
                "A namespace prefix was not declared; it was taken in its usual meaning."
            }
            Self::OddVersion => "The version of RSS is missing or unknown; it was read as 2.0.",
            Self::Case => "Names of elements were in the wrong case; they were corrected.",
            Self::Unbalanced => {
                "Elements were not properly closed; they were closed where it made sense."
            }
            Self::TooDeep => "Elements were nested too deeply; the deepest were flattened.",
            Self::Cut => "The feed is cut short; its complete items were kept.",
            Self::TooManyItems => return newest::warning("feed"),
            Self::WrongType => "Some values were of the wrong type; they were read as text.",
            Self::Salvaged => "The feed breaks the rules of its format; it was read leniently.",
        }
        .to_owned()
    }
}

/// The faults of one document, each once.
pub(super) type Faults = BTreeSet<Fault>;
