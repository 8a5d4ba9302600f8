//! Invented news: the same texts each time.

/// Different words of each language.
const WORDS: usize = 20_000;

/// Chance that is the same each time (xorshift).
#[derive(Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    /// A text of so many words, each the rarer the higher its rank (Zipf), with some names and figures.
    pub(crate) fn text(&mut self, language: &str, words: usize) -> String {
        let mut text = String::new();
        for at in 0..words {
            if at > 0 {
                text.push(' ');
            }
            match self.below(12) {
                0 => text.push_str(&self.below(3_000).to_string()),
                1..=3 => text.push_str(if language == "it" { "della" } else { "of the" }),
                kind => {
                    // Every fourth word or so is a name; names are the same in all languages.
                    let name = kind < 6;
                    let word = self.word(if name { "" } else { language });
                    let (first, rest) = word.split_at(1);
                    text.push_str(&if name {
                        first.to_uppercase()
                    } else {
                        first.into()
                    });
                    text.push_str(rest);
                }
            }
        }
        text
    }

    fn word(&mut self, language: &str) -> String {
        const SYLLABLES: [&str; 32] = [
            "ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo",
            "bra", "cle", "dri", "flo", "gru", "sta", "tre", "spi", "pro", "can", "den", "fin",
            "gon", "lun", "mar", "ter", "sil", "vor",
        ];
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss
        )]
        let rank = {
            let even = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
            // The inverse of the distribution of ranks, as far as 1/rank is one.
            ((WORDS as f64).powf(even) - 1.0) as u64
        };
        let mut rest = (rank + 1)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .wrapping_add(u64::try_from(language.len()).unwrap() << 40)
            .rotate_left(u32::from(language.bytes().next().unwrap_or_default()));
        let mut word = String::new();
        for _ in 0..4 {
            word.push_str(SYLLABLES[usize::try_from(rest % 32).unwrap()]);
            rest /= 32;
        }
        word
    }
}
