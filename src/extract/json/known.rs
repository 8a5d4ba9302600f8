//! Interfaces that are known by what they say, and read by rules that stand here.

use std::sync::LazyLock;

use serde_json::Value;

use crate::config::Json;
use crate::config::json::{self, Field};

/// WordPress's own interface, `/wp-json/wp/v2/posts` and other kinds of posts. What is embedded (`_embed`) is taken
/// where it was asked for, the rest is of usual plugins. Its `guid` is the one of its feeds.
static WORDPRESS: LazyLock<Option<Json>> = LazyLock::new(|| {
    let fields = |written: &[&str]| -> Option<Vec<Field>> {
        written.iter().map(|text| Field::parse(text).ok()).collect()
    };
    Some(Json {
        items: json::path("$").ok()?,
        title: fields(&["$.title"])?,
        link: fields(&["$.link"])?,
        date: fields(&["{$.date_gmt}Z", "$.date"])?,
        updated: fields(&["{$.modified_gmt}Z", "$.modified"])?,
        summary: fields(&["$.excerpt"])?,
        html: fields(&["$.content"])?,
        image: fields(&[
            "$._embedded['wp:featuredmedia'][*].source_url",
            "$.jetpack_featured_media_url",
            "$.yoast_head_json.og_image[*].url",
        ])?,
        author: fields(&["$._embedded.author[*].name", "$.yoast_head_json.author"])?,
        category: fields(&["$._embedded['wp:term'][*][*].name"])?,
        id: fields(&["$.guid"])?,
        language: fields(&["$.lang"])?,
    })
});

/// The rules for a text of a known interface.
pub(super) fn rules(value: &Value) -> Option<&'static Json> {
    let rendered = |post: &Value| post["title"]["rendered"].is_string() && post["link"].is_string();
    let posts = value.as_array()?;
    if posts.first().is_some_and(rendered) {
        WORDPRESS.as_ref()
    } else {
        None
    }
}
