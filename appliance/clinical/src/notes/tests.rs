use std::collections::BTreeMap;

use super::*;
use crate::codes::{System, starter};

#[test]
fn every_code_of_a_template_is_in_the_starter_list() {
    let known = |code: &str| starter(System::Loinc).display(code).is_some();
    for template in TEMPLATES {
        assert!(known(template.code), "{}", template.id);
        for section in template.sections {
            assert!(known(section.code), "{} {}", template.id, section.code);
            for offer in section.offers {
                if let Offer::Measurements(codes) = offer {
                    assert!(codes.iter().all(|code| known(code)), "{} {codes:?}", template.id);
                }
            }
        }
    }
}

#[test]
fn one_key_is_one_text_and_ids_are_distinct() {
    let mut texts = BTreeMap::new();
    let all = TEMPLATES.iter().flat_map(|template| {
        template.sections.iter().flat_map(|section| [section.title, section.hint]).chain([template.title])
    });
    for text in all {
        assert_eq!(*texts.entry(text.key).or_insert(text.english), text.english, "{}", text.key);
    }
    let mut ids: Vec<&str> = TEMPLATES.iter().map(|template| template.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), TEMPLATES.len());
    assert!(template("soap").is_some() && template("poem").is_none());
}

#[test]
fn templates_are_offered_to_whom_they_suit() {
    let offered = |age, problems: &[&str]| -> Vec<&str> {
        TEMPLATES
            .iter()
            .filter(|template| template.suits.fits(age, problems))
            .map(|template| template.id)
            .collect()
    };
    assert_eq!(offered(4, &[]), ["soap", "triage", "child"]);
    assert_eq!(offered(30, &["Z34.00"]), ["soap", "triage", "antenatal", "chronic"]);
    assert_eq!(offered(70, &["I10"]), ["soap", "triage", "chronic"]);
}
