//! The languages that dates are read in, and the forms that their locales lack.
//!
//! To add a language: a word in [`LOCALES`]. To add a form that neither the locale nor the rules of `names.rs` give: a
//! row in [`SUPPLEMENT`].

use Meaning::{Half, Month, Solar, Weekday, Zone};

use super::names::Order;

/// The locales that are read, several for a language where its regions differ; the first of them sets the order.
/// The other French ones are left out: their `jui` for July is June to as many.
pub(super) const LOCALES: &str = "en_US en_GB it_IT it_CH fr_FR de_DE de_AT es_ES es_MX es_PE pt_PT pt_BR \
    af_ZA am_ET an_ES ar_EG ar_SY ar_MA ar_TN as_IN ast_ES az_AZ be_BY be_BY@latin bg_BG bn_BD bn_IN br_FR bs_BA ca_ES \
    ce_RU crh_UA cs_CZ csb_PL cv_RU cy_GB da_DK dsb_DE dv_MV el_GR eo et_EE eu_ES fa_IR ff_SN fi_FI fil_PH fo_FO \
    fur_IT fy_NL fy_DE ga_IE gd_GB gl_ES gu_IN gv_GB ha_NG he_IL hi_IN hr_HR hsb_DE ht_HT hu_HU hy_AM ia_FR id_ID ig_NG \
    is_IS ja_JP ka_GE kab_DZ kk_KZ kl_GL km_KH kn_IN ko_KR kok_IN ku_TR kw_GB ky_KG lb_LU li_NL lij_IT ln_CD lo_LA \
    lt_LT lv_LV mai_IN mg_MG mi_NZ mk_MK ml_IN mn_MN mr_IN ms_MY mt_MT my_MM nb_NO nds_DE ne_NP nl_NL nl_BE nn_NO oc_FR \
    om_ET or_IN os_RU pa_IN pap_CW pl_PL ps_AF ro_RO ru_RU rw_RW sa_IN sah_RU sc_IT sd_IN se_NO si_LK sk_SK sl_SI sm_WS \
    so_SO sq_AL sr_RS sr_RS@latin sr_ME sv_SE sv_FI sw_KE szl_PL ta_IN ta_LK te_IN tg_TJ th_TH tk_TM tl_PH tn_ZA to_TO \
    tr_TR ts_ZA tt_RU ug_CN uk_UA ur_PK uz_UZ uz_UZ@cyrillic vi_VN wa_BE wo_SN xh_ZA yi_US yo_NG yue_HK zh_CN zh_SG \
    zh_TW zh_HK zu_ZA";

/// The languages whose words count for more than those of the others where no language is told.
pub(super) const MAIN: &str = "en it fr de es pt nl pl ro ru uk el tr ar fa he hi th ja ko zh zh-hant vi id sv da nb fi \
    cs sk hu sl hr bg et lv lt ca";

/// Languages whose names take endings: in these a word may outrun a name by up to three letters (`januára`,
/// `marraskuuta`, `abuztuaren`), or leave it up to two before its end (`októbra` from `október`).
pub(super) const INFLECTED: &str =
    "be bg bs cs el et eu fi hr hu hy is ka kk lt lv mk pl ru sk sl sq sr tr uk";

/// The order of numbers where a language's pages write another than its locale.
pub(super) const ORDERS: &[(&str, Order)] = &[("lv", Order::Dmy), ("sv", Order::Dmy)];

/// What a language glues to the front of a month's name: Hebrew "in", Thai "month".
pub(super) const PREFIXES: &[(&str, &str)] = &[("he", "ב"), ("th", "เดือน")];

/// What a language glues to the end of a weekday's name: Thai "the" of the day that follows.
pub(super) const SUFFIXES: &[(&str, &str)] = &[("th", "ที่")];

/// Forms in use that the locales do not have and no rule derives: language, forms with commas between, meaning.
/// What stands under English is known in every language.
pub(super) const SUPPLEMENT: &[(&str, &str, Meaning)] = &[
    ("ar", "صباحا,صباح", Half(0)),
    ("ar", "مساء,ظهرا,عصرا", Half(1)),
    ("ar", "كانون الثاني", Month(1)),
    ("ar", "شباط", Month(2)),
    ("ar", "آذار", Month(3)),
    ("ar", "نيسان", Month(4)),
    ("ar", "أيار", Month(5)),
    ("ar", "حزيران", Month(6)),
    ("ar", "تموز", Month(7)),
    ("ar", "آب", Month(8)),
    ("ar", "أيلول", Month(9)),
    ("ar", "تشرين الأول", Month(10)),
    ("ar", "تشرين الثاني", Month(11)),
    ("ar", "كانون الأول", Month(12)),
    ("bg", "пр.об,преди обяд", Half(0)),
    ("bg", "сл.об,след обяд", Half(1)),
    ("bn", "bst", Zone(360)),
    ("bn", "জানুয়ারি", Month(1)),
    ("bn", "ফেব্রুয়ারি", Month(2)),
    ("cs", "dop,dopoledne,ráno", Half(0)),
    ("cs", "odp,odpoledne,večer", Half(1)),
    ("cs", "čvn", Month(6)),
    ("cs", "čvc", Month(7)),
    ("de", "mrz,maerz", Month(3)),
    ("de", "morgens,vormittags,früh", Half(0)),
    ("de", "nachmittags,abends", Half(1)),
    ("de", "sonnabend", Weekday(6)),
    ("el", "πμ,π.μ,το πρωί", Half(0)),
    ("el", "μμ,μ.μ,το απόγευμα,το βράδυ", Half(1)),
    ("el", "μαΐ,μάη", Month(5)),
    ("en", "a.m,a. m,a m", Half(0)),
    ("en", "p.m,p. m,p m", Half(1)),
    ("es", "de la mañana,de la madrugada", Half(0)),
    ("es", "de la tarde,de la noche", Half(1)),
    ("es", "setiembre", Month(9)),
    ("fa", "صبح,ق.ظ,قبل ازظهر,قبل از ظهر", Half(0)),
    ("fa", "عصر,ب.ظ,بعدازظهر,بعد از ظهر", Half(1)),
    ("fa", "ژانویه,ژانویهٔ", Month(1)),
    ("fa", "فوریه,فوریهٔ", Month(2)),
    ("fa", "آپریل", Month(4)),
    ("fa", "مه,مهٔ,می", Month(5)),
    ("fa", "ژوئیه,ژوئیهٔ,جولای", Month(7)),
    ("fa", "اوت,آگوست", Month(8)),
    ("fa", "اکتبر", Month(10)),
    // The Solar Hijri calendar, which Iran counts by.
    ("fa", "فروردین", Solar(1)),
    ("fa", "اردیبهشت", Solar(2)),
    ("fa", "خرداد", Solar(3)),
    ("fa", "تیر", Solar(4)),
    ("fa", "مرداد,امرداد", Solar(5)),
    ("fa", "شهریور", Solar(6)),
    ("fa", "مهر", Solar(7)),
    ("fa", "آبان", Solar(8)),
    ("fa", "آذر", Solar(9)),
    ("fa", "دی", Solar(10)),
    ("fa", "بهمن", Solar(11)),
    ("fa", "اسفند", Solar(12)),
    ("fa", "یکشنبه,یک شنبه", Weekday(0)),
    ("fa", "دوشنبه,دو شنبه", Weekday(1)),
    ("fa", "سهشنبه,سه شنبه", Weekday(2)),
    ("fa", "چهارشنبه,چهار شنبه", Weekday(3)),
    ("fa", "پنجشنبه,پنج شنبه", Weekday(4)),
    ("fi", "ap,aamulla", Half(0)),
    ("fi", "ip,illalla", Half(1)),
    ("fr", "du matin", Half(0)),
    ("fr", "du soir,l'après-midi", Half(1)),
    ("ga", "ist", Zone(60)),
    ("he", "לפנה\"צ,לפני הצהריים,בבוקר", Half(0)),
    ("he", "אחה\"צ,אחרי הצהריים,בערב", Half(1)),
    ("he", "ינו", Month(1)),
    ("he", "פבר", Month(2)),
    ("he", "אפר", Month(4)),
    ("he", "אוג", Month(8)),
    ("he", "ספט", Month(9)),
    ("he", "אוק", Month(10)),
    ("he", "נוב", Month(11)),
    ("he", "דצמ", Month(12)),
    ("he", "ist", Zone(120)),
    ("he", "idt", Zone(180)),
    ("hi", "पूर्वाह्न,सुबह", Half(0)),
    ("hi", "अपराह्न,शाम,दोपहर", Half(1)),
    ("hi", "सितम्बर,सित", Month(9)),
    ("hi", "अक्तूबर,अक्टू,अक्तू", Month(10)),
    ("hi", "नवम्बर", Month(11)),
    ("hi", "दिसम्बर", Month(12)),
    ("hi", "ist", Zone(330)),
    ("hr", "prijepodne,ujutro", Half(0)),
    ("hr", "poslijepodne,navečer", Half(1)),
    ("hu", "délelőtt,reggel", Half(0)),
    ("hu", "délután,este", Half(1)),
    ("id", "agt", Month(8)),
    ("id", "pagi", Half(0)),
    ("id", "sore,malam", Half(1)),
    ("it", "del mattino,di mattina", Half(0)),
    ("it", "del pomeriggio,di sera,della sera", Half(1)),
    ("ja", "朝,未明", Half(0)),
    ("ko", "새벽,아침", Half(0)),
    ("ko", "저녁", Half(1)),
    ("lt", "pr.p,ryto", Half(0)),
    ("lt", "pop,po pietų,vakaro", Half(1)),
    ("lv", "priekšp,priekšpusdienā,no rīta", Half(0)),
    ("lv", "pēcp,pēcpusdienā,vakarā", Half(1)),
    ("nl", "voormiddag", Half(0)),
    ("nl", "namiddag", Half(1)),
    ("pl", "rano,przed południem", Half(0)),
    ("pl", "po południu,wieczorem", Half(1)),
    ("pt", "da manhã", Half(0)),
    ("pt", "da tarde,da noite", Half(1)),
    ("pt", "segunda-feira", Weekday(1)),
    ("pt", "terça-feira", Weekday(2)),
    ("pt", "quarta-feira", Weekday(3)),
    ("pt", "quinta-feira", Weekday(4)),
    ("pt", "sexta-feira", Weekday(5)),
    ("ro", "dimineața", Half(0)),
    ("ro", "seara,după-amiază", Half(1)),
    ("ru", "утра,часа ночи,часов утра,часа утра", Half(0)),
    (
        "ru",
        "вечера,часа дня,часов дня,часов вечера,часа вечера",
        Half(1),
    ),
    ("ru", "февр", Month(2)),
    ("ru", "сент", Month(9)),
    ("ru", "нояб", Month(11)),
    // The weekdays as glibc shortened them before 2.28, still printed by many a server.
    ("ru", "вск", Weekday(0)),
    ("ru", "пнд", Weekday(1)),
    ("ru", "втр", Weekday(2)),
    ("ru", "срд", Weekday(3)),
    ("ru", "чтв", Weekday(4)),
    ("ru", "птн", Weekday(5)),
    ("ru", "сбт", Weekday(6)),
    ("sl", "dop,zjutraj", Half(0)),
    ("sl", "pop,zvečer", Half(1)),
    ("sk", "apríla", Month(4)),
    ("sk", "mája", Month(5)),
    ("sk", "júna", Month(6)),
    ("sk", "júla", Month(7)),
    ("sk", "novembra", Month(11)),
    ("sk", "dopoludnia,ráno", Half(0)),
    ("sk", "popoludní,večer", Half(1)),
    ("sv", "fm,f.m", Half(0)),
    ("sv", "em,e.m", Half(1)),
    ("th", "ก่อนเที่ยง", Half(0)),
    ("th", "หลังเที่ยง", Half(1)),
    ("th", "อา", Weekday(0)),
    ("tr", "öö,ö.ö,öğleden önce", Half(0)),
    ("tr", "ös,ö.s,öğleden sonra", Half(1)),
    ("uk", "дп,ранку,години ночі,години ранку", Half(0)),
    ("uk", "пп,вечора,години дня,години вечора", Half(1)),
    ("uk", "січ", Month(1)),
    ("uk", "лют", Month(2)),
    ("uk", "берез", Month(3)),
    ("uk", "квіт", Month(4)),
    ("uk", "трав", Month(5)),
    ("uk", "черв", Month(6)),
    ("uk", "лип", Month(7)),
    ("uk", "серп", Month(8)),
    ("uk", "верес", Month(9)),
    ("uk", "жовт", Month(10)),
    ("uk", "лист,листоп", Month(11)),
    ("uk", "груд", Month(12)),
    ("vi", "sáng,sa", Half(0)),
    ("vi", "chiều,tối,ch", Half(1)),
    // Numbers spelled out; the locale has the digits.
    ("vi", "tháng một,tháng giêng", Month(1)),
    ("vi", "tháng hai", Month(2)),
    ("vi", "tháng ba", Month(3)),
    ("vi", "tháng tư", Month(4)),
    ("vi", "tháng năm", Month(5)),
    ("vi", "tháng sáu", Month(6)),
    ("vi", "tháng bảy", Month(7)),
    ("vi", "tháng tám", Month(8)),
    ("vi", "tháng chín", Month(9)),
    ("vi", "tháng mười", Month(10)),
    ("vi", "tháng mười một", Month(11)),
    ("vi", "tháng mười hai,tháng chạp", Month(12)),
    ("zh", "凌晨,清晨,早上,早晨", Half(0)),
    ("zh", "晚上,晚间,晚間,傍晚,晚", Half(1)),
    ("zh", "cst", Zone(480)),
    ("zh", "周日,週日,星期天", Weekday(0)),
    ("zh", "周一,週一", Weekday(1)),
    ("zh", "周二,週二", Weekday(2)),
    ("zh", "周三,週三", Weekday(3)),
    ("zh", "周四,週四", Weekday(4)),
    ("zh", "周五,週五", Weekday(5)),
    ("zh", "周六,週六", Weekday(6)),
];

/// One thing that a word can stand for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Meaning {
    /// A month from 1.
    Month(u8),
    /// A month of the Solar Hijri calendar, from 1.
    Solar(u8),
    /// A weekday, Sunday being 0.
    Weekday(u8),
    /// The half of the day: 0 before noon, 1 after.
    Half(u8),
    /// A zone that is clear in this language, in minutes from UTC.
    Zone(i16),
}
