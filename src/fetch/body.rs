//! Takes in the body of an answer: one layer of content coding undone (RFC 9110 §8.4) as it comes, and never more
//! of it than the limit, whatever is announced.

use std::io;

use async_compression::tokio::bufread::{
    BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder,
};
use async_compression::zstd::DParameter;
use futures_util::TryStreamExt;
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap};
use tokio::io::{AsyncBufRead, AsyncRead, AsyncReadExt};
use tokio_util::io::StreamReader;

use super::{FetchError, fault};
use crate::model::Key;

/// What is accepted of a server: the codings that [`read`] undoes.
pub(super) const ACCEPTED: &str = "gzip, br, zstd, deflate";

/// The window of zstd that HTTP clients must have, and no more: 8 MiB (RFC 9659).
const WINDOW: u32 = 23;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Brotli,
    Zstd,
    Deflate,
}

/// The decoded body, of at most `limit` bytes, and the digest of what it was decoded from; nothing where that is the
/// `known` one.
pub(super) async fn read(
    response: Response,
    limit: usize,
    known: Option<Key>,
) -> Result<Option<(Vec<u8>, Key)>, FetchError> {
    let coding = coding(response.headers())?;
    if announced(response.headers()).is_some_and(|length| length > limit as u64) {
        return Err(FetchError::TooLarge { limit });
    }
    let bytes = response
        .bytes_stream()
        .map_err(|error| io::Error::other(fault::incomplete(&error)));
    let raw = up_to(StreamReader::new(bytes), limit).await?;
    let digest = Key::of_bytes([raw.as_slice()]);
    if known == Some(digest) {
        return Ok(None);
    }
    Ok(Some((decode(raw, coding, limit).await?, digest)))
}

async fn decode(raw: Vec<u8>, coding: Option<Coding>, limit: usize) -> Result<Vec<u8>, FetchError> {
    // The first bytes are more to be trusted than the header.
    let gzipped = raw.starts_with(&[0x1f, 0x8b]);
    let zlib = matches!(*raw, [first, second, ..] if first & 0x0f == 8 && (u16::from(first) << 8 | u16::from(second)) % 31 == 0);
    let text = !gzipped
        && raw.first().is_none_or(|byte| {
            byte.is_ascii_graphic() || byte.is_ascii_whitespace() || *byte >= 0xef
        });
    if !gzipped && (coding.is_none() || coding == Some(Coding::Gzip) && text) {
        return Ok(raw);
    }
    let raw = raw.as_slice();
    match coding {
        None | Some(Coding::Gzip) => {
            let mut decoder = GzipDecoder::new(raw);
            decoder.multiple_members(true);
            up_to(decoder, limit).await
        }
        Some(Coding::Brotli) => up_to(BrotliDecoder::new(raw), limit).await,
        Some(Coding::Zstd) => up_to(zstd(raw), limit).await,
        Some(Coding::Deflate) if zlib => up_to(ZlibDecoder::new(raw), limit).await,
        // Some servers leave out the wrapping that the standard wants.
        Some(Coding::Deflate) => up_to(DeflateDecoder::new(raw), limit).await,
    }
}

fn zstd<R: AsyncBufRead>(raw: R) -> ZstdDecoder<R> {
    let mut decoder = ZstdDecoder::with_params(raw, &[DParameter::window_log_max(WINDOW)]);
    decoder.multiple_members(true);
    decoder
}

async fn up_to(reader: impl AsyncRead + Unpin, limit: usize) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    let mut reader = reader.take(limit as u64 + 1);
    reader
        .read_to_end(&mut body)
        .await
        .map_err(|error| told(&error))?;
    if body.len() > limit {
        return Err(FetchError::TooLarge { limit });
    }
    Ok(body)
}

/// What broke: the connection, which has said so itself, or else the decoder.
fn told(error: &io::Error) -> FetchError {
    let inner = error.get_ref();
    match inner.and_then(|inner| inner.downcast_ref::<FetchError>()) {
        Some(ours) => ours.clone(),
        None => FetchError::Coding(error.to_string()),
    }
}

/// The one coding of an answer. The names ignore case, and `identity` is none.
fn coding(headers: &HeaderMap) -> Result<Option<Coding>, FetchError> {
    let lines = headers.get_all(CONTENT_ENCODING).into_iter();
    let text: Vec<_> = lines
        .map(|line| String::from_utf8_lossy(line.as_bytes()).to_ascii_lowercase())
        .collect();
    let mut names = text
        .iter()
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .filter(|name| !matches!(*name, "" | "identity"));
    let Some(first) = names.next() else {
        return Ok(None);
    };
    if names.next().is_some() {
        return Err(FetchError::Coding("it is coded more than once".to_owned()));
    }
    match first {
        "gzip" | "x-gzip" => Ok(Some(Coding::Gzip)),
        "br" => Ok(Some(Coding::Brotli)),
        "zstd" => Ok(Some(Coding::Zstd)),
        "deflate" => Ok(Some(Coding::Deflate)),
        other => {
            let other: String = other.chars().take(40).collect();
            Err(FetchError::Coding(format!("unknown coding {other:?}")))
        }
    }
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
