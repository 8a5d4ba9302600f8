//! stub
use super::token::Text;
use super::{Context, Reading, Refusal};
pub(super) fn read(_: &Text, _: &Context) -> Option<Result<Reading, Refusal>> {
    None
}
