//! The entities that a document declares for itself (XML 1.0 §4.2), as far as they are safe: short plain text within
//! the document. What they name in turn is not expanded, and nothing outside the document is ever fetched.

use std::collections::HashMap;

use super::opening::past_doctype;

/// More declarations than this are not read.
const MAX_DECLARED: usize = 256;

/// The longest text that an entity may stand for, in bytes.
const MAX_LENGTH: usize = 1024;

/// Entities by name, with their texts as written.
pub(super) type Entities<'a> = HashMap<&'a str, &'a str>;

/// The entities that the internal subset of the document type in `prolog` declares.
pub(super) fn declared(prolog: &str) -> Entities<'_> {
    let mut entities = Entities::new();
    let Some(doctype) = prolog
        .find("<!DOCTYPE")
        .and_then(|start| prolog.get(start..))
    else {
        return entities;
    };
    let doctype = doctype.get(..past_doctype(doctype)).unwrap_or_default();
    for declaration in doctype.split("<!ENTITY").skip(1).take(MAX_DECLARED) {
        if let Some((name, text)) = entity(declaration)
            && text.len() <= MAX_LENGTH
            && !text.contains('<')
        {
            // The first declaration of a name counts (XML 1.0 §4.2).
            entities.entry(name).or_insert(text);
        }
    }
    entities
}

/// Name and text of a general internal entity; nothing for parameter entities and external ones.
fn entity(declaration: &str) -> Option<(&str, &str)> {
    let (blank, declaration) = declaration.split_at_checked(1)?;
    let (name, rest) = declaration.trim_start().split_once(char::is_whitespace)?;
    let rest = rest.trim_start();
    let quote = rest
        .chars()
        .next()
        .filter(|quote| matches!(quote, '"' | '\''))?;
    let (text, _) = rest.get(1..)?.split_once(quote)?;
    let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    (blank.trim().is_empty() && is_name).then_some((name, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_internal_entities_are_read() {
        let entities = declared(
            "<?xml version='1.0'?>\n<!DOCTYPE rss [\n <!ENTITY id \"tag:a.example,\">\n <!ENTITY  b 'B &amp; c'> \
             <!ENTITY id 'again'>]>",
        );
        assert_eq!(entities.get("id"), Some(&"tag:a.example,"));
        assert_eq!(entities.get("b"), Some(&"B &amp; c"));
        assert_eq!(entities.len(), 2);
    }

    #[test]
    fn what_is_no_plain_text_of_the_document_is_left_out() {
        let long = "x".repeat(MAX_LENGTH + 1);
        let prolog = format!(
            "<!DOCTYPE rss [<!ENTITY % p 'a'><!ENTITY x SYSTEM 'file:///etc/passwd'><!ENTITY y PUBLIC 'a' 'b'>\
             <!ENTITY m '<b>'><!ENTITY l '{long}'><!ENTITYz 'a'><!ENTITY u 'open]>",
        );
        let entities = declared(&prolog);
        assert!(entities.is_empty(), "{entities:?}");
        assert!(declared("<rss><!-- no document type --></rss>").is_empty());
    }
}
