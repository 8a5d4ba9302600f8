//! Content codings: what a document is in each, and which one a request prefers (RFC 9110 §12.5.3).

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::Bytes;
use hyper::header::{self, HeaderMap};

/// Levels that take some milliseconds for a feed of usual size, and give nearly what the slowest ones give.
const BROTLI: (u32, u32) = (5, 22);
const ZSTD: i32 = 9;
const GZIP: u32 = 6;

/// How a body is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// RFC 7932.
    Brotli,
    /// RFC 8878; its window stays within the 8 MiB that RFC 9659 allows.
    Zstd,
    /// RFC 1952.
    Gzip,
    /// As it is.
    Identity,
}

impl Coding {
    const ALL: [Self; 4] = [Self::Brotli, Self::Zstd, Self::Gzip, Self::Identity];

    /// The name in `Content-Encoding`, which what is not coded doesn't have.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Zstd => Some("zstd"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }

    fn of(name: &str) -> Option<Self> {
        let names = [
            ("br", Self::Brotli),
            ("zstd", Self::Zstd),
            ("gzip", Self::Gzip),
            ("x-gzip", Self::Gzip),
            ("identity", Self::Identity),
        ];
        let named = |(other, _): &(&str, Self)| name.eq_ignore_ascii_case(other);
        names.into_iter().find(named).map(|(_, coding)| coding)
    }

    fn encode(self, text: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Brotli => {
                let (quality, window) = BROTLI;
                let mut writer = brotli::CompressorWriter::new(Vec::new(), 4_096, quality, window);
                writer.write_all(text).ok()?;
                Some(writer.into_inner())
            }
            Self::Zstd => zstd::bulk::compress(text, ZSTD).ok(),
            Self::Gzip => {
                let mut writer = GzEncoder::new(Vec::new(), Compression::new(GZIP));
                writer.write_all(text).ok()?;
                writer.finish().ok()
            }
            Self::Identity => None,
        }
    }
}

/// A text as it is, and in each coding that makes it smaller; the smallest first.
pub(super) fn all(text: &Bytes) -> Vec<(Coding, Bytes)> {
    let coded = Coding::ALL
        .into_iter()
        .filter_map(|coding| Some((coding, Bytes::from(coding.encode(text)?))));
    let mut forms: Vec<(Coding, Bytes)> = coded
        .filter(|(_, body)| body.len() < text.len())
        .chain([(Coding::Identity, text.clone())])
        .collect();
    forms.sort_by_key(|(_, body)| body.len());
    forms
}

/// What a request says of codings: the weight of each in thousandths, as far as it says something.
#[derive(Debug, Default)]
pub(super) struct Accepted {
    weights: [Option<u16>; 4],
    /// The weight of those that are not named.
    others: Option<u16>,
}

impl Accepted {
    pub(super) fn of(asked: &HeaderMap) -> Self {
        let mut accepted = Self::default();
        let lines = asked.get_all(header::ACCEPT_ENCODING).iter();
        let words = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','));
        for word in words {
            let (name, parameters) = word.split_once(';').unwrap_or((word, ""));
            let weight = Some(weight(parameters));
            let name = name.trim();
            if name == "*" {
                accepted.others = weight;
            } else if let Some(coding) = Coding::of(name) {
                accepted.weights[coding as usize] = weight;
            }
        }
        accepted
    }

    /// How much a coding is wanted. What nothing is said of is not wanted.
    pub(super) fn weight(&self, coding: Coding) -> u16 {
        self.weights[coding as usize].or(self.others).unwrap_or(0)
    }

    /// Whether a coding is acceptable at all: a body without one is, unless it is refused.
    pub(super) fn allows(&self, coding: Coding) -> bool {
        let said = self.weights[coding as usize].or(self.others);
        said.map_or(coding == Coding::Identity, |weight| weight > 0)
    }
}

/// The `q` among the parameters of a coding or a media range, in thousandths. One that can't be read refuses it.
pub(super) fn weight(parameters: &str) -> u16 {
    let quality = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim())
    });
    let Some(quality) = quality else { return 1_000 };
    let (whole, fraction) = quality.split_once('.').unwrap_or((quality, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|digit| digit.is_ascii_digit());
    match (whole, format!("{fraction:0<3}").parse()) {
        ("0", Ok(thousandths)) if digits => thousandths,
        ("1", Ok(0)) if digits => 1_000,
        _ => 0,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Read;

    use super::*;

    /// What a document of which every coding is smaller is sent as.
    fn chosen(accept: &[&str]) -> &'static str {
        let mut asked = HeaderMap::new();
        for line in accept {
            asked.append(header::ACCEPT_ENCODING, line.parse().unwrap());
        }
        let accepted = Accepted::of(&asked);
        let wanted = Coding::ALL
            .into_iter()
            .rev()
            .max_by_key(|coding| accepted.weight(*coding))
            .filter(|coding| accepted.weight(*coding) > 0);
        wanted.and_then(Coding::name).unwrap_or("identity")
    }

    #[test]
    fn the_request_weighs_the_codings() {
        for (accept, expected) in [
            (&[][..], "identity"),
            (&[""], "identity"),
            (&["gzip"], "gzip"),
            (&["GZIP"], "gzip"),
            (&["x-gzip"], "gzip"),
            (&["gzip, deflate, br, zstd"], "br"),
            (&["gzip", "br"], "br"),
            (&["br;q=0.5, gzip;q=0.8"], "gzip"),
            (&["br; Q=0.5 , gzip ; q=0.4"], "br"),
            (&["gzip;q=0.001"], "gzip"),
            (&["gzip;q=0"], "identity"),
            (&["gzip;q=0.000, *;q=0.2"], "br"),
            (&["*"], "br"),
            (&["*;q=0"], "identity"),
            (&["identity, gzip;q=0.5"], "identity"),
            (&["compress, deflate"], "identity"),
            (&["gzip;q=1.5"], "identity"),
            (&["gzip;q=yes"], "identity"),
            (&["gzip;level=9"], "gzip"),
        ] {
            assert_eq!(chosen(accept), expected, "{accept:?}");
        }
    }

    #[test]
    fn a_body_without_coding_is_acceptable_unless_refused() {
        for (accept, expected) in [
            ("gzip", true),
            ("gzip, *;q=0", false),
            ("identity;q=0", false),
            ("identity;q=0.1, *;q=0", true),
        ] {
            let mut asked = HeaderMap::new();
            asked.insert(header::ACCEPT_ENCODING, accept.parse().unwrap());
            let accepted = Accepted::of(&asked);
            assert_eq!(accepted.allows(Coding::Identity), expected, "{accept}");
            assert!(!accepted.allows(Coding::Zstd), "{accept}");
        }
    }

    #[test]
    fn every_form_is_the_same_text_and_the_smallest_comes_first() {
        let text = Bytes::from("<entry><title>Notizia</title></entry>\n".repeat(500));
        let forms = all(&text);
        assert_eq!(forms.len(), 4);
        assert!(forms.is_sorted_by_key(|(_, body)| body.len()));
        for (coding, body) in forms {
            let mut plain = Vec::new();
            match coding {
                Coding::Brotli => brotli::Decompressor::new(&*body, 4_096).read_to_end(&mut plain),
                Coding::Zstd => Ok(zstd::stream::copy_decode(&*body, &mut plain).map_or(0, |()| 0)),
                Coding::Gzip => flate2::read::GzDecoder::new(&*body).read_to_end(&mut plain),
                Coding::Identity => Ok(plain.write(&body).unwrap()),
            }
            .unwrap();
            assert_eq!(plain, text, "{coding:?}");
        }
    }

    #[test]
    fn what_no_coding_makes_smaller_is_left_as_it_is() {
        let forms = all(&Bytes::from("x"));
        assert_eq!(forms, [(Coding::Identity, Bytes::from("x"))]);
    }
}
