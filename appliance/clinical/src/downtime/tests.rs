use super::*;

const COVER: Cover<'_> =
    Cover { made_at: "2026-11-27 09:00", day: "2026-11-27", clinic: "North", left_out: 0, is_cut: false };

fn visit() -> Visit {
    let of = |text: &str| text.to_owned();
    Visit {
        patient: of(
            r#"{"resourceType":"Patient","id":"p","birthDate":"1961-03-12","name":[{"family":"<b>Essai","given":["Amélie"]}],
            "telecom":[{"system":"phone","value":"+33 6"}]}"#,
        ),
        appointments: vec![of(
            r#"{"resourceType":"Appointment","id":"a","start":"2026-11-27T10:40:00+01:00","description":"Cough & fever"}"#,
        )],
        record: vec![
            of(
                r#"{"resourceType":"AllergyIntolerance","id":"i","code":{"text":"Penicillin G"},"criticality":"high"}"#,
            ),
            of(r#"{"resourceType":"Condition","id":"c","code":{"text":"Asthma"}}"#),
            of(
                r#"{"resourceType":"MedicationRequest","id":"m","status":"stopped","medicationCodeableConcept":{"text":"Old"}}"#,
            ),
        ],
        note: Some(of(
            r#"{"resourceType":"Composition","date":"2026-11-20","title":"Visit","section":[{"title":"Plan","text":{"div":"<div>Rest &amp; <b>fluids</b></div>"}}]}"#,
        )),
    }
}

#[test]
fn a_page_says_what_would_harm_if_it_were_not_known() {
    let html = pack(&COVER, &[visit()], Words::of("en-GB"));
    for part in [
        "10:40",
        "Cough &amp; fever",
        "Penicillin G",
        "criticality high",
        "Asthma",
        "Plan: Rest &amp; fluids",
        "1961-03-12",
        "+33 6",
        "Amélie &lt;b&gt;Essai",
        "Made at",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(!html.contains("<b>Essai") && !html.contains("<script"));
    // What is over is not taken, and of medicines nothing is known.
    assert!(!html.contains("Old") && html.contains("Medicines</h2><p class=\"empty\">Not known"));
    assert_eq!(html.matches("<article>").count(), 1);
}

#[test]
fn nobody_those_left_out_and_more_than_fit_are_said() {
    let cover = Cover { left_out: 2, is_cut: true, ..COVER };
    let html = pack(&cover, &[], Words::of("fr"));
    assert!(html.contains("Personne n'a de visite.") && html.contains("absents d'ici : 2"));
    assert!(html.contains("plus de visites") && html.contains("lang=\"fr\""));
}

#[test]
fn every_language_has_every_section_and_arabic_runs_from_the_right() {
    let codes: Vec<&str> = Words::of("en").sections.iter().map(|(code, _, _)| *code).collect();
    for language in ["en", "es", "fr", "ar"] {
        let words = Words::of(language);
        assert_eq!(words.language, language);
        assert_eq!(words.sections.map(|(code, _, _)| code).to_vec(), codes);
        assert!(pack(&COVER, &[visit()], words).contains(words.last_note));
    }
    assert_eq!((Words::of("ar-EG").direction, Words::of("de").language), ("rtl", "en"));
}

#[test]
fn a_record_that_is_no_json_harms_no_other_page() {
    let odd = Visit {
        patient: "{".to_owned(),
        record: vec!["]".to_owned()],
        note: Some("x".to_owned()),
        ..Visit::default()
    };
    let html = pack(&COVER, &[odd, visit()], Words::of("en"));
    assert!(html.contains("Without a name") && html.contains("Penicillin G"));
}
