//! The tag that stands on a resource in conflict. It is computed when the resource is read, so no row of the index has it:
//! whoever searches by it asks for [`holdfast_core::search::Clause::Conflicted`].

use super::super::table::{Parameter, common};
use super::SearchError;
use super::value::Token;
use crate::split::{CONFLICT_TAG_CODE, HOLDFAST_TAG_SYSTEM};

/// A value of `_tag` that the tag of conflicts meets.
pub(super) struct Asked {
    /// Whether a tag that is stored may meet it, too.
    pub(super) is_other_tag: bool,
}

/// Whether the value of a parameter is met by the tag of conflicts.
///
/// # Errors
/// [`SearchError`] if it is no token.
pub(super) fn asked(parameter: &Parameter, part: &str) -> Result<Option<Asked>, SearchError> {
    if !may_be_in(parameter) {
        return Ok(None);
    }
    let (is_met, is_other_tag) = match Token::read(parameter.name, part)? {
        Token::Code(code) => (code == CONFLICT_TAG_CODE, true),
        Token::System(system) => (system == HOLDFAST_TAG_SYSTEM, true),
        Token::Both(system, code) => (system == HOLDFAST_TAG_SYSTEM && code == CONFLICT_TAG_CODE, false),
    };
    Ok(is_met.then_some(Asked { is_other_tag }))
}

/// Whether the tag of conflicts is among the values of a parameter.
pub(super) fn may_be_in(parameter: &Parameter) -> bool {
    parameter.name == "_tag" && common().contains(parameter)
}
