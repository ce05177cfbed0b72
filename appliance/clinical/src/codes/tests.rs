use super::*;

fn codes(system: System, typed: &str) -> Vec<&'static str> {
    starter(system).search(typed, 5).into_iter().map(|found| found.code).collect()
}

#[test]
fn what_a_clinic_types_finds_what_it_means() {
    for (system, typed, expected) in [
        (System::Icd10Cm, "E11.9", "E11.9"),
        (System::Icd10Cm, "e119", "E11.9"),
        (System::Icd10Cm, "htn", "I10"),
        (System::Icd10Cm, "essential prim", "I10"),
        (System::Icd10Cm, "hypertension primary", "I10"),
        (System::Icd10Cm, "UTI", "N39.0"),
        (System::Loinc, "hba1c", "4548-4"),
        (System::Loinc, "8480-6", "8480-6"),
        (System::Loinc, "systolic", "8480-6"),
        (System::Rxnorm, "metformin 500", "861007"),
        (System::Rxnorm, "metformin", "6809"),
        (System::Rxnorm, "augmentin 875", "562508"),
        (System::Cvx, "tdap", "115"),
        (System::Cvx, "03", "03"),
    ] {
        assert_eq!(codes(system, typed).first(), Some(&expected), "{} {typed}", system.name());
    }
    assert!(codes(System::Icd10Cm, "zzz").is_empty());
    assert!(codes(System::Icd10Cm, "").is_empty());
    assert_eq!(
        codes(System::Icd10Cm, "j45")[..2],
        ["J45.990", "J45.909"],
        "codes that begin so, shortest first"
    );
}

#[test]
fn starter_lists_are_sorted_distinct_and_well_formed() {
    for system in System::ALL {
        let text = match system {
            System::Icd10Cm => include_str!("icd10cm.tsv"),
            System::Loinc => include_str!("loinc.tsv"),
            System::Rxnorm => include_str!("rxnorm.tsv"),
            System::Cvx => include_str!("cvx.tsv"),
        };
        let lines: Vec<&str> = text.lines().map(|line| line.split('\t').next().unwrap()).collect();
        assert!(lines.is_sorted_by(|a, b| a < b), "{}", system.name());
        assert!(text.lines().all(|line| line.split('\t').count() == 3), "{}", system.name());
        assert_eq!(starter(system).len(), lines.len());
        assert_eq!(System::named(system.url()), Some(system));
    }
}

/// The last digit of a LOINC code checks the others (mod 10, as for credit cards).
#[test]
fn loinc_codes_have_their_check_digit() {
    for entry in starter(System::Loinc).entries() {
        let (number, check) = entry.code.split_once('-').unwrap();
        let sum: u32 = number
            .bytes()
            .rev()
            .enumerate()
            .map(|(at, digit)| {
                let digit = u32::from(digit - b'0') * if at % 2 == 0 { 2 } else { 1 };
                digit / 10 + digit % 10
            })
            .sum();
        assert_eq!(((10 - sum % 10) % 10).to_string(), check, "{}", entry.code);
    }
}

#[test]
fn published_list_keeps_the_starter_words_and_codes() {
    let mut shelf = Shelf::default();
    let entry = |code: &str, display: &str| Entry {
        code: code.to_owned(),
        display: display.to_owned(),
        also: String::new(),
    };
    shelf.put(
        System::Icd10Cm,
        "2026",
        [entry("I10", "Hypertension, as published"), entry("A00.0", "Cholera")],
    );
    assert_eq!(shelf.search(System::Icd10Cm, "htn", 5)[0].display, "Hypertension, as published");
    assert_eq!(shelf.display(System::Icd10Cm, "A00.0"), Some("Cholera"));
    assert!(shelf.display(System::Icd10Cm, "E11.9").is_some());
    assert_eq!(shelf.list(System::Icd10Cm).version(), "2026");
    shelf.take_back(System::Icd10Cm);
    assert_eq!(shelf.list(System::Icd10Cm).version(), "starter");
}

#[test]
fn list_survives_its_text_and_a_cut_one_is_refused() {
    let list = starter(System::Cvx);
    let text = list.to_text();
    let (version, entries) = List::entries_of_text(System::Cvx, &text).unwrap();
    assert_eq!((version.as_str(), entries.len()), ("starter", list.len()));
    assert_eq!(List::new(System::Cvx, &version, entries).to_text(), text);
    let cut = &text[..text.len() / 2];
    assert_eq!(List::entries_of_text(System::Cvx, cut).unwrap_err().code(), "code-list-unreadable");
    assert!(List::entries_of_text(System::Loinc, &text).unwrap_err().to_string().contains("line 1"));
}

#[test]
fn list_as_large_as_loincs_is_searched_through() {
    let words = ["glucose", "potassium", "antibody", "presence", "serum", "plasma", "urine", "culture"];
    let entries = (0..100_000_usize).map(|at| Entry {
        code: format!("{at}-{}", at % 10),
        display: format!(
            "{} {} [Mass/volume] in {} by method number {at} of a laboratory",
            words[at % 8],
            words[at / 8 % 8],
            words[at / 64 % 8]
        ),
        also: String::new(),
    });
    let list = List::new(System::Loinc, "large", entries);
    for typed in ["glucose serum", "method 77777", "12345-5", "po", "urine cul potass"] {
        assert!(!list.search(typed, 20).is_empty(), "{typed}");
    }
    let last = list.search("method 99999", 20);
    assert_eq!(last.first().map(|found| found.code), Some("99999-9"));
}
