use super::phrases::PHRASES;
use super::*;

fn told(html: &str) -> Option<Instead> {
    of(&Html::parse_document(html), Found::default())
}

#[test]
fn what_stands_in_place_of_the_page_is_told_in_many_languages() {
    use Instead::*;
    let rows = [
        (
            BotCheck,
            "<title>Just a moment...</title><noscript>Enable JavaScript</noscript>",
        ),
        (
            BotCheck,
            "<title>Agenzia Ardesia</title><h2>Verifica di essere umano</h2><p>Stiamo controllando il tuo browser.</p>",
        ),
        (
            BotCheck,
            "<title>Ardesia</title><p>Ein Schritt noch.</p><form action=/pruefung><div class='x-captcha'></div><input type=submit></form>",
        ),
        (
            BotCheck,
            "<title>portail.example</title><p>Veuillez confirmer : je ne suis pas un robot.</p>",
        ),
        (
            BotCheck,
            "<title>x</title><script src=/cdn/challenge.js></script>",
        ),
        (
            Denied,
            "<title>Accès refusé</title><h1>Accès refusé</h1><p>Référence : 18.a4f</p>",
        ),
        (
            Denied,
            "<html><head><title>403 Forbidden</title></head><body><center><h1>403 Forbidden</h1></center><hr><center>server</center></body></html>",
        ),
        (
            Denied,
            "<title>Attenzione</title><h1>Accesso negato al contenuto</h1><p>Contattare l'amministratore.</p>",
        ),
        (Denied, "Access denied"),
        (
            Login,
            "<title>Intranet</title><form><label>Nome<input name=u></label><label>Parola<input type=PASSWORD></label><button>Vai</button></form>",
        ),
        (
            Login,
            "<title>Anmelden | Amt Schiefer</title><h1>Willkommen</h1><p>Bitte Kennung eingeben.</p>",
        ),
        (
            Consent,
            "<title>Prima di continuare</title><p>Usiamo cookie e dati per offrire i servizi.</p><button>Accetta tutto</button>",
        ),
        (
            Consent,
            "<title>Gazette</title><div><p>Avec nos partenaires, nous déposons des cookies. Acceptez les cookies ou gérez votre \
            consentement : cookies de mesure, cookies de publicité.</p><button>Accepter</button></div>",
        ),
        (
            Missing,
            "<title>Agenzia Ardesia</title><nav><a href=/>Home</a></nav><main><h1>Pagina non trovata</h1><p>Torna alla pagina iniziale.</p></main>",
        ),
        (
            Missing,
            "<title>Error 404 (Not Found)!!1</title><p>That's an error.</p>",
        ),
        (
            Missing,
            "<title>Die angeforderte Seite wurde nicht gefunden – Amt Schiefer</title><h1>Hoppla!</h1>",
        ),
        (
            Missing,
            "<title>Ardoise</title><h1>Oups !</h1><p>La page que vous recherchez n'existe plus.</p>",
        ),
        (
            Missing,
            "<title>404</title><h1>404</h1><p>Ha ocurrido algo.</p>",
        ),
        (
            Missing,
            "<title>Pizarra</title><h1>La página solicitada no existe</h1>",
        ),
        (
            Missing,
            "<title>Łupek</title><h1>Strona nie została znaleziona</h1>",
        ),
        (Missing, "<title>网站</title><h1>抱歉,页面不存在</h1>"),
        (
            Maintenance,
            "<title>Regione Ardesia</title><p>Il sito è in manutenzione. Torneremo presto online.</p>",
        ),
        (
            Maintenance,
            "<title>Site Maintenance</title><h1>We&rsquo;ll be back soon!</h1><p>Sorry for the inconvenience.</p>",
        ),
        (
            Maintenance,
            "<title>Wartungsarbeiten</title><p>Bitte versuchen Sie es später.</p>",
        ),
        (
            Maintenance,
            "<title>Ayuntamiento</title><h1>Página en construcción</h1>",
        ),
        (
            Default,
            "<title>Welcome to nginx!</title><h1>Welcome to nginx!</h1><p>If you see this page, the web server is working.</p>",
        ),
        (Default, "<html><body><h1>It works!</h1></body></html>"),
        (
            Parked,
            "<!doctype html><title>Parked</title><p>Buy this domain",
        ),
        (
            Parked,
            "<title>ardesia.example</title><h1>ardesia.example</h1><p>Questo dominio è in vendita. Fai un'offerta.</p>",
        ),
        (
            Script,
            "<!doctype html><div id=root></div><script src=/a.js></script>",
        ),
        (
            Script,
            "<title>Ardesia</title><noscript>You need to enable JavaScript to run this app.</noscript><div id=app></div>",
        ),
        (
            Script,
            "<title>Ardesia</title><p>Attiva JavaScript per vedere questa pagina.</p>",
        ),
        (
            Fault,
            "<title>Ardesia</title><h1>Error establishing a database connection</h1>",
        ),
        (
            Forward,
            "<title>Ardesia</title><meta http-equiv=Refresh content='0; url=/neu/'><p>Weiter</p>",
        ),
        (Blank, "<html><body></body></html>"),
    ];
    let mut wrong = Vec::new();
    for (wanted, html) in rows {
        let got = told(html);
        if got != Some(wanted) {
            wrong.push((wanted, got, html));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn pages_that_speak_of_such_things_are_read() {
    let prose = "<p>La notizia prosegue con molti particolari che qui non servono a nessuno.</p>"
        .repeat(20);
    let rows = [
        format!(
            "<title>Notizie</title><h1>Notizie</h1><h2>Access denied: how the archive was locked</h2><h2>404: a film</h2>{prose}"
        ),
        format!(
            "<title>Manutenzione della rete idrica in via Roma e in piazza Dante</title><h1>Manutenzione della rete idrica in via Roma e in piazza Dante</h1>{prose}"
        ),
        format!(
            "<title>Ardesia, pagina non trovata nei registri del Trecento | Gazzetta</title><h1>Pagina non trovata nei registri del Trecento, lo studio</h1>{prose}"
        ),
        format!(
            "<title>Cookies: the court rules</title><h1>The court rules on cookies</h1>{prose}<button>Share</button>"
        ),
        format!(
            "<title>Gazzetta</title><header><form><input type=password></form></header><h1>Ardesia</h1>{prose}"
        ),
        format!(
            "<title>Gazzetta</title><h1>Ardesia</h1>{prose}<form><div class=g-captcha></div></form>"
        ),
        format!(
            "<title>Gazzetta</title><noscript>Please enable JavaScript</noscript><h1>Ardesia</h1>{prose}<script></script>"
        ),
        format!(
            "<title>Gazzetta</title><meta http-equiv=refresh content='300; url=/'><h1>Ardesia</h1>{prose}"
        ),
        format!(
            "<title>Lavori in corso: cantieri fino a maggio</title><h1>Lavori in corso: cantieri fino a maggio</h1>{prose}"
        ),
        format!(
            "<title>Coming soon: the new telescope</title><h1>Coming soon: the new telescope</h1>{prose}"
        ),
        format!(
            "<title>Login security: what changes for all agencies in May</title><h1>Login security: what changes</h1>{prose}"
        ),
        format!("<title>500 years of slate</title><h1>500 years of slate</h1>{prose}"),
    ];
    for html in rows {
        assert_eq!(told(&html), None, "{html}");
    }
}

#[test]
fn every_phrase_of_the_table_has_a_sense_and_some_words() {
    let lines = include_str!("../instead.txt").lines();
    let cells: usize = lines
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.matches('|').count())
        .sum();
    assert_eq!(PHRASES.len(), cells, "a kind is misspelt");
    assert!(PHRASES.iter().all(|phrase| phrase.text.trim().len() > 2));
}

#[test]
fn a_report_in_json_is_told_by_its_message() {
    let rows = [
        (r#"{"error":"rate"}"#, Some("rate")),
        (r#"{"message":"Forbidden","status":403}"#, Some("Forbidden")),
        (
            r#"{"error":{"code":404,"message":"Not  here"}}"#,
            Some("Not here"),
        ),
        (r#"{"errors":[{"detail":"Too many"}]}"#, Some("Too many")),
        (r#"{"status":503}"#, Some("503")),
        (r#"{"status":200,"data":[]}"#, None),
        (r#"{"title":"News","items":[]}"#, None),
        ("{", None),
    ];
    for (text, wanted) in rows {
        assert_eq!(json_error(text).as_deref(), wanted, "{text}");
    }
}

#[test]
fn an_empty_list_under_a_banner_about_cookies_is_no_wall() {
    let banner = "<div id=cookie-banner><p>Questo sito usa cookie. Accetta i cookie o scegli quali cookie accettare.</p>\
        <button>Accetta</button></div>";
    let page = |rest: &str| format!("<title>Agenzia</title><body>{banner}{rest}</body>");
    assert_eq!(told(&page("<main></main>")), Some(Instead::Consent));
    let main = "<main><h1>Notizie</h1><p>Al momento non ci sono notizie da mostrare.</p></main>";
    assert_eq!(told(&page(main)), None);
}
