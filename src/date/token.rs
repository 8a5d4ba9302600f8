//! Text as the readers see it: folded (case, accents, digits, blanks) and cut into numbers, words and marks.
//!
//! Meaning is none of its business; it only promises that names from the tables and names from pages fold alike.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A date stands at the beginning of what is given; no more characters than these are looked at.
const LIMIT: usize = 300;
/// The most tokens that a name can span: `ก.ย.` and `segunda-feira` are three, `lunedì` is one.
const NAME: usize = 5;

/// No phrase in a script without blanks is longer, in characters.
const LONGEST_NAME: usize = 16;

/// The code points of the digit zero in the scripts that write numbers with digits of their own.
const ZEROS: [u32; 17] = [
    0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0,
    0xF20, 0x1040, 0x17E0, 0x1810,
];

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A run of digits.
    Number {
        /// Its value; huge ones saturate.
        value: u32,
        /// How many digits it was written with.
        digits: usize,
    },
    /// A run of letters, or one Chinese character.
    Word,
    /// Anything else but blanks.
    Mark(char),
}

/// A token and where it stands in the folded text.
#[derive(Debug, Clone, Copy)]
struct Token {
    kind: Kind,
    start: usize,
    end: usize,
}

/// A folded text and its tokens. Every look-up outside of it answers with nothing.
#[derive(Debug)]
pub(super) struct Text {
    folded: String,
    tokens: Vec<Token>,
}

impl Text {
    /// Folds and cuts the beginning of a text.
    pub(super) fn new(text: &str) -> Self {
        let text = text.trim_start();
        let head = match text.char_indices().nth(LIMIT) {
            // What the limit cuts through is left out whole, so that no number is read short.
            Some((limit, _)) => text
                .get(..limit)
                .and_then(|head| head.rsplit_once(char::is_whitespace))
                .map_or("", |(head, _)| head),
            None => text,
        };
        let folded = fold(head);
        let tokens = cut(&folded);
        Self { folded, tokens }
    }

    /// Whether it has letters of a script that has no blanks between words.
    pub(super) fn has_no_blanks(&self) -> bool {
        self.folded.contains(has_no_blanks)
    }

    /// The text with its words parted where `known` knows a part of them, longest first, in those scripts.
    pub(super) fn parted(&self, known: impl Fn(&str) -> bool) -> Self {
        let mut tokens = Vec::with_capacity(self.tokens.len() * 2);
        for token in &self.tokens {
            let Token {
                kind,
                mut start,
                end,
            } = *token;
            while kind == Kind::Word
                && let Some(rest) = self.folded.get(start..end)
                && let Some(length) = (rest.starts_with(has_no_blanks))
                    .then(|| longest_prefix(rest, &known))
                    .flatten()
            {
                tokens.push(Token {
                    kind,
                    start,
                    end: start + length,
                });
                start += length;
            }
            if start < end {
                tokens.push(Token { kind, start, end });
            }
        }
        Self {
            folded: self.folded.clone(),
            tokens,
        }
    }

    /// How many tokens there are.
    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The folded text.
    pub(super) fn folded(&self) -> &str {
        &self.folded
    }

    /// What the token is.
    pub(super) fn kind(&self, index: usize) -> Option<Kind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    /// The value and number of digits of a number.
    pub(super) fn number(&self, index: usize) -> Option<(u32, usize)> {
        match self.kind(index)? {
            Kind::Number { value, digits } => Some((value, digits)),
            _ => None,
        }
    }

    /// The letters of a word.
    pub(super) fn word(&self, index: usize) -> Option<&str> {
        (self.kind(index)? == Kind::Word).then(|| self.slice(index, index))
    }

    /// Whether the token is one of these marks.
    pub(super) fn is_mark(&self, index: usize, marks: &str) -> bool {
        matches!(self.kind(index), Some(Kind::Mark(mark)) if marks.contains(mark))
    }

    /// Whether nothing stands between the token and the one before it.
    pub(super) fn glued(&self, index: usize) -> bool {
        let before = index
            .checked_sub(1)
            .and_then(|before| self.tokens.get(before));
        matches!((before, self.tokens.get(index)), (Some(before), Some(token)) if before.end == token.start)
    }

    /// The text from one token to another, both included.
    pub(super) fn slice(&self, first: usize, last: usize) -> &str {
        match (self.tokens.get(first), self.tokens.get(last)) {
            (Some(first), Some(last)) => self.folded.get(first.start..last.end).unwrap_or_default(),
            _ => "",
        }
    }

    /// The longest name that begins with the word at `first`: what `find` makes of it, and the index after it.
    pub(super) fn name_from<T>(
        &self,
        first: usize,
        find: impl Fn(&str) -> Option<T>,
    ) -> Option<(T, usize)> {
        self.word(first)?;
        let last = (first + NAME).min(self.len());
        (first..last)
            .rev()
            .find_map(|last| Some((find(self.slice(first, last))?, last + 1)))
    }

    /// The longest name that ends with the word at `last`: what `find` makes of it, and its first index.
    pub(super) fn name_until<T>(
        &self,
        last: usize,
        find: impl Fn(&str) -> Option<T>,
    ) -> Option<(T, usize)> {
        self.word(last)?;
        let first = (last + 1).saturating_sub(NAME);
        (first..=last).find_map(|first| Some((find(self.slice(first, last))?, first)))
    }
}

/// Lower case, without accents, with plain digits, dashes, apostrophes and single blanks.
pub(super) fn fold(text: &str) -> String {
    // What is ASCII has neither accents nor anything to compose.
    if text.is_ascii() {
        return squash(text.chars().map(|c| plain(c).to_ascii_lowercase()));
    }
    let letters = text
        .nfkd()
        .filter(|c| !is_accent(*c) && !is_invisible(*c))
        .map(plain)
        .flat_map(char::to_lowercase);
    squash(letters.nfc())
}

/// One blank for several, and none at either end.
fn squash(letters: impl Iterator<Item = char>) -> String {
    let mut folded = String::with_capacity(letters.size_hint().0);
    for letter in letters {
        let last = folded.chars().next_back();
        let blank_again = letter == ' ' && last.is_none_or(|last| last == ' ');
        // The Ukrainian apostrophe belongs to the word (п'ятниця), the Romance ones part words (d'octubre).
        let soft =
            letter == '\'' && last.is_some_and(|last| ('\u{400}'..='\u{52F}').contains(&last));
        if !blank_again && !soft {
            folded.push(letter);
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// The marks that people leave out: Latin, Greek and Cyrillic accents, Arabic vowels, the nukta. The vowel signs of
/// Thai and the Indian scripts stay, since they tell January from March.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{640}' | '\u{64B}'..='\u{655}' | '\u{93C}' | '\u{9BC}')
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// The plain character for one of its many looks.
fn plain(c: char) -> char {
    match c {
        'ı' => 'i',
        'ł' | 'Ł' => 'l',
        'ø' | 'Ø' => 'o',
        'đ' | 'Đ' => 'd',
        'ς' => 'σ',
        '’' | '‘' | '`' | '\u{2B9}' | '\u{2BC}' | '\u{55A}' | '\u{A78C}' | '\u{2032}' => '\'',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        // Persian is often typed with the letters of an Arabic keyboard.
        'ي' => 'ی',
        'ك' => 'ک',
        '\u{60C}' | '、' => ',',
        '。' | '\u{970}' | '\u{6D4}' => '.',
        '\u{2236}' => ':',
        // The Hebrew signs of abbreviation.
        '\u{5F3}' => '\'',
        '\u{5F4}' | '“' | '”' => '"',
        c if c.is_whitespace() => ' ',
        c if c.is_ascii() => c,
        c => own_digit(c).unwrap_or(c),
    }
}

fn own_digit(c: char) -> Option<char> {
    let value = ZEROS
        .iter()
        .find_map(|zero| u32::from(c).checked_sub(*zero).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
}

fn cut(folded: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::with_capacity(16);
    for (start, c) in folded.char_indices().filter(|(_, c)| *c != ' ') {
        let end = start + c.len_utf8();
        let last = tokens.last_mut().filter(|last| last.end == start);
        match (c.to_digit(10), last) {
            (
                Some(digit),
                Some(Token {
                    kind: Kind::Number { value, digits },
                    end: last,
                    ..
                }),
            ) => {
                *value = value.saturating_mul(10).saturating_add(digit);
                *digits += 1;
                *last = end;
            }
            (Some(value), _) => tokens.push(Token {
                kind: Kind::Number { value, digits: 1 },
                start,
                end,
            }),
            (None, Some(last))
                if last.kind == Kind::Word
                    && is_letter(c)
                    && !is_han(c)
                    && !ends_han(folded, start) =>
            {
                last.end = end
            }
            (None, _) => tokens.push(Token {
                kind: if is_letter(c) {
                    Kind::Word
                } else {
                    Kind::Mark(c)
                },
                start,
                end,
            }),
        }
    }
    tokens
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() || is_combining_mark(c)
}

/// Whether a letter is of Thai, Lao, Burmese, Khmer or Korean: their words follow each other, or take endings, without
/// blanks.
fn has_no_blanks(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{AC00}'..='\u{D7A3}')
}

/// The length in bytes of the longest known beginning of a word that is not all of it. Names are no longer than
/// [`LONGEST_NAME`], which bounds the search.
fn longest_prefix(word: &str, known: impl Fn(&str) -> bool) -> Option<usize> {
    let ends: Vec<usize> = word
        .char_indices()
        .map(|(end, _)| end)
        .skip(1)
        .take(LONGEST_NAME)
        .collect();
    ends.into_iter()
        .rev()
        .find(|end| word.get(..*end).is_some_and(&known))
}

/// Chinese characters are words of their own, since nothing parts them.
fn is_han(c: char) -> bool {
    matches!(c, '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}')
}

fn ends_han(folded: &str, end: usize) -> bool {
    folded
        .get(..end)
        .and_then(|head| head.chars().next_back())
        .is_some_and(is_han)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_digits_and_dashes_fold() {
        assert_eq!(fold("  MARTEDÌ\u{a0}09  Março "), "martedi 09 marco");
        assert_eq!(fold("KASIM Kasım İstanbul"), "kasim kasim istanbul");
        assert_eq!(fold("２０２５–१६ ٢٠٢٥"), "2025-16 2025");
        assert_eq!(fold("пʼятниця"), fold("П'ЯТНИЦЯ"));
        assert_eq!(fold("목요일"), "목요일", "Hangul stays composed");
    }

    #[test]
    fn thai_vowels_are_kept() {
        assert_ne!(fold("มี.ค."), fold("ม.ค."));
    }

    #[test]
    fn numbers_words_and_marks_part() {
        let text = Text::new("9-Set 2025年8月");
        let kinds: Vec<String> = (0..text.len())
            .map(|index| text.slice(index, index).to_owned())
            .collect();
        assert_eq!(kinds, ["9", "-", "set", "2025", "年", "8", "月"]);
        assert_eq!(text.number(3), Some((2025, 4)));
        assert!(text.glued(4) && !text.glued(3));
        assert_eq!(text.word(99), None);
    }

    #[test]
    fn what_the_limit_cuts_is_left_out_whole() {
        let text = Text::new(&format!("{} 20251", "x".repeat(LIMIT - 3)));
        assert_eq!(text.len(), 1);
    }
}
