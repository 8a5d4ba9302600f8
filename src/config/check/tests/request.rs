//! Headers, cookies, bodies and proxies: what they mean, and what is said where they cannot be right.

use super::{TOKEN, config_of, load_files, source_of, wrong, wrong_source};
use crate::config::{Auth, Source};

const BASIC: &str = "auth.basic = { user = \"u\", password = { env = \"API_TOKEN\" } }";

fn proxy(source: &Source) -> Option<&str> {
    source.proxy.as_ref().map(|proxy| proxy.url.as_str())
}

#[test]
fn nothing_special_is_done_unless_asked_for() {
    let config = config_of("[source.a]\nurl = \"https://a.example/\"\nlanguage = \"it\"");
    let (fetch, source) = (&config.fetch, &config.sources[0]);
    assert!(fetch.robots && fetch.from.is_none() && fetch.proxy.is_none());
    assert!(source.robots && !source.tls_insecure && source.proxy.is_none());
    assert!(source.cookies.is_empty() && source.post.is_none());
}

#[test]
fn robots_and_proxy_are_inherited_and_overridden() {
    let config = config_of(
        r#"
        site.languages = ["it"]
        fetch.robots = false
        fetch.proxy = "http://proxy.example:3128"
        [source.a]
        url = "https://a.example/"
        [source.b]
        url = "https://b.example/"
        robots = true
        proxy = false
        [source.c]
        url = "https://c.example/"
        proxy.url = "https://other.example"
        tls_insecure = true
        "#,
    );
    let [a, b, c] = config.sources.as_slice() else {
        panic!()
    };
    assert_eq!((a.robots, b.robots, c.robots), (false, true, false));
    assert_eq!(proxy(a), Some("http://proxy.example:3128/"));
    assert_eq!(proxy(b), None);
    assert_eq!(proxy(c), Some("https://other.example/"));
    assert_eq!((a.tls_insecure, c.tls_insecure), (false, true));
}

#[test]
fn from_is_the_contact_or_another_address_of_mail() {
    let from = |text: &str| config_of(text).fetch.from;
    assert_eq!(
        from("fetch.from = true\nsite.contact = \"redazione@example.org\"").as_deref(),
        Some("redazione@example.org")
    );
    assert_eq!(
        from("fetch.from = \"bot@example.org\"\nsite.contact = \"https://example.org\"").as_deref(),
        Some("bot@example.org")
    );
    assert_eq!(from("fetch.from = false"), None);
}

#[test]
fn a_post_is_a_form_json_or_any_text() {
    let post = |keys: &str| {
        let post = source_of(keys).post.unwrap();
        (String::from_utf8(post.body).unwrap(), post.content_type)
    };
    assert_eq!(
        post(
            "post = { form = { q = \"spazio & città\", key = { env = \"API_TOKEN\" }, a = \"\" } }"
        ),
        (
            format!("a=&key={TOKEN}&q=spazio+%26+citt%C3%A0"),
            "application/x-www-form-urlencoded".to_owned()
        )
    );
    assert_eq!(
        post("post.json = '{ \"page\": 1 }'"),
        ("{ \"page\": 1 }".to_owned(), "application/json".to_owned())
    );
    assert_eq!(
        post("post = { body = \" x\", type = \"text/xml\" }"),
        (" x".to_owned(), "text/xml".to_owned())
    );
    assert_eq!(post("post.body = \"x\"").1, "text/plain; charset=utf-8");
}

#[test]
fn headers_and_cookies_may_be_secrets() {
    let source = source_of(
        "headers = { Accept-Language = \"it\", X-Key = { credential = \"api\" } }\n\
         cookies = { consent = \"yes\", session = { env = \"API_TOKEN\" } }",
    );
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        source.headers,
        [pair("Accept-Language", "it"), pair("X-Key", TOKEN)]
    );
    assert_eq!(
        source.cookies,
        [pair("consent", "yes"), pair("session", TOKEN)]
    );
}

#[test]
fn nothing_that_may_be_secret_is_debugged() {
    let config = config_of(&format!(
        "fetch.proxy = {{ url = \"http://proxy:3128\", {BASIC} }}\n\
         [source.a]\nurl = \"https://a.example/?key={TOKEN}\"\nlanguage = \"it\"\n{BASIC}\n\
         headers.X-Key = {{ env = \"API_TOKEN\" }}\ncookies.session = \"{TOKEN}\"\npost.form.key = \"{TOKEN}\""
    ));
    let auth = config.fetch.proxy.as_ref().unwrap().auth.as_ref().unwrap();
    assert_eq!((auth.0.as_str(), auth.1.as_str()), ("u", TOKEN));
    let source = &config.sources[0];
    assert!(matches!(&source.auth, Some(Auth::Basic(..))) && source.post.is_some());
    assert_eq!(source.proxy, config.fetch.proxy);
    let text = format!("{config:?}");
    assert!(!text.contains(TOKEN), "{text}");
    assert!(text.contains("session") && text.contains("X-Key"), "{text}");
}

#[test]
fn a_source_that_is_off_needs_none_of_its_secrets() {
    let off = "[source.a]\nurl = \"https://a.example/\"\nlanguage = \"it\"\nenabled = false\n\
        headers.X-A.env = \"NONE\"\ncookies.a.env = \"NONE\"\npost.form.a.env = \"NONE\"\n\
        proxy = { url = \"http://p\", auth.basic = { user = \"u\", password.env = \"NONE\" } }";
    assert!(config_of(off).sources.is_empty());
    let on = off.replace("enabled = false", "enabled = true");
    let problems = wrong(&on);
    assert_eq!(
        problems.matches("`NONE` is not set").count(),
        4,
        "{problems}"
    );
}

#[test]
fn a_secret_must_fit_where_it_goes() {
    insta::assert_snapshot!(wrong_source("headers.X-A = { env = \"ACCENT\" }\ncookies.a = { env = \"ACCENT\" }"), @r"
    error: a header's value has characters that no header may have
     --> rassegna.toml:4:15
    4 | headers.X-A = { env = …
      |               ^^^^^^^^ expected `ACCENT` in the environment

    error: a cookie's value has characters that none may have
     --> rassegna.toml:5:13
    5 | cookies.a = { env = …
      |             ^^^^^^^^ expected `ACCENT` in the environment
    ");
}

#[test]
fn cookies_that_cannot_be_sent() {
    insta::assert_snapshot!(wrong_source("cookies = { \"a b\" = \"1\", c = \"hunter2;\" }\n[source.b]\nurl = \"https://b.example/\"\nlanguage = \"it\"\n[source.b.cookies]\nsession = \"hunter2\\u0007\"\nx = 1"), @r#"
    error: a cookie's name has characters that none may have
     --> rassegna.toml:4:13
    4 | cookies = { …
      |             ^ expected a name such as `session`

    error: `c`: a cookie's value has characters that none may have
     --> rassegna.toml:4:13
    4 | cookies = { …
      |             ^ expected printable ASCII without `;`

    error: `session`: a cookie's value has characters that none may have
     --> rassegna.toml:9:11
    9 | session = …
      |           ^ expected printable ASCII without `;`

    error: `x` cannot be a number
      --> rassegna.toml:10:4
    10 | x =…
       |    ^ expected printable ASCII without `;`, or `{ credential = "NAME" }` or `{ env = "NAME" }`: a secret is never in this file
    "#);
    insta::assert_snapshot!(wrong_source("cookies.session = { credental = \"api\" }"), @r"
    error: unknown key `credental`
     --> rassegna.toml:4:21
    4 | cookies.session = { credental = …
      |                     ^^^^^^^^^ expected one of `credential`, `env`; did you mean `credential`?
    ");
    insta::assert_snapshot!(wrong_source("cokies = {}"), @r"
    error: unknown key `cokies`
     --> rassegna.toml:4:1
    4 | cokies = {}
      | ^^^^^^ expected one of `title`, `url`, `urls`, `language`, `timezone`, `tags`, `priority`, `rights`, `kind`, `listing`, `json`, `schedule`, `dates`, `headers`, `cookies`, `auth`, `post`, `robots`, `proxy`, `tls_insecure`, `enabled`, `content`, `follow`, `repair`, `pages`; did you mean `cookies`?
    ");
}

#[test]
fn a_post_that_cannot_be_sent() {
    insta::assert_snapshot!(wrong_source("post = { form = { a = 1 }, json = \"{\", type = \"text\" }"), @r#"
    error: `a` cannot be a number
     --> rassegna.toml:4:23
    4 | post = { form = { a = 1 }, json = …
      |                       ^ expected a text, or `{ credential = "NAME" }` or `{ env = "NAME" }`: a secret is never in this file

    error: `post` cannot have `form`, `json` together
     --> rassegna.toml:4:28
    4 | post = { form = { a = 1 }, json = …
      |                            ^^^^ expected exactly one of `form`, `json`, `body`

    error: `json`: this is no JSON: EOF while parsing an object at line 1 column 1
     --> rassegna.toml:4:35
    4 | post = { form = { a = 1 }, json = …
      |                                   ^ expected JSON such as '{ "page": 1 }'

    error: `type`: this is no media type
     --> rassegna.toml:4:35
    4 | post = { form = { a = 1 }, json = …
      |                                   ^ expected a media type such as "text/plain"

    error: `type` cannot stand beside `form` or `json`, which say it themselves
     --> rassegna.toml:4:35
    4 | post = { form = { a = 1 }, json = …
      |                                   ^ expected `type` beside `body` only
    "#);
    insta::assert_snapshot!(wrong_source("post = { json = \"{}\", type = \"text/json\" }"), @r"
    error: `type` cannot stand beside `form` or `json`, which say it themselves
     --> rassegna.toml:4:17
    4 | post = { json = …
      |                 ^ expected `type` beside `body` only
    ");
    insta::assert_snapshot!(wrong_source("post = {}"), @r"
    error: `post` has none of `form`, `json`, `body`
     --> rassegna.toml:4:1
    4 | post =…
      | ^^^^ expected exactly one of `form`, `json`, `body`
    ");
    insta::assert_snapshot!(wrong("[source.a]\nurl = \"file:///srv/a.html\"\nlanguage = \"it\"\npost.body = \"hunter2\""), @r"
    error: a file cannot be asked by POST
     --> rassegna.toml:4:1
    4 | post.body = …
      | ^^^^ expected an `http` or `https` address beside `post`
      = the file is at rassegna.toml:2:7
    ");
}

#[test]
fn headers_beside_what_sets_them() {
    insta::assert_snapshot!(wrong_source("headers = { cookie = \"a=1\", Content-Type = \"text/plain\" }\ncookies.b = \"2\"\npost.body = \"x\""), @r"
    error: the header `cookie` cannot stand beside `cookies`, which sets it
     --> rassegna.toml:4:13
    4 | headers = { cookie = …
      |             ^^^^^^ expected one of the two
      = `cookies` is at rassegna.toml:5:1

    error: the header `Content-Type` cannot stand beside `post`, which sets it
     --> rassegna.toml:4:22
    4 | headers = { cookie = …
      |                      ^ expected one of the two
      = `post` is at rassegna.toml:6:1
    ");
    insta::assert_snapshot!(wrong_source("headers.Proxy-Authorization = \"Basic hunter2\""), @r"
    error: `Proxy-Authorization` is a secret: `proxy.auth.basic` reads it from outside of this file
     --> rassegna.toml:4:9
    4 | headers.Proxy-Authorization = …
      |         ^^^^^^^^^^^^^^^^^^^ expected a name such as `Accept-Language`
    ");
    assert!(source_of("headers.Cookie = \"a=1\"").cookies.is_empty());
}

#[test]
fn proxies_that_cannot_be_used() {
    insta::assert_snapshot!(wrong("fetch.proxy = \"socks5://proxy.example:1080\""), @r#"
    error: `proxy`: `socks5` proxies cannot be used, only those that are asked by `http` or `https`
     --> rassegna.toml:1:15
    1 | fetch.proxy = …
      |               ^ expected an address such as "http://proxy.example:3128"
    "#);
    insta::assert_snapshot!(wrong("fetch.proxy = \"http://u:hunter2@proxy.example:3128\""), @r#"
    error: `proxy`: a proxy's address cannot carry a user and a password; `proxy.auth.basic` can
     --> rassegna.toml:1:15
    1 | fetch.proxy = …
      |               ^ expected an address such as "http://proxy.example:3128"
    "#);
    insta::assert_snapshot!(wrong("fetch.proxy = \"u:hunter2@proxy.example:3128\""), @r#"
    error: `proxy`: a proxy's address cannot carry a user and a password; `proxy.auth.basic` can
     --> rassegna.toml:1:15
    1 | fetch.proxy = …
      |               ^ expected an address such as "http://proxy.example:3128"
    "#);
    insta::assert_snapshot!(wrong_source("proxy = true"), @r#"
    error: `proxy` cannot be `true`
     --> rassegna.toml:4:8
    4 | proxy =…
      |        ^ expected `false`, or an address such as "http://proxy.example:3128", or a table such as `{ url = "http://proxy.example:3128", auth.basic = { user = "rassegna", password = { credential = "NAME" } } }`
    "#);
    insta::assert_snapshot!(wrong_source("proxy = { auth = { basic = { user = \"u\", password = \"hunter2\" } }, ulr = \"http://proxy\" }"), @r#"
    error: `proxy` has no `url`
     --> rassegna.toml:4:1
    4 | proxy = { auth = { basic = { user = …
      | ^^^^^ expected `url`: an address such as "http://proxy.example:3128"

    error: `password` cannot be a string
     --> rassegna.toml:4:37
    4 | proxy = { auth = { basic = { user = …
      |                                     ^ expected `{ credential = "NAME" }` or `{ env = "NAME" }`: a secret is never in this file

    error: unknown key `ulr`
     --> rassegna.toml:4:37
    4 | proxy = { auth = { basic = { user = …
      |                                     ^ expected one of `url`, `auth`; did you mean `url`?
    "#);
}

#[test]
fn a_from_without_an_address_of_mail() {
    insta::assert_snapshot!(wrong("fetch.from = true"), @r"
    error: `from = true` takes the address of mail in `site.contact`, which has none
     --> rassegna.toml:1:14
    1 | fetch.from = true
      |              ^^^^ expected one there, or here
    ");
    insta::assert_snapshot!(wrong("fetch.from = true\nsite.contact = \"https://example.org/contact\""), @r"
    error: `from = true` takes the address of mail in `site.contact`, which has none
     --> rassegna.toml:1:14
    1 | fetch.from = true
      |              ^^^^ expected one there, or here
    ");
    insta::assert_snapshot!(wrong("fetch.from = \"Redazione <redazione@example.org>\""), @r#"
    error: `from`: `Redazione <redazione@example.org>` is not an address of mail
     --> rassegna.toml:1:14
    1 | fetch.from = "Redazione <redazione@example.org>"
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected an address of mail such as "redazione@example.org"
    "#);
}

#[test]
fn no_problem_shows_a_secret() {
    for keys in [
        "cookies.a = \"hunter2;\"",
        "cookies = \"hunter2\"",
        "cookies = [\"hunter2\"]",
        "headers.X-A = \"hunter2è\"",
        "headers = { \"A B\" = \"hunter2\" }",
        "post = \"hunter2\"",
        "post.form = \"hunter2\"",
        "post.json = \"hunter2\"",
        "post.bdy = \"hunter2\"",
        "post = { body = \"x\", type = \"hunter2\" }",
        "proxy = \"hunter2\"",
        "proxy = \"hunter2:hunter2@p\"",
        "proxy = { url = \"hunter2@p\" }",
        "proxy.auth = \"hunter2\"",
        "proxy.auth.basic = \"hunter2\"",
        "proxy.auth.bearer = \"hunter2\"",
    ] {
        let problems = wrong_source(keys);
        assert!(!problems.contains("hunter2"), "{keys}: {problems}");
        let file = format!("[source.asi]\nurl = \"https://a.example/\"\nlanguage = \"it\"\n{keys}");
        let included = load_files(&[("a.toml", "include = \"b.toml\""), ("b.toml", &file)]);
        assert!(!included.unwrap_err().contains("hunter2"), "{keys}");
    }
}
