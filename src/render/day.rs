//! A day as its language writes it: "martedì 9 settembre 2025".
//!
//! The names come from the C library's locales; the order of the words is the long form of CLDR, one row a
//! language. A language without a row gets the ISO 8601 date, which all can read.

use chrono::{Datelike, NaiveDate};
use pure_rust_locales::{Locale, locale_match};

use crate::language::Language;

/// The day in words; English where no language is given.
#[must_use]
pub(super) fn written(day: NaiveDate, language: Option<&Language>) -> String {
    let tag = language.map_or("en", Language::tag);
    let Some((_, locale, pattern)) = PATTERNS.iter().find(|(row, ..)| *row == tag) else {
        return day.to_string();
    };
    let weekdays: &[&str] = locale_match!(*locale => LC_TIME::DAY);
    let months: &[&str] = locale_match!(*locale => LC_TIME::MON);
    let weekday = weekdays
        .get(day.weekday().num_days_from_sunday() as usize)
        .copied()
        .unwrap_or_default();
    let month = months
        .get(day.month0() as usize)
        .copied()
        .unwrap_or_default();
    pattern
        .replace("{weekday}", weekday)
        .replace("{day}", &day.day().to_string())
        .replace("{month}", month)
        .replace("{number}", &day.month().to_string())
        .replace("{year}", &day.year().to_string())
}

/// Tag, locale of the names, order of the words.
const PATTERNS: &[(&str, Locale, &str)] = &[
    ("ar", Locale::ar_EG, "{weekday}، {day} {month} {year}"),
    ("bg", Locale::bg_BG, "{weekday}, {day} {month} {year} г."),
    ("ca", Locale::ca_ES, "{weekday}, {day} {month} de {year}"),
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
    ("he", Locale::he_IL, "{weekday}, {day} ב{month} {year}"),
    ("hi", Locale::hi_IN, "{weekday}, {day} {month} {year}"),
    ("hr", Locale::hr_HR, "{weekday}, {day}. {month} {year}."),
    ("hu", Locale::hu_HU, "{year}. {month} {day}., {weekday}"),
    ("id", Locale::id_ID, "{weekday}, {day} {month} {year}"),
    ("it", Locale::it_IT, "{weekday} {day} {month} {year}"),
    ("ja", Locale::ja_JP, "{year}年{number}月{day}日 {weekday}"),
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
    ("th", Locale::th_TH, "{weekday} {day} {month} {year}"),
    ("tr", Locale::tr_TR, "{day} {month} {year} {weekday}"),
    ("uk", Locale::uk_UA, "{weekday}, {day} {month} {year} р."),
    ("ur", Locale::ur_PK, "{weekday}، {day} {month}، {year}"),
    ("vi", Locale::vi_VN, "{weekday}, {day} {month}, {year}"),
    ("zh", Locale::zh_CN, "{year}年{number}月{day}日 {weekday}"),
    (
        "zh-hant",
        Locale::zh_TW,
        "{year}年{number}月{day}日 {weekday}",
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
            ("ja", "2025年9月9日 火曜日"),
            ("pl", "wtorek, 9 września 2025"),
            ("ru", "Вторник, 9 сентября 2025 г."),
            ("xh", "2025-09-09"),
        ] {
            assert_eq!(written(day, Language::parse(tag).as_ref()), wanted, "{tag}");
        }
        assert_eq!(written(day, None), "Tuesday 9 September 2025");
    }
}
