//! The text of every problem that a configuration can have.

use super::{load_files, wrong, wrong_source};

#[test]
fn an_unknown_key() {
    insta::assert_snapshot!(wrong("[schedule]\nevry = \"30m\""), @r#"
    error: unknown key `evry`
     --> rassegna.toml:2:1
    2 | evry = "30m"
      | ^^^^ expected one of `cron`, `every`, `adaptive`; did you mean `every`?
    "#);
    insta::assert_snapshot!(wrong("[sources.asi]\nurl = \"https://a.example/\""), @r"
    error: unknown key `sources`
     --> rassegna.toml:1:2
    1 | [sources.asi]
      |  ^^^^^^^ expected one of `include`, `site`, `schedule`, `fetch`, `store`, `publish`, `serve`, `source`, `feed`; did you mean `source`?
    ");
    insta::assert_snapshot!(wrong_source("listing = { item = \"li\", titel = \"h3\" }"), @r#"
    error: unknown key `titel`
     --> rassegna.toml:4:26
    4 | listing = { item = "li", titel = "h3" }
      |                          ^^^^^ expected one of `item`, `title`, `link`, `date`, `summary`, `image`, `author`, `category`, `group`, `next`; did you mean `title`?
    "#);
}

#[test]
fn a_kind_that_there_is_not() {
    insta::assert_snapshot!(wrong_source("kind = \"site map\""), @r#"
    error: `kind` cannot be `site map`
     --> rassegna.toml:4:8
    4 | kind = "site map"
      |        ^^^^^^^^^^ expected one of `feed`, `listing`, `article`, `json`, `sitemap`; did you mean `sitemap`?
    "#);
}

#[test]
fn paths_of_json() {
    insta::assert_snapshot!(wrong_source("json.items = \"$.x[\"\njson.title = [\"$.t\", \"headline\"]\njson.link = \"https://a.example/{$.slug\""), @r#"
    error: `items`: `$.x[` is not a path: it goes wrong at `[`
     --> rassegna.toml:4:14
    4 | json.items = "$.x["
      |              ^^^^^^ expected a JSONPath (RFC 9535) such as "$.results[*]"

    error: `title`: `headline` has no path in it
     --> rassegna.toml:5:22
    5 | json.title = ["$.t", "headline"]
      |                      ^^^^^^^^^^ expected a JSONPath relative to the item such as "$.headline", or a text with such paths in braces such as "https://agenzia.example/{$.slug}"

    error: `link`: `https://a.example/{$.slug` has a brace that is not closed
     --> rassegna.toml:6:13
    6 | json.link = "https://a.example/{$.slug"
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected a JSONPath relative to the item such as "$.headline", or a text with such paths in braces such as "https://agenzia.example/{$.slug}"
    "#);
    insta::assert_snapshot!(wrong_source("json.items = \"$\""), @r#"
    error: `json` has no `title`
     --> rassegna.toml:4:1
    4 | json.items = "$"
      | ^^^^ expected `title`: a JSONPath relative to the item such as "$.headline", or a text with such paths in braces such as "https://agenzia.example/{$.slug}", or a list of such
    "#);
}

#[test]
fn rules_of_two_kinds() {
    insta::assert_snapshot!(wrong_source("kind = \"sitemap\"\nlisting.item = \"li\"\njson = { items = \"$\", title = \"$.t\" }"), @r#"
    error: this kind has no use for `listing`
     --> rassegna.toml:4:8
    4 | kind = "sitemap"
      |        ^^^^^^^^^ expected "listing", or no rules
      = `listing` is at rassegna.toml:5:1

    error: this kind has no use for `json`
     --> rassegna.toml:4:8
    4 | kind = "sitemap"
      |        ^^^^^^^^^ expected "json", or no rules
      = `json` is at rassegna.toml:6:1

    error: `json` cannot stand beside `listing`
     --> rassegna.toml:6:1
    6 | json = { items = "$", title = "$.t" }
      | ^^^^ expected the rules of one kind of document only
      = `listing` is at rassegna.toml:5:1
    "#);
}

#[test]
fn bounds_that_bound_nothing() {
    insta::assert_snapshot!(wrong("schedule.adaptive = { min = \"2h\", max = \"120m\" }"), @r#"
    error: `max` is not longer than `min`
     --> rassegna.toml:1:41
    1 | schedule.adaptive = { min = "2h", max = "120m" }
      |                                         ^^^^^^ expected a longer duration; for an even interval, `every` instead of `adaptive`
    "#);
    insta::assert_snapshot!(wrong("schedule.adaptive = { min = \"10s\" }"), @r#"
    error: `adaptive` has no `max`
     --> rassegna.toml:1:10
    1 | schedule.adaptive = { min = "10s" }
      |          ^^^^^^^^ expected `max`: a duration of at least 1m, such as "10m" or "2h"

    error: `min`: `10s` is too short: at least 1m
     --> rassegna.toml:1:29
    1 | schedule.adaptive = { min = "10s" }
      |                             ^^^^^ expected a duration of at least 1m, such as "10m" or "2h"
    "#);
    insta::assert_snapshot!(wrong("schedule = { every = \"1h\", adaptive = { min = \"5m\", max = \"3h\" } }"), @r#"
    error: `schedule` cannot have `every`, `adaptive` together
     --> rassegna.toml:1:28
    1 | schedule = { every = "1h", adaptive = { min = "5m", max = "3h" } }
      |                            ^^^^^^^^ expected exactly one of `cron`, `every`, `adaptive`
    "#);
    insta::assert_snapshot!(wrong("schedule.adaptive = \"30m\""), @r#"
    error: `adaptive` cannot be a string
     --> rassegna.toml:1:21
    1 | schedule.adaptive = "30m"
      |                     ^^^^^ expected a table such as `{ min = "10m", max = "90m" }`
    "#);
}

#[test]
fn a_wrong_type() {
    insta::assert_snapshot!(wrong("fetch.timeout = 30\nfetch.concurrency = \"64\"\nsite = 1\nserve.listen = false\npublish.formats = \"rss\""), @r#"
    error: `timeout` cannot be a number
     --> rassegna.toml:1:17
    1 | fetch.timeout = 30
      |                 ^^ expected a duration from 1s to 5m, such as "30s"

    error: `concurrency` cannot be a string
     --> rassegna.toml:2:21
    2 | fetch.concurrency = "64"
      |                     ^^^^ expected a whole number from 1 to 1024

    error: `site` cannot be a number
     --> rassegna.toml:3:8
    3 | site = 1
      |        ^ expected a table such as `[site]`

    error: `listen` cannot be `false`
     --> rassegna.toml:4:16
    4 | serve.listen = false
      |                ^^^^^ expected an address such as "127.0.0.1:8080" or "unix:/run/rassegna/http.sock", "systemd", or "off"

    error: `formats` cannot be a string
     --> rassegna.toml:5:19
    5 | publish.formats = "rss"
      |                   ^^^^^ expected a list of one or more, each one of `rss`, `atom`, `json`, `html`
    "#);
    insta::assert_snapshot!(wrong_source("timezone = 1\nlisting = []\nenabled = \"yes\"\ntitle = 2026-01-01\npriority = 1.5"), @r#"
    error: `timezone` cannot be a number
     --> rassegna.toml:4:12
    4 | timezone = 1
      |            ^ expected a name of the IANA time zone database such as "Europe/Rome"

    error: `listing` cannot be a list
     --> rassegna.toml:5:11
    5 | listing = []
      |           ^^ expected a table with at least `listing.item`

    error: `enabled` cannot be a string
     --> rassegna.toml:6:11
    6 | enabled = "yes"
      |           ^^^^^ expected `true` or `false`

    error: `title` cannot be a date
     --> rassegna.toml:7:9
    7 | title = 2026-01-01
      |         ^^^^^^^^^^ expected a text

    error: `priority` cannot be a fraction
     --> rassegna.toml:8:12
    8 | priority = 1.5
      |            ^^^ expected a whole number from -1000 to 1000
    "#);
    insta::assert_snapshot!(wrong("include = [1]\n[source]\na = 1"), @r"
    error: `include` cannot be a number
     --> rassegna.toml:1:12
    1 | include = [1]
      |            ^ expected a path

    error: `a` cannot be a number
     --> rassegna.toml:3:5
    3 | a = 1
      |     ^ expected a table such as `[source.agenzia]`
    ");
}

#[test]
fn numbers_out_of_bounds() {
    insta::assert_snapshot!(wrong("fetch.concurrency = 0\nfetch.per_host = 65\npublish.entries = 1001\npublish.days = -1"), @r"
    error: `concurrency` is too small
     --> rassegna.toml:1:21
    1 | fetch.concurrency = 0
      |                     ^ expected a whole number from 1 to 1024

    error: `per_host` is too big
     --> rassegna.toml:2:18
    2 | fetch.per_host = 65
      |                  ^^ expected a whole number from 1 to 64

    error: `entries` is too big
     --> rassegna.toml:3:19
    3 | publish.entries = 1001
      |                   ^^^^ expected a whole number from 1 to 1000

    error: `days` is too small
     --> rassegna.toml:4:16
    4 | publish.days = -1
      |                ^^ expected a whole number from 0 to 366
    ");
    insta::assert_snapshot!(wrong("fetch.concurrency = 99999999999999999999"), @r"
    error: `concurrency` is too big
     --> rassegna.toml:1:21
    1 | fetch.concurrency = 99999999999999999999
      |                     ^^^^^^^^^^^^^^^^^^^^ expected a whole number from 1 to 1024
    ");
}

#[test]
fn durations_and_sizes_out_of_bounds() {
    insta::assert_snapshot!(wrong("fetch.timeout = \"6m\"\nfetch.gap = \"1 fortnight\"\nfetch.max_body = \"1 kB\"\nstore.keep = \"5h\"\nschedule.every = \"0s\""), @r#"
    error: `timeout`: `6m` is too long: at most 5m
     --> rassegna.toml:1:17
    1 | fetch.timeout = "6m"
      |                 ^^^^ expected a duration from 1s to 5m, such as "30s"

    error: `gap`: `fortnight` is not a unit of time
     --> rassegna.toml:2:13
    2 | fetch.gap = "1 fortnight"
      |             ^^^^^^^^^^^^^ expected a duration up to 10m, such as "1s"

    error: `max_body`: `1 kB` is too small: at least 64 KiB
     --> rassegna.toml:3:18
    3 | fetch.max_body = "1 kB"
      |                  ^^^^^^ expected a size from 64 KiB to 256 MiB, such as "10 MiB"

    error: `keep`: `5h` is too short: at least 1d
     --> rassegna.toml:4:14
    4 | store.keep = "5h"
      |              ^^^^ expected a duration of at least 1d, such as "400d"

    error: `every`: `0s` is too short: at least 1s
     --> rassegna.toml:5:18
    5 | schedule.every = "0s"
      |                  ^^^^ expected a duration of at least 1s, such as "30m" or "1h30m"
    "#);
    insta::assert_snapshot!(wrong("fetch.max_body = \"1 GiB\"\nfetch.timeout = \"0s\""), @r#"
    error: `max_body`: `1 GiB` is too big: at most 256 MiB
     --> rassegna.toml:1:18
    1 | fetch.max_body = "1 GiB"
      |                  ^^^^^^^ expected a size from 64 KiB to 256 MiB, such as "10 MiB"

    error: `timeout`: `0s` is too short: at least 1s
     --> rassegna.toml:2:17
    2 | fetch.timeout = "0s"
      |                 ^^^^ expected a duration from 1s to 5m, such as "30s"
    "#);
}

#[test]
fn empty_texts_and_lists() {
    insta::assert_snapshot!(wrong("site.title = \" \"\nsite.languages = []\npublish.formats = []\nstore.path = \"\""), @r#"
    error: `title`: an empty text says nothing
     --> rassegna.toml:1:14
    1 | site.title = " "
      |              ^^^ expected a text

    error: `languages` is empty
     --> rassegna.toml:2:18
    2 | site.languages = []
      |                  ^^ expected a list of one or more, each a language tag (BCP 47) such as "it" or "pt-BR"

    error: `formats` is empty
     --> rassegna.toml:3:19
    3 | publish.formats = []
      |                   ^^ expected a list of one or more, each one of `rss`, `atom`, `json`, `html`

    error: `path`: an empty text says nothing
     --> rassegna.toml:4:14
    4 | store.path = ""
      |              ^^ expected a path
    "#);
}

#[test]
fn words_that_are_none_of_the_choices() {
    insta::assert_snapshot!(wrong("publish.content = \"ful\"\npublish.formats = [\"rss\", \"atm\"]"), @r#"
    error: `content` cannot be `ful`
     --> rassegna.toml:1:19
    1 | publish.content = "ful"
      |                   ^^^^^ expected one of `summary`, `full`; did you mean `full`?

    error: `formats` cannot be `atm`
     --> rassegna.toml:2:27
    2 | publish.formats = ["rss", "atm"]
      |                           ^^^^^ expected one of `rss`, `atom`, `json`, `html`; did you mean `atom`?
    "#);
}

#[test]
fn a_schedule_needs_exactly_one_plan() {
    insta::assert_snapshot!(wrong("[schedule]"), @r"
    error: `schedule` has none of `cron`, `every`, `adaptive`
     --> rassegna.toml:1:2
    1 | [schedule]
      |  ^^^^^^^^ expected exactly one of `cron`, `every`, `adaptive`
    ");
    insta::assert_snapshot!(wrong("[schedule]\ncron = \"@daily\"\nevery = \"1h\""), @r#"
    error: `schedule` cannot have `cron`, `every` together
     --> rassegna.toml:3:1
    3 | every = "1h"
      | ^^^^^ expected exactly one of `cron`, `every`, `adaptive`
    "#);
}

#[test]
fn a_bad_crontab() {
    insta::assert_snapshot!(wrong("[schedule]\ncron = \"0 */5 * *\""), @r#"
    error: `cron`: `0 */5 * *` has 4 fields, expected 5, or 6 with seconds first
     --> rassegna.toml:2:8
    2 | cron = "0 */5 * *"
      |        ^^^^^^^^^^^ expected minute, hour, day of month, month and weekday as in "0 9 * * 1-5", or a name such as "@daily"
    "#);
    insta::assert_snapshot!(wrong("[schedule]\ncron = \"0 0 30 2 *\""), @r#"
    error: `cron`: `0 0 30 2 *` never matches: no month of it has such a day
     --> rassegna.toml:2:8
    2 | cron = "0 0 30 2 *"
      |        ^^^^^^^^^^^^ expected minute, hour, day of month, month and weekday as in "0 9 * * 1-5", or a name such as "@daily"
    "#);
}

#[test]
fn one_address_for_the_public_and_the_operator() {
    insta::assert_snapshot!(wrong("serve = { listen = \"0.0.0.0:80\", admin = \"0.0.0.0:80\" }"), @r#"
    error: `admin` is the same address as `listen`
     --> rassegna.toml:1:42
    1 | serve = { listen = "0.0.0.0:80", admin = "0.0.0.0:80" }
      |                                          ^^^^^^^^^^^^ expected another one, or "off"
    "#);
}

#[test]
fn a_city_is_found_in_its_zone() {
    let said = wrong("site.timezone = \"buenos aires\"");
    assert!(
        said.contains("did you mean `America/Argentina/Buenos_Aires`?")
            || said.contains("did you mean `America/Buenos_Aires`?"),
        "{said}"
    );
    let said = wrong("site.timezone = \"rome\"");
    assert!(said.contains("did you mean `Europe/Rome`?"), "{said}");
}

#[test]
fn zones_languages_and_addresses() {
    insta::assert_snapshot!(wrong("site.timezone = \"Europe/Roma\"\nsite.languages = [\"it\", \"italiano\"]\nsite.url = \"rassegna.example\"\nserve.admin = \"8081\"\nfetch.allow = [\"intranet\"]"), @r#"
    error: `timezone`: no time zone is called `Europe/Roma`; did you mean `Europe/Rome`?
     --> rassegna.toml:1:17
    1 | site.timezone = "Europe/Roma"
      |                 ^^^^^^^^^^^^^ expected a name of the IANA time zone database such as "Europe/Rome"

    error: `languages`: `italiano` is not a language tag
     --> rassegna.toml:2:25
    2 | site.languages = ["it", "italiano"]
      |                         ^^^^^^^^^^ expected a language tag (BCP 47) such as "it" or "pt-BR"

    error: `url`: `rassegna.example` lacks `https://`
     --> rassegna.toml:3:12
    3 | site.url = "rassegna.example"
      |            ^^^^^^^^^^^^^^^^^^ expected an address such as "https://rassegna.example.org/"

    error: `admin`: `8081` has no host
     --> rassegna.toml:4:15
    4 | serve.admin = "8081"
      |               ^^^^^^ expected an address such as "127.0.0.1:8080" or "unix:/run/rassegna/http.sock", "systemd", or "off"

    error: `allow`: `intranet` is not a network
     --> rassegna.toml:5:16
    5 | fetch.allow = ["intranet"]
      |                ^^^^^^^^^^ expected a network such as "10.1.0.0/16"
    "#);
    insta::assert_snapshot!(wrong("[source.a]\nurl = \"ftp://a.example/\"\nlanguage = \"it\""), @r#"
    error: `url`: `ftp` addresses cannot be fetched
     --> rassegna.toml:2:7
    2 | url = "ftp://a.example/"
      |       ^^^^^^^^^^^^^^^^^^ expected an address such as "https://agenzia.example/notizie" or "file:///srv/page.html"
    "#);
}

#[test]
fn an_id_that_cannot_be_one() {
    insta::assert_snapshot!(wrong("[source.ASI]\nurl = \"https://a.example/\"\nlanguage = \"it\""), @r"
    error: `ASI` cannot be a name
     --> rassegna.toml:1:9
    1 | [source.ASI]
      |         ^^^ expected 1 to 64 lower-case letters, digits, `-` and `_`, the first of them a letter or a digit
    ");
    insta::assert_snapshot!(wrong("[feed.search]\nwhere = {}"), @r"
    error: `search` is reserved
     --> rassegna.toml:1:7
    1 | [feed.search]
      |       ^^^^^^ expected 1 to 64 lower-case letters, digits, `-` and `_`, and none of `source`, `tag`, `health`, `archive`, `search`, `status`, `metrics`, `healthz`, `opml`
    ");
    insta::assert_snapshot!(wrong_source("tags = [\"Due Parole\"]"), @r#"
    error: `tags`: `Due Parole` cannot be a name
     --> rassegna.toml:4:9
    4 | tags = ["Due Parole"]
      |         ^^^^^^^^^^^^ expected 1 to 64 lower-case letters, digits, `-` and `_`, the first of them a letter or a digit
    "#);
}

#[test]
fn a_source_needs_one_address() {
    insta::assert_snapshot!(wrong("[source.a]\nlanguage = \"it\""), @r"
    error: `a` has none of `url`, `urls`
     --> rassegna.toml:1:9
    1 | [source.a]
      |         ^ expected exactly one of `url`, `urls`
    ");
    insta::assert_snapshot!(wrong("[source.a]\nurl = \"https://a.example/\"\nurls = { it = \"https://a.example/it\" }"), @r#"
    error: `a` cannot have `url`, `urls` together
     --> rassegna.toml:3:1
    3 | urls = { it = "https://a.example/it" }
      | ^^^^ expected exactly one of `url`, `urls`
    "#);
    insta::assert_snapshot!(wrong("[source.a]\nulr = \"https://a.example/\"\nlanguage = \"it\""), @r#"
    error: unknown key `ulr`
     --> rassegna.toml:2:1
    2 | ulr = "https://a.example/"
      | ^^^ expected one of `title`, `url`, `urls`, `language`, `timezone`, `tags`, `priority`, `rights`, `kind`, `listing`, `json`, `schedule`, `dates`, `headers`, `cookies`, `auth`, `post`, `robots`, `proxy`, `tls_insecure`, `enabled`, `content`, `follow`, `repair`, `pages`; did you mean `url`?
    "#);
    insta::assert_snapshot!(wrong("[source.a]\nurls = {}"), @r"
    error: `urls` is empty
     --> rassegna.toml:2:1
    2 | urls = {}
      | ^^^^ expected one address for each language
    ");
}

#[test]
fn languages_and_addresses_must_agree() {
    insta::assert_snapshot!(wrong("[source.a]\nlanguage = \"it\"\nurls = { it = \"https://a.example/it\", it-IT = \"https://a.example/\" }"), @r#"
    error: `language` cannot stand beside `urls`
     --> rassegna.toml:2:1
    2 | language = "it"
      | ^^^^^^^^ expected only `urls`, which says the languages
      = `urls` is at rassegna.toml:3:1

    error: `it` has two addresses
     --> rassegna.toml:3:39
    3 | urls = { it = "https://a.example/it", it-IT = "https://a.example/" }
      |                                       ^^^^^ expected one address for each language
    "#);
    insta::assert_snapshot!(wrong("[source.a]\nurls = { italiano = \"https://a.example/it\" }"), @r#"
    error: `italiano` is not a language tag
     --> rassegna.toml:2:10
    2 | urls = { italiano = "https://a.example/it" }
      |          ^^^^^^^^ expected a language tag (BCP 47) such as "it" or "pt-BR"
    "#);
}

#[test]
fn a_source_without_any_language() {
    insta::assert_snapshot!(wrong("[source.a]\nurl = \"https://a.example/\""), @r"
    error: `a` has no language
     --> rassegna.toml:1:9
    1 | [source.a]
      |         ^ expected `language` here, or `languages` in `[site]`
    ");
}

#[test]
fn a_listing_without_item() {
    insta::assert_snapshot!(wrong_source("listing.title = \"h3\""), @r#"
    error: `listing` has no `item`
     --> rassegna.toml:4:1
    4 | listing.title = "h3"
      | ^^^^^^^ expected `item`: a CSS selector such as `h3 a`, `div.news > p`, `[data-id]`, `li:nth-child(2)`, `a:not(.more)`, `tr:has(td)`; `:contains()`, `::text` and `:nth-child(n of S)` are not supported
    "#);
}

#[test]
fn a_bad_selector() {
    insta::assert_snapshot!(wrong_source("listing.item = \"li:contains('x')\""), @r#"
    error: `item`: `li:contains('x')` is not a selector
     --> rassegna.toml:4:16
    4 | listing.item = "li:contains('x')"
      |                ^^^^^^^^^^^^^^^^^^ expected a CSS selector such as `h3 a`, `div.news > p`, `[data-id]`, `li:nth-child(2)`, `a:not(.more)`, `tr:has(td)`; `:contains()`, `::text` and `:nth-child(n of S)` are not supported
    "#);
    insta::assert_snapshot!(wrong_source("listing = { item = \"li\", date = [\"time@datetime\", \"p::text\"] }"), @r#"
    error: `date`: `p::text` is not a selector
     --> rassegna.toml:4:51
    4 | listing = { item = "li", date = ["time@datetime", "p::text"] }
      |                                                   ^^^^^^^^^ expected a CSS selector such as `h3 a`, `div.news > p`, `li:nth-child(2)`, `tr:has(td)`, with an attribute `time@datetime`, or `@attribute` of the item, or `@url`; `:contains()`, `::text` and `:nth-child(n of S)` are not supported
    "#);
}

#[test]
fn a_bad_pick() {
    insta::assert_snapshot!(wrong_source("listing = { item = \"li\", date = { select = \"time@datetime\", attr = \"title\" } }"), @r#"
    error: `attr` beside an attribute in `select`
     --> rassegna.toml:4:61
    4 | listing = { item = "li", date = { select = "time@datetime", attr = "title" } }
      |                                                             ^^^^ expected the attribute in one place only
    "#);
    insta::assert_snapshot!(wrong_source("listing = { item = \"li\", date = { select = \"time\", regex = \"(\\\\d\", attr = \"a b\" } }"), @r#"
    error: `regex`: the pattern `(\d` cannot be read: unclosed group
     --> rassegna.toml:4:60
    4 | listing = { item = "li", date = { select = "time", regex = "(\\d", attr = "a b" } }
      |                                                            ^^^^^^ expected a regular expression

    error: `attr`: `a b` is not the name of an attribute
     --> rassegna.toml:4:75
    4 | listing = { item = "li", date = { select = "time", regex = "(\\d", attr = "a b" } }
      |                                                                           ^^^^^ expected the name of an attribute
    "#);
}

#[test]
fn rules_beside_a_kind_without_use_for_them() {
    insta::assert_snapshot!(wrong_source("kind = \"feed\"\nlisting.item = \"li\""), @r#"
    error: this kind has no use for `listing`
     --> rassegna.toml:4:8
    4 | kind = "feed"
      |        ^^^^^^ expected "listing", or no rules
      = `listing` is at rassegna.toml:5:1
    "#);
}

#[test]
fn a_bad_date_format() {
    insta::assert_snapshot!(wrong_source("dates.format = \"%d/%Q\""), @r#"
    error: `format`: `%d/%Q` has a specifier that is unknown
     --> rassegna.toml:4:16
    4 | dates.format = "%d/%Q"
      |                ^^^^^^^ expected a strftime pattern such as "%d/%m/%Y %H:%M"
    "#);
}

#[test]
fn headers_that_a_source_cannot_set() {
    insta::assert_snapshot!(wrong_source("headers = { If-None-Match = \"x\", \"A B\" = \"x\", X-A = \"è\" }"), @r"
    error: `If-None-Match` is set by the program itself
     --> rassegna.toml:4:13
    4 | headers = { If-None-Match = …
      |             ^^^^^^^^^^^^^ expected a name such as `Accept-Language`

    error: `A B` is not the name of a header
     --> rassegna.toml:4:29
    4 | headers = { If-None-Match = …
      |                             ^ expected a name such as `Accept-Language`

    error: `X-A`: a header's value has characters that no header may have
     --> rassegna.toml:4:29
    4 | headers = { If-None-Match = …
      |                             ^ expected printable ASCII
    ");
    insta::assert_snapshot!(wrong_source("headers.Authorization = \"Bearer hunter2\""), @r"
    error: `Authorization` is a secret: `auth.bearer` or `auth.basic` read it from outside of this file
     --> rassegna.toml:4:9
    4 | headers.Authorization = …
      |         ^^^^^^^^^^^^^ expected a name such as `Accept-Language`
    ");
}

#[test]
fn a_secret_in_the_file_is_refused_and_not_shown() {
    insta::assert_snapshot!(wrong_source("auth.bearer = \"hunter2\""), @r#"
    error: `bearer` cannot be a string
     --> rassegna.toml:4:15
    4 | auth.bearer = …
      |               ^ expected `{ credential = "NAME" }` or `{ env = "NAME" }`: a secret is never in this file
    "#);
    insta::assert_snapshot!(wrong_source("auth.basic = { user = \"u\", password = \"hunter2\" }"), @r#"
    error: `password` cannot be a string
     --> rassegna.toml:4:23
    4 | auth.basic = { user = …
      |                       ^ expected `{ credential = "NAME" }` or `{ env = "NAME" }`: a secret is never in this file
    "#);
    insta::assert_snapshot!(wrong_source("auth = \"hunter2\""), @r"
    error: `auth` cannot be a string
     --> rassegna.toml:4:8
    4 | auth = …
      |        ^ expected a table with `bearer` or `basic`
    ");
    insta::assert_snapshot!(wrong_source("auth.token = \"hunter2\""), @r"
    error: unknown key `token`
     --> rassegna.toml:4:6
    4 | auth.token = …
      |      ^^^^^ expected one of `bearer`, `basic`
    ");
    insta::assert_snapshot!(wrong("[source.a]\nurl = \"https://user:hunter2@a.example/\"\nlanguage = \"it\""), @r#"
    error: `url`: an address cannot carry a user and a password; `auth.basic` can
     --> rassegna.toml:2:7
    2 | url = …
      |       ^ expected an address such as "https://agenzia.example/notizie" or "file:///srv/page.html"
    "#);
}

#[test]
fn a_secret_that_cannot_be_had() {
    insta::assert_snapshot!(wrong_source("auth.bearer = { env = \"NOT_SET\" }"), @r"
    error: the variable `NOT_SET` is not set
     --> rassegna.toml:4:15
    4 | auth.bearer = { env = …
      |               ^^^^^^^^ expected `NOT_SET` in the environment
    ");
    insta::assert_snapshot!(wrong_source("auth.bearer = { credential = \"blank\" }"), @r"
    error: the credential `blank` is empty
     --> rassegna.toml:4:15
    4 | auth.bearer = { credential = …
      |               ^^^^^^^^^^^^^^^ expected `LoadCredential=blank:/path/of/the/secret` in the systemd unit
    ");
    insta::assert_snapshot!(wrong_source("auth.bearer = { env = \"TWO_LINES\" }"), @r"
    error: the variable `TWO_LINES` has more than one line
     --> rassegna.toml:4:15
    4 | auth.bearer = { env = …
      |               ^^^^^^^^ expected `TWO_LINES` in the environment
    ");
    insta::assert_snapshot!(wrong_source("auth.bearer = { credential = \"gone\" }"), @r"
    error: no credential `gone` in credentials: No such file or directory (os error 2)
     --> rassegna.toml:4:15
    4 | auth.bearer = { credential = …
      |               ^^^^^^^^^^^^^^^ expected `LoadCredential=gone:/path/of/the/secret` in the systemd unit
    ");
    insta::assert_snapshot!(wrong_source("auth.bearer = {}"), @r"
    error: `bearer` has none of `credential`, `env`
     --> rassegna.toml:4:6
    4 | auth.bearer =…
      |      ^^^^^^ expected exactly one of `credential`, `env`
    ");
    insta::assert_snapshot!(wrong_source("auth.bearer = { credential = \"../x\" }"), @r"
    error: `credential`: `../x` is not the name of a credential
     --> rassegna.toml:4:30
    4 | auth.bearer = { credential = …
      |                              ^ expected a name of letters, digits, `.`, `-` and `_`
    ");
    insta::assert_snapshot!(wrong_source("auth.basic = { user = \"a:b\", password = { env = \"A B\" } }"), @r"
    error: `env`: `A B` is not the name of a variable
     --> rassegna.toml:4:23
    4 | auth.basic = { user = …
      |                       ^ expected a name of letters, digits and `_`

    error: `user`: `a:b` cannot be a user's name
     --> rassegna.toml:4:23
    4 | auth.basic = { user = …
      |                       ^ expected a name without `:`
    ");
}

#[test]
fn filters_name_what_exists() {
    insta::assert_snapshot!(wrong_source("tags = [\"region\"]\n[feed.x]\nwhere = { tag = [\"regio\"], source = \"aso\", language = [\"fr\"] }"), @r#"
    error: no source has the tag `regio`
     --> rassegna.toml:6:18
    6 | where = { tag = ["regio"], source = "aso", language = ["fr"] }
      |                  ^^^^^^^ did you mean `region`?

    error: no source is called `aso`
     --> rassegna.toml:6:37
    6 | where = { tag = ["regio"], source = "aso", language = ["fr"] }
      |                                     ^^^^^ did you mean `asi`?

    error: no source writes in `fr`
     --> rassegna.toml:6:56
    6 | where = { tag = ["regio"], source = "aso", language = ["fr"] }
      |                                                        ^^^^ expected `it`
    "#);
    insta::assert_snapshot!(wrong("[feed.x]\nwhere.tag = \"region\""), @r#"
    error: no source has the tag `region`
     --> rassegna.toml:2:13
    2 | where.tag = "region"
      |             ^^^^^^^^ there is none yet
    "#);
}

#[test]
fn needles_that_cannot_be_read() {
    insta::assert_snapshot!(wrong_source("[feed.x]\nwhere = { text = [\"/a(b/\", \"…\"] }"), @r#"
    error: `text`: the pattern `a(b` cannot be read: unclosed group
     --> rassegna.toml:5:19
    5 | where = { text = ["/a(b/", "…"] }
      |                   ^^^^^^^ expected words such as "osservazione della terra", or a regular expression such as '/COSMO.?SkyMed/'

    error: `text`: there is no word in `…`
     --> rassegna.toml:5:28
    5 | where = { text = ["/a(b/", "…"] }
      |                            ^^^ expected words such as "osservazione della terra", or a regular expression such as '/COSMO.?SkyMed/'
    "#);
}

#[test]
fn a_feed_needs_a_filter() {
    insta::assert_snapshot!(wrong("site.languages = [\"it\", \"en\"]\n[feed.itt]\ntitle = \"x\""), @r"
    error: `itt` is not a language of the site, and has no `where`
     --> rassegna.toml:2:7
    2 | [feed.itt]
      |       ^^^ expected `where`, or one of `it`, `en`; did you mean `it`?
    ");
    insta::assert_snapshot!(wrong("[feed.x]"), @r"
    error: `x` is not a language of the site, and has no `where`
     --> rassegna.toml:1:7
    1 | [feed.x]
      |       ^ expected `where`; `where = {}` takes everything
    ");
}

#[test]
fn the_feed_of_a_language_keeps_it() {
    insta::assert_snapshot!(wrong("site.languages = [\"it\", \"en\"]\n[feed.it]\nwhere.language = [\"en\"]"), @r#"
    error: the feed `it` has one language
     --> rassegna.toml:3:18
    3 | where.language = ["en"]
      |                  ^^^^^^ expected no `language`, or a feed with another id
    "#);
}

#[test]
fn aliases_that_are_taken() {
    insta::assert_snapshot!(wrong("site.languages = [\"it\"]\n[feed.x]\nwhere = {}\naliases = [\"it\", \"old\"]\n[feed.y]\nwhere = {}\naliases = [\"old\", \"status\"]"), @r#"
    error: `it` is the id of a feed
     --> rassegna.toml:4:12
    4 | aliases = ["it", "old"]
      |            ^^^^ expected an id that no feed has any more

    error: `old` is an alias of `x` already
     --> rassegna.toml:7:12
    7 | aliases = ["old", "status"]
      |            ^^^^^ expected each alias once

    error: `aliases`: `status` is reserved
     --> rassegna.toml:7:19
    7 | aliases = ["old", "status"]
      |                   ^^^^^^^^ expected 1 to 64 lower-case letters, digits, `-` and `_`, and none of `source`, `tag`, `health`, `archive`, `search`, `status`, `metrics`, `healthz`, `opml`
    "#);
}

#[test]
fn a_source_that_no_feed_takes() {
    insta::assert_snapshot!(wrong("site.languages = [\"it\"]\n[source.a]\nurl = \"https://a.example/\"\nlanguage = \"en\""), @r"
    error: no feed takes what `a` writes in `en`
     --> rassegna.toml:2:9
    2 | [source.a]
      |         ^ expected `en` in `site.languages`, or a feed that takes it
    ");
}

#[test]
fn what_is_not_toml() {
    insta::assert_snapshot!(wrong("[site]\ntitle = Rassegna\ntimezone = \"UTC\n"), @r#"
    error: string values must be quoted
     --> rassegna.toml:2:9
    2 | title = Rassegna
      |         ^^^^^^^^ expected literal string

    error: invalid basic string
     --> rassegna.toml:3:16
    3 | timezone = "UTC
      |                ^ expected `"`
    "#);
    insta::assert_snapshot!(wrong("[site]\ntitle = \"a\"\ntitle = \"b\""), @r#"
    error: duplicate key
     --> rassegna.toml:3:1
    3 | title = "b"
      | ^^^^^
    "#);
    insta::assert_snapshot!(wrong("[site\n"), @r"
    error: unclosed table
     --> rassegna.toml:1:6
    1 | [site
      |      ^ expected `]`
    ");
    insta::assert_snapshot!(wrong("title"), @r"
    error: key with no value
     --> rassegna.toml:1:6
    1 | title
      |      ^ expected `=`
    ");
}

#[test]
fn the_same_table_in_two_files() {
    insta::assert_snapshot!(load_files(&[("a.toml", "include = \"b.toml\"\n[fetch]\ngap = \"1s\"\n[source.x]\nurl = \"https://a.example/\""), ("b.toml", "[fetch]\ngap = \"2s\"\n[source.x]\nurl = \"https://b.example/\"")]).unwrap_err(), @r#"
    error: `fetch.gap` is defined twice
     --> b.toml:2:1
    2 | gap = "2s"
      | ^^^ one of the two must go
      = first defined at a.toml:3:1

    error: `source.x` is defined twice
     --> b.toml:3:9
    3 | [source.x]
      |         ^ one of the two must go
      = first defined at a.toml:4:9
    "#);
}

#[test]
fn an_include_that_is_not_there() {
    insta::assert_snapshot!(wrong("include = [\"gone.toml\", \"none/*.toml\"]"), @r#"
    error: gone.toml cannot be read: No such file or directory (os error 2)
     --> rassegna.toml:1:12
    1 | include = ["gone.toml", "none/*.toml"]
      |            ^^^^^^^^^^^ expected a file in UTF-8
    "#);
}

#[test]
fn an_include_that_leads_back() {
    insta::assert_snapshot!(load_files(&[("a.toml", "include = \"b.toml\""), ("b.toml", "include = \"*.toml\"")]).unwrap_err(), @r#"
    error: a.toml includes itself
     --> b.toml:1:11
    1 | include = "*.toml"
      |           ^^^^^^^^ expected a file that does not lead back here

    error: b.toml includes itself
     --> b.toml:1:11
    1 | include = "*.toml"
      |           ^^^^^^^^ expected a file that does not lead back here
    "#);
}

#[test]
fn a_broken_include_does_not_hide_other_errors() {
    insta::assert_snapshot!(load_files(&[("a.toml", "include = \"b/*.toml\"\n[feed.x]\nwhere.source = \"y\"\ntitel = 1"), ("b/c.toml", "[source.y\n")]).unwrap_err(), @r"
    error: unknown key `titel`
     --> a.toml:4:1
    4 | titel = 1
      | ^^^^^ expected one of `title`, `description`, `where`, `aliases`, `enabled`; did you mean `title`?

    error: unclosed table
     --> b/c.toml:1:10
    1 | [source.y
      |          ^ expected `]`
    ");
}
