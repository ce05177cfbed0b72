//! What is asked too rarely for rows of its own: the text beside a code (`:text`) and the narrative (`_text`). The store has
//! it checked on what the rest of a search has found.

use super::table;
use super::text::{narrative_text, normalise};
use super::values::token::each_text;
use crate::tree::Node;

/// In place of a slot's number: the narrative.
pub const NARRATIVE: u32 = 900;

/// Whether the resource, as it reads, has all the words of `text` in a text beside the codes of a slot, or in its narrative.
/// A word counts by its beginning. O(n).
///
/// Source: <https://hl7.org/fhir/R4/search.html#token> and <https://hl7.org/fhir/R4/search.html#text>.
pub fn check(json: &str, slot: u32, text: &str) -> bool {
    let Ok(resource) = Node::parse(json) else { return false };
    let wanted = normalise(text);
    let mut is_met = false;
    let mut look = |text: &str| is_met = is_met || has_words(text, &wanted);
    if slot == NARRATIVE {
        let div = resource.member("text").and_then(|text| text.member("div")).and_then(Node::as_text);
        div.into_iter().for_each(|div| look(&narrative_text(div)));
    } else if let Some(slot) = table::slot(slot) {
        for path in &slot.paths {
            path.each_in(&resource, &mut |node| each_text(node, &mut look));
        }
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
}
