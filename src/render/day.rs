//! A day as its language writes it: "martedì 9 settembre 2025".
//!
//! The names come from the C library's locales, but for those that they lack; the order of the words is the long form of
//! CLDR, one row a language. A language without a row gets the ISO 8601 date, which all can read.

use chrono::{Datelike, NaiveDate};
use pure_rust_locales::{Locale, locale_match};

use crate::date::solar_date;
use crate::language::Language;

/// The day in words; English where no language is given.
#[must_use]
pub(super) fn written(day: NaiveDate, language: Option<&Language>) -> String {
    let tag = language.map_or("en", Language::tag);
    let Some((_, locale, pattern)) = PATTERNS.iter().find(|(row, ..)| *row == tag) else {
        return day.to_string();
    };
    let (year, month, number) = if tag == "fa" {
        let Some(iranian) = solar_date(day) else {
            return day.to_string();
        };
        iranian
    } else {
        (day.year(), day.month(), day.day())
    };
    let weekday = day.weekday().num_days_from_sunday() as usize;
    let month_place = month.saturating_sub(1) as usize;
    let own = |names: &[(&str, &'static [&'static str])]| {
        let row = names.iter().find(|(row, _)| *row == tag);
        row.map(|(_, names)| *names)
    };
    let weekdays: &[&str] = own(WEEKDAYS).unwrap_or(locale_match!(*locale => LC_TIME::DAY));
    let months: &[&str] = own(MONTHS).unwrap_or(locale_match!(*locale => LC_TIME::MON));
    let name = |names: &[&str], place: usize| {
        let name = names.get(place).copied().unwrap_or_default();
        if SMALL.contains(&tag) {
            name.to_lowercase()
        } else {
            name.to_owned()
        }
    };
    let written = pattern
        .replace("{weekday}", &name(weekdays, weekday))
        .replace("{day}", &number.to_string())
        .replace("{month}", &name(months, month_place))
        .replace("{number}", &month.to_string())
        .replace("{year}", &year.to_string())
        .replace("{buddhist}", &(year + 543).to_string());
    if tag == "fa" {
        written.chars().map(persian).collect()
    } else {
        written
    }
}

/// A digit as Persian writes it.
fn persian(c: char) -> char {
    c.to_digit(10)
        .and_then(|digit| char::from_u32(u32::from('۰') + digit))
        .unwrap_or(c)
}

/// The languages whose names the locale begins with a capital, though a sentence does not.
const SMALL: [&str; 5] = ["cs", "gl", "lt", "ru", "sk"];

/// The days of the week where the locale has them shorter than they are written in full.
const WEEKDAYS: &[(&str, &[&str])] = &[(
    "pt",
    &[
        "domingo",
        "segunda-feira",
        "terça-feira",
        "quarta-feira",
        "quinta-feira",
        "sexta-feira",
        "sábado",
    ],
)];

/// The months where the locale has another form than stands beside a day, or another calendar.
const MONTHS: &[(&str, &[&str])] = &[
    (
        "fa",
        &[
            "فروردین",
            "اردیبهشت",
            "خرداد",
            "تیر",
            "مرداد",
            "شهریور",
            "مهر",
            "آبان",
            "آذر",
            "دی",
            "بهمن",
            "اسفند",
        ],
    ),
    (
        "sk",
        &[
            "januára",
            "februára",
            "marca",
            "apríla",
            "mája",
            "júna",
            "júla",
            "augusta",
            "septembra",
            "októbra",
            "novembra",
            "decembra",
        ],
    ),
];

/// Tag, locale of the names, order of the words.
const PATTERNS: &[(&str, Locale, &str)] = &[
    ("ar", Locale::ar_EG, "{weekday}، {day} {month} {year}"),
    ("bg", Locale::bg_BG, "{weekday}, {day} {month} {year} г."),
    ("ca", Locale::ca_ES, "{weekday}, {day} {month} del {year}"),
    ("cs", Locale::cs_CZ, "{weekday} {day}. {month} {year}"),
    ("da", Locale::da_DK, "{weekday} den {day}. {month} {year}"),
    ("de", Locale::de_DE, "{weekday}, {day}. {month} {year}"),
    ("el", Locale::el_GR, "{weekday} {day} {month} {year}"),
    ("en", Locale::en_GB, "{weekday} {day} {month} {year}"),
    ("es", Locale::es_ES, "{weekday}, {day} de {month} de {year}"),
    ("et", Locale::et_EE, "{weekday}, {day}. {month} {year}"),
    (
        "eu",
        Locale::eu_ES,
        "{year}(e)ko {month}ren {day}a, {weekday}",
    ),
    ("fa", Locale::fa_IR, "{weekday} {day} {month} {year}"),
    ("fi", Locale::fi_FI, "{weekday} {day}. {month}ta {year}"),
    ("fr", Locale::fr_FR, "{weekday} {day} {month} {year}"),
    ("gl", Locale::gl_ES, "{weekday}, {day} de {month} de {year}"),
    ("he", Locale::he_IL, "יום {weekday}, {day} ב{month} {year}"),
    ("hi", Locale::hi_IN, "{weekday}, {day} {month} {year}"),
    ("hr", Locale::hr_HR, "{weekday}, {day}. {month} {year}."),
    ("hu", Locale::hu_HU, "{year}. {month} {day}., {weekday}"),
    ("id", Locale::id_ID, "{weekday}, {day} {month} {year}"),
    ("it", Locale::it_IT, "{weekday} {day} {month} {year}"),
    ("ja", Locale::ja_JP, "{year}年{number}月{day}日{weekday}"),
    ("ko", Locale::ko_KR, "{year}년 {number}월 {day}일 {weekday}"),
    ("lt", Locale::lt_LT, "{year} m. {month} {day} d., {weekday}"),
    (
        "lv",
        Locale::lv_LV,
        "{weekday}, {year}. gada {day}. {month}",
    ),
    ("nb", Locale::nb_NO, "{weekday} {day}. {month} {year}"),
    ("nl", Locale::nl_NL, "{weekday} {day} {month} {year}"),
    ("no", Locale::nb_NO, "{weekday} {day}. {month} {year}"),
    ("pl", Locale::pl_PL, "{weekday}, {day} {month} {year}"),
    ("pt", Locale::pt_PT, "{weekday}, {day} de {month} de {year}"),
    ("ro", Locale::ro_RO, "{weekday}, {day} {month} {year}"),
    ("ru", Locale::ru_RU, "{weekday}, {day} {month} {year} г."),
    ("sk", Locale::sk_SK, "{weekday} {day}. {month} {year}"),
    ("sl", Locale::sl_SI, "{weekday}, {day}. {month} {year}"),
    ("sr", Locale::sr_RS, "{weekday}, {day}. {month} {year}."),
    ("sv", Locale::sv_SE, "{weekday} {day} {month} {year}"),
    ("th", Locale::th_TH, "วัน{weekday}ที่ {day} {month} {buddhist}"),
    ("tr", Locale::tr_TR, "{day} {month} {year} {weekday}"),
    ("uk", Locale::uk_UA, "{weekday}, {day} {month} {year} р."),
    ("ur", Locale::ur_PK, "{weekday}، {day} {month}، {year}"),
    (
        "vi",
        Locale::vi_VN,
        "{weekday}, {day} tháng {number}, {year}",
    ),
    ("zh", Locale::zh_CN, "{year}年{number}月{day}日{weekday}"),
    (
        "zh-hant",
        // The names of its own locale are short ones.
        Locale::zh_CN,
        "{year}年{number}月{day}日{weekday}",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_writes_the_day_in_its_own_way() {
        let day = NaiveDate::from_ymd_opt(2025, 9, 9).unwrap_or_default();
        for (tag, wanted) in [
            ("it", "martedì 9 settembre 2025"),
            ("de", "Dienstag, 9. September 2025"),
            ("es", "martes, 9 de septiembre de 2025"),
            ("fi", "tiistai 9. syyskuuta 2025"),
            ("fr", "mardi 9 septembre 2025"),
            ("ja", "2025年9月9日火曜日"),
            ("pl", "wtorek, 9 września 2025"),
            ("ru", "вторник, 9 сентября 2025 г."),
            ("cs", "úterý 9. září 2025"),
            ("sk", "utorok 9. septembra 2025"),
            ("pt", "terça-feira, 9 de setembro de 2025"),
            ("fa", "سه‌شنبه ۱۸ شهریور ۱۴۰۴"),
            ("th", "วันอังคารที่ 9 กันยายน 2568"),
            ("zh-hant", "2025年9月9日星期二"),
            ("xh", "2025-09-09"),
        ] {
            assert_eq!(written(day, Language::parse(tag).as_ref()), wanted, "{tag}");
        }
        assert_eq!(written(day, None), "Tuesday 9 September 2025");
    }
}
