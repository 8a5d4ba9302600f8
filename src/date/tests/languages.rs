//! One table for all languages: a full date, an abbreviated one, one with its weekday, in upper case, with a time, and
//! ages and near days, read on Monday, 15 September 2025, 12:30 in Rome.

use super::*;

/// Language, text, reading. What has no zone is the source's.
const TABLE: &str = "
it | 9 settembre 2025 | 2025-09-09
it | 9 set. 2025 | 2025-09-09
it | martedì 9 settembre 2025 | 2025-09-09
it | MARTEDÌ 9 SETTEMBRE 2025 | 2025-09-09
it | 9 settembre 2025, alle ore 18.05 | 2025-09-09 18:05:00
it | 9 settembre 2025 alle 6 del pomeriggio | 2025-09-09 18:00:00
it | 2 ore fa | 2025-09-15T10:30:00+02:00
it | mezz'ora fa | 2025-09-15T12:00:00+02:00
it | un anno e due mesi fa | 2024-07-15
it | tra 2 giorni | 2025-09-17
it | la settimana scorsa | 2025-09-08
it | ieri, ore 18 | 2025-09-14 18:00:00
it | l'altro ieri | 2025-09-13
it | domani | 2025-09-16
en | 9 September 2025 | 2025-09-09
en | Sept. 9th, 2025 | 2025-09-09
en | Tuesday, September 9, 2025 | 2025-09-09
en | TUESDAY, SEPTEMBER 9, 2025 | 2025-09-09
en | September 9, 2025 at 6:05 p.m. | 2025-09-09 18:05:00
en | 2 hours ago | 2025-09-15T10:30:00+02:00
en | a couple of hours ago | 2025-09-15T10:30:00+02:00
en | an hour ago | 2025-09-15T11:30:00+02:00
en | half an hour ago | 2025-09-15T12:00:00+02:00
en | 1 year, 2 months ago | 2024-07-15
en | 1.5 hours ago | 2025-09-15T11:00:00+02:00
en | three weeks ago | 2025-08-25
en | 1w | 2025-09-08
en | 3d ago | 2025-09-12
en | in 2 days | 2025-09-17
en | 2 days from now | 2025-09-17
en | last month | 2025-08-15
en | a decade ago | 2015-09-15
en | yesterday at 18:00 | 2025-09-14 18:00:00
en | 18:00, yesterday | 2025-09-14 18:00:00
en | the day before yesterday | 2025-09-13
fr | 9 septembre 2025 | 2025-09-09
fr | 9 sept. 2025 | 2025-09-09
fr | mardi 9 septembre 2025 | 2025-09-09
fr | MARDI 9 SEPTEMBRE 2025 | 2025-09-09
fr | le 9 septembre 2025 à 18h05 | 2025-09-09 18:05:00
fr | il y a 2 h | 2025-09-15T10:30:00+02:00
fr | il y a un an et deux mois | 2024-07-15
fr | dans 2 jours | 2025-09-17
fr | la semaine dernière | 2025-09-08
fr | hier à 18 h | 2025-09-14 18:00:00
fr | aujourd’hui | 2025-09-15
de | 9. September 2025 | 2025-09-09
de | 9. Sept. 2025 | 2025-09-09
de | Dienstag, 9. September 2025 | 2025-09-09
de | DIENSTAG, DEN 9. SEPTEMBER 2025 | 2025-09-09
de | 9. September 2025 um 18:05 Uhr | 2025-09-09 18:05:00
de | 9. September 2025, 18:05 Uhr MESZ | 2025-09-09T18:05:00+02:00
de | vor 2 Stunden | 2025-09-15T10:30:00+02:00
de | vor einer halben Stunde | 2025-09-15T12:00:00+02:00
de | in 2 Tagen | 2025-09-17
de | letzte Woche | 2025-09-08
de | gestern, 18:00 Uhr | 2025-09-14 18:00:00
de | vorgestern | 2025-09-13
es | 9 de septiembre de 2025 | 2025-09-09
es | 9 sept. 2025 | 2025-09-09
es | martes, 9 de septiembre de 2025 | 2025-09-09
es | MARTES 9 DE SEPTIEMBRE DEL 2025 | 2025-09-09
es | 9 de septiembre de 2025 a las 18:05 h | 2025-09-09 18:05:00
es | 9 de septiembre de 2025, 6:05 p. m. | 2025-09-09 18:05:00
es | hace 2 horas | 2025-09-15T10:30:00+02:00
es | hace media hora | 2025-09-15T12:00:00+02:00
es | dentro de 2 días | 2025-09-17
es | la semana pasada | 2025-09-08
es | ayer a las 18:00 | 2025-09-14 18:00:00
es | hoy | 2025-09-15
pt | 9 de setembro de 2025 | 2025-09-09
pt | 9 set. 2025 | 2025-09-09
pt | terça-feira, 9 de setembro de 2025 | 2025-09-09
pt | TERÇA-FEIRA, 9 DE SETEMBRO DE 2025 | 2025-09-09
pt | 9 de setembro de 2025 às 18h05 | 2025-09-09 18:05:00
pt | 9 de setembro de 2025, às 18h | 2025-09-09 18:00:00
pt | há 2 horas | 2025-09-15T10:30:00+02:00
pt | 2 horas atrás | 2025-09-15T10:30:00+02:00
pt | daqui a 2 dias | 2025-09-17
pt | na semana passada | 2025-09-08
pt | ontem às 18:00 | 2025-09-14 18:00:00
pt | hoje | 2025-09-15
nl | 9 september 2025 | 2025-09-09
nl | 9 sep. 2025 | 2025-09-09
nl | dinsdag 9 september 2025 | 2025-09-09
nl | DINSDAG 9 SEPTEMBER 2025 | 2025-09-09
nl | 9 september 2025 om 18.05 uur | 2025-09-09 18:05:00
nl | 9 september 2025, om 18 uur | 2025-09-09 18:00:00
nl | 2 uur geleden | 2025-09-15T10:30:00+02:00
nl | over 2 dagen | 2025-09-17
nl | vorige week | 2025-09-08
nl | gisteren 18:00 | 2025-09-14 18:00:00
nl | vandaag | 2025-09-15
pl | 9 września 2025 r. | 2025-09-09
pl | 9 wrz 2025 | 2025-09-09
pl | wtorek, 9 września 2025 | 2025-09-09
pl | WTOREK, 9 WRZEŚNIA 2025 R. | 2025-09-09
pl | 9 września 2025, godz. 18:05 | 2025-09-09 18:05:00
pl | 2 godziny temu | 2025-09-15T10:30:00+02:00
pl | za 2 dni | 2025-09-17
pl | w zeszłym tygodniu | 2025-09-08
pl | wczoraj o 18:00 | 2025-09-14 18:00:00
pl | dzisiaj | 2025-09-15
ro | 9 septembrie 2025 | 2025-09-09
ro | 9 sept. 2025 | 2025-09-09
ro | marți, 9 septembrie 2025 | 2025-09-09
ro | MARŢI, 9 SEPTEMBRIE 2025 | 2025-09-09
ro | 9 septembrie 2025, ora 18:05 | 2025-09-09 18:05:00
ro | acum 2 ore | 2025-09-15T10:30:00+02:00
ro | acum 20 de zile | 2025-08-26
ro | peste 2 zile | 2025-09-17
ro | săptămâna trecută | 2025-09-08
ro | ieri, la 18:00 | 2025-09-14 18:00:00
ro | astăzi | 2025-09-15
ru | 9 сентября 2025 г. | 2025-09-09
ru | 9 сент. 2025 | 2025-09-09
ru | вторник, 9 сентября 2025 года | 2025-09-09
ru | ВТОРНИК, 9 СЕНТЯБРЯ 2025 | 2025-09-09
ru | 9 сентября 2025 в 18:05 (МСК) | 2025-09-09T18:05:00+03:00
ru | 2 часа назад | 2025-09-15T10:30:00+02:00
ru | через 2 дня | 2025-09-17
ru | на прошлой неделе | 2025-09-08
ru | вчера в 18:00 | 2025-09-14 18:00:00
ru | сегодня | 2025-09-15
uk | 9 вересня 2025 р. | 2025-09-09
uk | 9 вер. 2025 | 2025-09-09
uk | вівторок, 9 вересня 2025 року | 2025-09-09
uk | ВІВТОРОК, 9 ВЕРЕСНЯ 2025 | 2025-09-09
uk | 9 вересня 2025 о 18:05 | 2025-09-09 18:05:00
uk | 2 години тому | 2025-09-15T10:30:00+02:00
uk | через 2 дні | 2025-09-17
uk | минулого тижня | 2025-09-08
uk | вчора, 18:00 | 2025-09-14 18:00:00
uk | сьогодні | 2025-09-15
el | 9 Σεπτεμβρίου 2025 | 2025-09-09
el | 9 Σεπ 2025 | 2025-09-09
el | Τρίτη, 9 Σεπτεμβρίου 2025 | 2025-09-09
el | ΤΡΙΤΗ 9 ΣΕΠΤΕΜΒΡΙΟΥ 2025 | 2025-09-09
el | 9 Σεπτεμβρίου 2025, ώρα 18:05 | 2025-09-09 18:05:00
el | 9 Σεπτεμβρίου 2025, 6:05 μ.μ. | 2025-09-09 18:05:00
el | 9 Σεπτεμβρίου 2025, 6:05 π.μ. | 2025-09-09 06:05:00
el | πριν από 2 ώρες | 2025-09-15T10:30:00+02:00
el | σε 2 ημέρες | 2025-09-17
el | την περασμένη εβδομάδα | 2025-09-08
el | χθες, 18:00 | 2025-09-14 18:00:00
el | σήμερα | 2025-09-15
tr | 9 Eylül 2025 | 2025-09-09
tr | 9 Eyl 2025 | 2025-09-09
tr | 9 Eylül 2025 Salı | 2025-09-09
tr | 9 EYLÜL 2025 SALI | 2025-09-09
tr | 9 Eylül 2025 saat 18.05 | 2025-09-09 18:05:00
tr | 9 Eylül 2025 ÖS 6:05 | 2025-09-09 18:05:00
tr | 2 saat önce | 2025-09-15T10:30:00+02:00
tr | 2 gün sonra | 2025-09-17
tr | geçen hafta | 2025-09-08
tr | dün 18:00 | 2025-09-14 18:00:00
tr | bugün | 2025-09-15
ar | 9 سبتمبر 2025 | 2025-09-09
ar | ٩ سبتمبر ٢٠٢٥ | 2025-09-09
ar | 9 أيلول 2025 | 2025-09-09
ar | الثلاثاء، 9 سبتمبر 2025 | 2025-09-09
ar | 9 سبتمبر 2025، الساعة 18:05 | 2025-09-09 18:05:00
ar | 9 سبتمبر 2025، 6:05 م | 2025-09-09 18:05:00
ar | 9 سبتمبر 2025، 6:05 صباحًا | 2025-09-09 06:05:00
ar | منذ 3 ساعات | 2025-09-15T09:30:00+02:00
ar | قبل ساعتين | 2025-09-15T10:30:00+02:00
ar | خلال يومين | 2025-09-17
ar | الأسبوع الماضي | 2025-09-08
ar | أمس 18:00 | 2025-09-14 18:00:00
ar | اليوم | 2025-09-15
fa | ۹ سپتامبر ۲۰۲۵ | 2025-09-09
fa | ۱۸ شهریور ۱۴۰۴ | 2025-09-09
fa | سه‌شنبه ۱۸ شهریور ۱۴۰۴ | 2025-09-09
fa | ۱۴۰۴/۰۶/۱۸ | 2025-09-09
fa | سه‌شنبه، ۱۸ شهریور ۱۴۰۴ - ساعت ۱۸:۰۵ | 2025-09-09 18:05:00
fa | ۱۸ شهریور ۱۴۰۴، ۶:۰۵ ب.ظ. | 2025-09-09 18:05:00
fa | ۲ ساعت پیش | 2025-09-15T10:30:00+02:00
fa | ۲ روز بعد | 2025-09-17
fa | هفتهٔ گذشته | 2025-09-08
fa | دیروز ۱۸:۰۰ | 2025-09-14 18:00:00
fa | امروز | 2025-09-15
he | 9 בספטמבר 2025 | 2025-09-09
he | 9 בספט׳ 2025 | 2025-09-09
he | יום שלישי, 9 בספטמבר 2025 | 2025-09-09
he | 9 בספטמבר 2025 בשעה 18:05 | 2025-09-09 18:05:00
he | 9 בספטמבר 2025, 6:05 אחה״צ | 2025-09-09 18:05:00
he | 9 בספטמבר 2025, 18:05 IDT | 2025-09-09T18:05:00+03:00
he | לפני שעתיים | 2025-09-15T10:30:00+02:00
he | לפני 5 שעות | 2025-09-15T07:30:00+02:00
he | בעוד יומיים | 2025-09-17
he | בשבוע שעבר | 2025-09-08
he | אתמול, 18:00 | 2025-09-14 18:00:00
he | היום | 2025-09-15
hi | 9 सितंबर 2025 | 2025-09-09
hi | ९ सितम्बर २०२५ | 2025-09-09
hi | 9 सित॰ 2025 | 2025-09-09
hi | मंगलवार, 9 सितंबर 2025 | 2025-09-09
hi | 9 सितंबर 2025, शाम 6:05 बजे | 2025-09-09 18:05:00
hi | 9 सितंबर 2025, 6:05 pm IST | 2025-09-09T18:05:00+05:30
hi | 2 घंटे पहले | 2025-09-15T10:30:00+02:00
hi | 2 दिन में | 2025-09-17
hi | पिछले सप्ताह | 2025-09-08
hi | आज | 2025-09-15
th | 9 กันยายน 2568 | 2025-09-09
th | ๙ กันยายน ๒๕๖๘ | 2025-09-09
th | 9 ก.ย. 2568 | 2025-09-09
th | 9 ก.ย. 68 | 2025-09-09
th | 9/9/68 | 2025-09-09
th | วันอังคารที่ 9 กันยายน พ.ศ. 2568 | 2025-09-09
th | 9 กันยายน ค.ศ. 2025 | 2025-09-09
th | 9 ก.ย. 2568 เวลา 18.05 น. | 2025-09-09 18:05:00
th | 9 กันยายน 2568 18 นาฬิกา 05 นาที | 2025-09-09 18:05:00
th | 2 ชั่วโมงที่แล้ว | 2025-09-15T10:30:00+02:00
th | 5 นาทีที่ผ่านมา | 2025-09-15T12:25:00+02:00
th | ในอีก 2 วัน | 2025-09-17
th | สัปดาห์ที่แล้ว | 2025-09-08
th | เมื่อวาน 18:00 น. | 2025-09-14 18:00:00
th | วันนี้ | 2025-09-15
ja | 2025年9月9日 | 2025-09-09
ja | 2025年9月9日（火） | 2025-09-09
ja | ２０２５年９月９日 | 2025-09-09
ja | 令和7年9月9日 | 2025-09-09
ja | 令和元年5月1日 | 2019-05-01
ja | R7.9.9 | 2025-09-09
ja | 2025年9月9日 午後6時5分 | 2025-09-09 18:05:00
ja | 2025年9月9日 午前6:05 | 2025-09-09 06:05:00
ja | 2025年9月9日 18:05（日本時間） | 2025-09-09T18:05:00+09:00
ja | 2時間前 | 2025-09-15T10:30:00+02:00
ja | 2日後 | 2025-09-17
ja | 先週 | 2025-09-08
ja | 昨日 18:00 | 2025-09-14 18:00:00
ja | 本日 | 2025-09-15
ko | 2025년 9월 9일 | 2025-09-09
ko | 2025. 9. 9. | 2025-09-09
ko | 25.09.09 | 2025-09-09
ko | 2025년 9월 9일 화요일 | 2025-09-09
ko | 2025년 9월 9일 (화) 오후 6:05 | 2025-09-09 18:05:00
ko | 2025년 9월 9일 오전 6시 5분 | 2025-09-09 06:05:00
ko | 2시간 전 | 2025-09-15T10:30:00+02:00
ko | 2일 후 | 2025-09-17
ko | 지난주 | 2025-09-08
ko | 어제 18:00 | 2025-09-14 18:00:00
ko | 오늘 | 2025-09-15
zh | 2025年9月9日 | 2025-09-09
zh | 2025/9/9 | 2025-09-09
zh | 二〇二五年九月九日 | 2025-09-09
zh | 二〇二五年十二月二十一日 | 2025-12-21
zh | 2025年9月9日 星期二 | 2025-09-09
zh | 2025年9月9日 下午6:05 | 2025-09-09 18:05:00
zh | 2025年9月9日上午6点05分 | 2025-09-09 06:05:00
zh | 北京时间2025年9月9日18时05分 | 2025-09-09 18:05:00
zh | 2025年9月9日 北京时间18:05 | 2025-09-09T18:05:00+08:00
zh | 2小时前 | 2025-09-15T10:30:00+02:00
zh | 1年2個月 | 2024-07-15
zh | 半小时前 | 2025-09-15T12:00:00+02:00
zh | 2天后 | 2025-09-17
zh | 上周 | 2025-09-08
zh | 昨天18:00 | 2025-09-14 18:00:00
zh | 今天 | 2025-09-15
zh-TW | 中華民國114年9月9日 | 2025-09-09
zh-TW | 114年9月9日 | 2025-09-09
zh-TW | 114/09/09 | 2025-09-09
zh-TW | 2025年9月9日（週二）下午6:05 | 2025-09-09 18:05:00
vi | ngày 9 tháng 9 năm 2025 | 2025-09-09
vi | 9 thg 9, 2025 | 2025-09-09
vi | Thứ Ba, 9 tháng 9, 2025 | 2025-09-09
vi | THỨ BA, NGÀY 9 THÁNG 9 NĂM 2025 | 2025-09-09
vi | 9/9/2025, 18:05 | 2025-09-09 18:05:00
vi | 18 giờ 05 phút ngày 9 tháng 9 năm 2025 | 2025-09-09 18:05:00
vi | 9/9/2025, 6:05 CH | 2025-09-09 18:05:00
vi | 2 giờ trước | 2025-09-15T10:30:00+02:00
vi | sau 2 ngày | 2025-09-17
vi | tuần trước | 2025-09-08
vi | hôm qua lúc 18:00 | 2025-09-14 18:00:00
vi | hôm nay | 2025-09-15
id | 9 September 2025 | 2025-09-09
id | 17 Agt 2025 | 2025-08-17
id | Selasa, 9 September 2025 | 2025-09-09
id | SELASA, 9 SEPTEMBER 2025 | 2025-09-09
id | Selasa, 9 September 2025 pukul 18.05 WIB | 2025-09-09T18:05:00+07:00
id | 9 September 2025 18.05.30 | 2025-09-09 18:05:30
id | 2 jam yang lalu | 2025-09-15T10:30:00+02:00
id | dalam 2 hari | 2025-09-17
id | minggu lalu | 2025-09-08
id | kemarin pukul 18.00 | 2025-09-14 18:00:00
id | hari ini | 2025-09-15
sv | 9 september 2025 | 2025-09-09
sv | 9 sep. 2025 | 2025-09-09
sv | tisdag 9 september 2025 | 2025-09-09
sv | TISDAG DEN 9 SEPTEMBER 2025 | 2025-09-09
sv | 9 september 2025 klockan 18.05 | 2025-09-09 18:05:00
sv | 9 september 2025 kl. 18 | 2025-09-09 18:00:00
sv | för 2 timmar sedan | 2025-09-15T10:30:00+02:00
sv | om 2 dagar | 2025-09-17
sv | förra veckan | 2025-09-08
sv | igår kl. 18.00 | 2025-09-14 18:00:00
sv | i dag | 2025-09-15
da | 9. september 2025 | 2025-09-09
da | 9. sept. 2025 | 2025-09-09
da | tirsdag den 9. september 2025 | 2025-09-09
da | TIRSDAG DEN 9. SEPTEMBER 2025 | 2025-09-09
da | 9. september 2025 kl. 18.05 | 2025-09-09 18:05:00
da | for 2 timer siden | 2025-09-15T10:30:00+02:00
da | om 2 dage | 2025-09-17
da | sidste uge | 2025-09-08
da | i går kl. 18.00 | 2025-09-14 18:00:00
da | i dag | 2025-09-15
no | 9. september 2025 | 2025-09-09
no | 9. sep. 2025 | 2025-09-09
no | tirsdag 9. september 2025 | 2025-09-09
no | TIRSDAG 9. SEPTEMBER 2025 | 2025-09-09
no | 9. september 2025 klokken 18:05 | 2025-09-09 18:05:00
no | for 2 timer siden | 2025-09-15T10:30:00+02:00
no | om 2 dager | 2025-09-17
no | forrige uke | 2025-09-08
no | i går kl. 18:00 | 2025-09-14 18:00:00
no | i dag | 2025-09-15
fi | 9. syyskuuta 2025 | 2025-09-09
fi | 9. syysk. 2025 | 2025-09-09
fi | tiistai 9. syyskuuta 2025 | 2025-09-09
fi | TIISTAINA 9. SYYSKUUTA 2025 | 2025-09-09
fi | 9.9.2025 klo 18.05 | 2025-09-09 18:05:00
fi | 2 tuntia sitten | 2025-09-15T10:30:00+02:00
fi | 2 päivän kuluttua | 2025-09-17
fi | viime viikolla | 2025-09-08
fi | eilen klo 18.00 | 2025-09-14 18:00:00
fi | tänään | 2025-09-15
cs | 9. září 2025 | 2025-09-09
cs | 9. zář 2025 | 2025-09-09
cs | úterý 9. září 2025 | 2025-09-09
cs | ÚTERÝ 9. ZÁŘÍ 2025 | 2025-09-09
cs | 9. září 2025 v 18:05 hodin | 2025-09-09 18:05:00
cs | před 2 hodinami | 2025-09-15T10:30:00+02:00
cs | za 2 dny | 2025-09-17
cs | minulý týden | 2025-09-08
cs | včera v 18:00 | 2025-09-14 18:00:00
cs | dnes | 2025-09-15
sk | 9. septembra 2025 | 2025-09-09
sk | 9. sep. 2025 | 2025-09-09
sk | utorok 9. septembra 2025 | 2025-09-09
sk | UTOROK 9. SEPTEMBRA 2025 | 2025-09-09
sk | 9. septembra 2025 o 18.05 | 2025-09-09 18:05:00
sk | pred 2 hodinami | 2025-09-15T10:30:00+02:00
sk | o 2 dni | 2025-09-17
sk | minulý týždeň | 2025-09-08
sk | včera o 18:00 | 2025-09-14 18:00:00
sk | dnes | 2025-09-15
hu | 2025. szeptember 9. | 2025-09-09
hu | 2025. szept. 9. | 2025-09-09
hu | 2025. szeptember 9., kedd | 2025-09-09
hu | 2025. SZEPTEMBER 9., KEDD | 2025-09-09
hu | 2025. szeptember 9. 18:05 | 2025-09-09 18:05:00
hu | 2025. szeptember 9., 18 órakor | 2025-09-09 18:00:00
hu | 2 órával ezelőtt | 2025-09-15T10:30:00+02:00
hu | 2 nap múlva | 2025-09-17
hu | múlt héten | 2025-09-08
hu | tegnap 18:00 | 2025-09-14 18:00:00
hu | ma | 2025-09-15
sl | 9. september 2025 | 2025-09-09
sl | 9. sep. 2025 | 2025-09-09
sl | torek, 9. septembra 2025 | 2025-09-09
sl | TOREK, 9. SEPTEMBER 2025 | 2025-09-09
sl | 9. september 2025 ob 18.05 | 2025-09-09 18:05:00
sl | pred 2 urama | 2025-09-15T10:30:00+02:00
sl | čez 2 dni | 2025-09-17
sl | prejšnji teden | 2025-09-08
sl | včeraj ob 18:00 | 2025-09-14 18:00:00
sl | danes | 2025-09-15
hr | 9. rujna 2025. | 2025-09-09
hr | 9. ruj. 2025. | 2025-09-09
hr | utorak, 9. rujna 2025. | 2025-09-09
hr | UTORAK, 9. RUJNA 2025. | 2025-09-09
hr | 9. rujna 2025. u 18:05 sati | 2025-09-09 18:05:00
hr | prije 2 sata | 2025-09-15T10:30:00+02:00
hr | za 2 dana | 2025-09-17
hr | prošli tjedan | 2025-09-08
hr | jučer u 18:00 | 2025-09-14 18:00:00
hr | danas | 2025-09-15
bg | 9 септември 2025 г. | 2025-09-09
bg | 9 септ. 2025 г. | 2025-09-09
bg | вторник, 9 септември 2025 г. | 2025-09-09
bg | ВТОРНИК, 9 СЕПТЕМВРИ 2025 | 2025-09-09
bg | 9 септември 2025 г. в 18:05 ч. | 2025-09-09 18:05:00
bg | преди 2 часа | 2025-09-15T10:30:00+02:00
bg | след 2 дни | 2025-09-17
bg | миналата седмица | 2025-09-08
bg | вчера, 18:00 ч. | 2025-09-14 18:00:00
bg | днес | 2025-09-15
et | 9. september 2025 | 2025-09-09
et | 9. sept 2025 | 2025-09-09
et | teisipäev, 9. september 2025 | 2025-09-09
et | TEISIPÄEV, 9. SEPTEMBER 2025 | 2025-09-09
et | 9. september 2025 kell 18.05 | 2025-09-09 18:05:00
et | 2 tundi tagasi | 2025-09-15T10:30:00+02:00
et | 2 päeva pärast | 2025-09-17
et | eelmisel nädalal | 2025-09-08
et | eile kell 18.00 | 2025-09-14 18:00:00
et | täna | 2025-09-15
lv | 2025. gada 9. septembris | 2025-09-09
lv | 2025. gada 9. sept. | 2025-09-09
lv | otrdiena, 2025. gada 9. septembris | 2025-09-09
lv | OTRDIENA, 2025. GADA 9. SEPTEMBRIS | 2025-09-09
lv | 2025. gada 9. septembrī plkst. 18.05 | 2025-09-09 18:05:00
lv | pirms 2 stundām | 2025-09-15T10:30:00+02:00
lv | pēc 2 dienām | 2025-09-17
lv | pagājušajā nedēļā | 2025-09-08
lv | vakar plkst. 18.00 | 2025-09-14 18:00:00
lv | šodien | 2025-09-15
lt | 2025 m. rugsėjo 9 d. | 2025-09-09
lt | 2025-09-09 | 2025-09-09
lt | 2025 m. rugsėjo 9 d., antradienis | 2025-09-09
lt | 2025 M. RUGSĖJO 9 D., ANTRADIENIS | 2025-09-09
lt | 2025 m. rugsėjo 9 d. 18:05 | 2025-09-09 18:05:00
lt | prieš 2 valandas | 2025-09-15T10:30:00+02:00
lt | po 2 dienų | 2025-09-17
lt | praėjusią savaitę | 2025-09-08
lt | vakar 18:00 | 2025-09-14 18:00:00
lt | šiandien | 2025-09-15
ca | 9 de setembre de 2025 | 2025-09-09
ca | 9 set. 2025 | 2025-09-09
ca | dimarts, 9 de setembre del 2025 | 2025-09-09
ca | DIMARTS, 9 DE SETEMBRE DE 2025 | 2025-09-09
ca | 9 de setembre de 2025 a les 18:05 h | 2025-09-09 18:05:00
ca | fa 2 hores | 2025-09-15T10:30:00+02:00
ca | d’aquí a 2 dies | 2025-09-17
ca | la setmana passada | 2025-09-08
ca | ahir a les 18:00 | 2025-09-14 18:00:00
ca | avui | 2025-09-15
";

#[test]
fn every_language_reads_dates_times_and_ages() {
    let mut wrong = Vec::new();
    for line in TABLE.lines().filter(|line| !line.is_empty()) {
        let mut fields = line.split(" | ");
        let (Some(tag), Some(text), Some(want)) = (fields.next(), fields.next(), fields.next())
        else {
            panic!("{line}");
        };
        let read = people(tag, text);
        if read != want {
            wrong.push(format!("{line}, not {read}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_language_is_missing_in_the_table() {
    let main = "it en fr de es pt nl pl ro ru uk el tr ar fa he hi th ja ko zh vi id sv da no fi cs sk hu sl hr bg et \
                lv lt ca";
    for tag in main.split_whitespace() {
        let of_tag = |line: &&str| line.starts_with(&format!("{tag} |"));
        assert!(TABLE.lines().filter(of_tag).count() >= 9, "{tag}");
    }
}

#[test]
fn where_no_language_is_told_the_table_gives_the_same_or_nothing() {
    let mut wrong = Vec::new();
    let mut refused = 0;
    for line in TABLE.lines().filter(|line| !line.is_empty()) {
        let mut fields = line.split(" | ").skip(1);
        let (Some(text), Some(want)) = (fields.next(), fields.next()) else {
            panic!("{line}");
        };
        match with("", ROME, |context| read(text, context)) {
            // What only the language tells (IST, the afternoon's word) may be missing.
            Ok(reading) => {
                let read = shown(Ok(reading));
                if read.get(..10) != want.get(..10) {
                    wrong.push(format!("{line}, not {read}"));
                }
            }
            Err(_) => refused += 1,
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(refused < 25, "{refused} are refused");
}

proptest! {
    #[test]
    fn mixtures_of_any_language_never_panic(
        lines in proptest::collection::vec(0usize..400, 1..4),
        cuts in proptest::collection::vec((0usize..40, 0usize..40), 4),
        number in any::<u32>(),
    ) {
        let table: Vec<&str> = TABLE.lines().filter(|line| !line.is_empty()).collect();
        let mut text = String::new();
        let mut tag = "";
        for (line, (from, to)) in lines.iter().zip(cuts) {
            let mut fields = table[line % table.len()].split(" | ");
            tag = fields.next().unwrap_or_default();
            let phrase: Vec<char> = fields.next().unwrap_or_default().chars().collect();
            text.extend(phrase.iter().skip(from).take(to));
            text.push_str(&format!(" {number} "));
        }
        for tags in [tag, ""] {
            with(tags, Tz::Pacific__Apia, |context| {
                for reading in [read(&text, context), read_machine(&text, context)].into_iter().flatten() {
                    let _ = reading.resolve(Tz::Pacific__Apia, true);
                }
            });
        }
    }
}
