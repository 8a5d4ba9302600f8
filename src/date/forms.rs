//! The languages that dates are read in, and the forms that their locales lack.
//!
//! To add a language: a word in [`LOCALES`]. To add a form that neither the locale nor the rules of `names.rs` give: a
//! row in [`SUPPLEMENT`].

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

/// Languages whose names take endings: in these a word may outrun a name by up to three letters (`januára`,
/// `marraskuuta`, `abuztuaren`), or leave it up to two before its end (`októbra` from `október`).
pub(super) const INFLECTED: &str =
    "be bg bs cs el et eu fi hr hu hy is ka kk lt lv mk pl ru sk sl sq sr tr uk";

/// A letter that a language glues to the front of its names: Hebrew "in".
pub(super) const PREFIXES: &[(&str, char)] = &[("he", 'ב')];

/// Forms in use that the locales do not have and no rule derives: language, form, meaning.
pub(super) const SUPPLEMENT: &[(&str, &str, Meaning)] = &[
    ("cs", "dop", Meaning::Half(0)),
    ("cs", "odp", Meaning::Half(1)),
    ("cs", "čvn", Meaning::Month(6)),
    ("cs", "čvc", Meaning::Month(7)),
    ("de", "mrz", Meaning::Month(3)),
    ("de", "maerz", Meaning::Month(3)),
    ("de", "sonnabend", Meaning::Weekday(6)),
    ("en", "a.m", Meaning::Half(0)),
    ("en", "p.m", Meaning::Half(1)),
    ("es", "a. m", Meaning::Half(0)),
    ("es", "p. m", Meaning::Half(1)),
    ("es", "setiembre", Meaning::Month(9)),
    ("fi", "ap", Meaning::Half(0)),
    ("fi", "ip", Meaning::Half(1)),
    ("hi", "सितम्बर", Meaning::Month(9)),
    ("hi", "नवम्बर", Meaning::Month(11)),
    ("hi", "दिसम्बर", Meaning::Month(12)),
    ("pt", "segunda-feira", Meaning::Weekday(1)),
    ("pt", "terça-feira", Meaning::Weekday(2)),
    ("pt", "quarta-feira", Meaning::Weekday(3)),
    ("pt", "quinta-feira", Meaning::Weekday(4)),
    ("pt", "sexta-feira", Meaning::Weekday(5)),
    // The weekdays as glibc shortened them before 2.28, still printed by many a server.
    ("ru", "пнд", Meaning::Weekday(1)),
    ("ru", "втр", Meaning::Weekday(2)),
    ("ru", "срд", Meaning::Weekday(3)),
    ("ru", "чтв", Meaning::Weekday(4)),
    ("ru", "птн", Meaning::Weekday(5)),
    ("ru", "сбт", Meaning::Weekday(6)),
    ("ru", "вск", Meaning::Weekday(0)),
    ("sv", "fm", Meaning::Half(0)),
    ("sv", "em", Meaning::Half(1)),
    // Numbers spelled out; the locale has the digits.
    ("vi", "tháng một", Meaning::Month(1)),
    ("vi", "tháng giêng", Meaning::Month(1)),
    ("vi", "tháng hai", Meaning::Month(2)),
    ("vi", "tháng ba", Meaning::Month(3)),
    ("vi", "tháng tư", Meaning::Month(4)),
    ("vi", "tháng năm", Meaning::Month(5)),
    ("vi", "tháng sáu", Meaning::Month(6)),
    ("vi", "tháng bảy", Meaning::Month(7)),
    ("vi", "tháng tám", Meaning::Month(8)),
    ("vi", "tháng chín", Meaning::Month(9)),
    ("vi", "tháng mười", Meaning::Month(10)),
    ("vi", "tháng mười một", Meaning::Month(11)),
    ("vi", "tháng mười hai", Meaning::Month(12)),
    ("vi", "tháng chạp", Meaning::Month(12)),
    ("zh", "周日", Meaning::Weekday(0)),
    ("zh", "周一", Meaning::Weekday(1)),
    ("zh", "周二", Meaning::Weekday(2)),
    ("zh", "周三", Meaning::Weekday(3)),
    ("zh", "周四", Meaning::Weekday(4)),
    ("zh", "周五", Meaning::Weekday(5)),
    ("zh", "周六", Meaning::Weekday(6)),
    ("zh", "早上", Meaning::Half(0)),
    ("zh", "晚上", Meaning::Half(1)),
    ("zh", "晚", Meaning::Half(1)),
];

/// One thing that a word can stand for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Meaning {
    /// A month from 1.
    Month(u8),
    /// A weekday, Sunday being 0.
    Weekday(u8),
    /// The half of the day: 0 before noon, 1 after.
    Half(u8),
}
