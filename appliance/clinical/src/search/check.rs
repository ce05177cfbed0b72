//! What is asked too rarely for rows of its own: the text beside a code (`:text`) and the narrative (`_text`). The store has
//! it checked on what the rest of a search has found.

use std::sync::LazyLock;

use holdfast_core::state::EntityState;

use super::path::{Each, Path};
use super::table;
use super::text::{narrative_text, normalise};
use super::values::token::each_text;
use crate::tree::Node;

/// In place of a slot's number: the narrative.
pub const NARRATIVE: u32 = 900;

static DIV: LazyLock<Path> = LazyLock::new(|| Path::read("text.div"));

/// Whether the resource, as it reads, has all the words of `text` in a text beside the codes of a slot, or in its narrative.
/// A word counts by its beginning. O(n).
///
/// Source: <https://hl7.org/fhir/R4/search.html#token> and <https://hl7.org/fhir/R4/search.html#text>.
pub fn check(json: &str, slot: u32, text: &str) -> bool {
    let Ok(resource) = Node::parse(json) else { return false };
    is_met(slot, text, &|path, found| path.each_in(&resource, found))
}

/// As [`check`], of every sibling of every element: what a read does not show is found too. O(n).
pub fn check_siblings(state: &EntityState, slot: u32, text: &str) -> bool {
    is_met(slot, text, &|path, found| path.each(state, found))
}

fn is_met(slot: u32, text: &str, each: Each<'_>) -> bool {
    let wanted = normalise(text);
    let mut is_met = false;
    let mut look = |text: &str| is_met = is_met || has_words(text, &wanted);
    if slot == NARRATIVE {
        each(&DIV, &mut |div| div.as_text().into_iter().for_each(|div| look(&narrative_text(div))));
    } else if let Some(slot) = table::slot(slot) {
        slot.paths.iter().for_each(|path| each(path, &mut |node| each_text(node, &mut look)));
    }
    is_met
}

fn has_words(text: &str, wanted: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().map(normalise).collect();
    let begins =
        |wanted: &str| words.iter().flat_map(|word| word.split(' ')).any(|word| word.starts_with(wanted));
    wanted.split(' ').all(begins)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::state_with_siblings;

    #[test]
    fn words_are_found_in_texts_and_narratives() {
        let json = r#"{"resourceType":"Condition","id":"c","text":{"status":"generated","div":"<div>Über <b>Asthma</b>bronchiale</div>"},
            "code":{"coding":[{"display":"Asthma, severe"}],"text":"Wheezing"}}"#;
        let code = table::find("Condition", "code").unwrap().slots[0].number;
        for (slot, text, expected) in [
            (code, "asthma", true),
            (code, "SEVERE ast", true),
            (code, "wheez", true),
            (code, "asthma wheezing", false),
            (code, "bronchiale", false),
            (NARRATIVE, "uber asthma", true),
            (NARRATIVE, "bronchiale", true),
            (NARRATIVE, "wheezing", false),
            (NARRATIVE, "div", false),
            (999_999, "asthma", false),
        ] {
            assert_eq!(check(json, slot, text), expected, "{slot} {text}");
        }
        assert!(!check("{", NARRATIVE, "a"));
    }

    #[test]
    fn what_a_conflict_hides_is_found() {
        let values = [r#"{"text":"asthma"}"#, r#"{"text":"bronchitis"}"#];
        let codes = state_with_siblings("Condition", "code", &values);
        let code = table::find("Condition", "code").unwrap().slots[0].number;
        let texts = [r#"{"div":"<div>asthma</div>"}"#, r#"{"div":"<div>bronchitis</div>"}"#];
        let narratives = state_with_siblings("Condition", "text", &texts);
        for (text, expected) in
            [("asthma", true), ("bronch", true), ("asthma bronch", false), ("copd", false)]
        {
            assert_eq!(check_siblings(&codes, code, text), expected, "{text}");
            assert_eq!(check_siblings(&narratives, NARRATIVE, text), expected, "{text}");
        }
    }
}
