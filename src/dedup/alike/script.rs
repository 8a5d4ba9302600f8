//! Scripts: other alphabets in Latin letters, so that a name is recognised across them, and scripts without blanks.

/// The text with Cyrillic and Greek letters written as Latin ones, and Latin letters that no accent explains as plain ones.
///
/// It is no scholarly transliteration: it aims at how newspapers write the names.
pub(super) fn latin(folded: String) -> String {
    if folded.is_ascii() {
        return folded;
    }
    let mut text = String::with_capacity(folded.len());
    for c in folded.chars() {
        match letters(c) {
            Some(latin) => text.push_str(latin),
            None => text.push(c),
        }
    }
    text
}

fn letters(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'œ' => "oe",
        'æ' => "ae",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ı' => "i",
        'þ' => "th",
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' => "g",
        'д' => "d",
        'е' | 'э' | 'є' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' | 'і' | 'ы' | 'й' => "i",
        'ј' => "j",
        'к' => "k",
        'л' => "l",
        'љ' => "lj",
        'м' => "m",
        'н' => "n",
        'њ' => "nj",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'ћ' => "c",
        'у' => "u",
        'ф' => "f",
        'х' => "h",
        'ц' => "ts",
        'ч' | 'џ' => "ch",
        'ш' => "sh",
        'щ' => "sch",
        'ъ' | 'ь' => "",
        'ю' => "iu",
        'я' => "ia",
        'α' => "a",
        'β' => "v",
        'γ' => "g",
        'δ' => "d",
        'ε' => "e",
        'ζ' => "z",
        'η' | 'ι' | 'υ' => "i",
        'θ' => "th",
        'κ' => "k",
        'λ' => "l",
        'μ' => "m",
        'ν' => "n",
        'ξ' => "x",
        'ο' | 'ω' => "o",
        'π' => "p",
        'ρ' => "r",
        'σ' | 'ς' => "s",
        'τ' => "t",
        'φ' => "f",
        'χ' => "ch",
        'ψ' => "ps",
        _ => return None,
    })
}

/// Whether the letter belongs to a script that leaves no blanks between words: Chinese, Japanese, Thai, Lao, Khmer,
/// Burmese.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::super::form::fold;

    #[test]
    fn names_of_other_alphabets_are_written_in_latin_letters() {
        assert_eq!(fold("Гагарин"), "gagarin");
        assert_eq!(fold("Τσιόλκας"), "tsiolkas");
        assert_eq!(fold("Straße, œuvre, Łódź"), "strasse oeuvre lodz");
    }

    #[test]
    fn what_has_no_latin_letters_stays() {
        assert_eq!(fold("宇宙"), "宇 宙");
        assert_eq!(fold("الفضاء"), "الفضاء");
    }
}
