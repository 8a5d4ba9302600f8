//! Pages of invented agencies, and what is read from them.
#[test]
fn debug() {
    let Ok(path) = std::env::var("PAGE") else {
        return;
    };
    let html = std::fs::read_to_string(path).unwrap();
    let parsed = crate::extract::cut::parse(&html).unwrap();
    let layout = super::layout::Layout::of(&parsed.document);
    for e in parsed
        .document
        .root_element()
        .descendants()
        .filter_map(scraper::ElementRef::wrap)
    {
        let m = layout.measure(e);
        let d = e.ancestors().count();
        if layout.is_around(e) || m.prose > 200 {
            println!(
                "{}{} {:?} {:?} {} {:?}",
                " ".repeat(d),
                e.value().name(),
                e.attr("class"),
                e.attr("id"),
                if layout.is_around(e) { "AROUND" } else { "" },
                m
            );
        }
    }
}
