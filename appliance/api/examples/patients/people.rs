//! People and a record of twenty years, made by rule: the same every time.

/// The patient with the long record.
pub(crate) const LONG: &str = "long";

const GIVEN: [&str; 40] = [
    "Maria", "José", "Ana", "John", "Mary", "James", "Fatima", "Mohammed", "Wei", "Li", "Anna", "Peter",
    "Olga", "Ivan", "Elena", "Luis", "Carmen", "Jorge", "Lucía", "Pablo", "Sofía", "Mateo", "Emma", "Noah",
    "Olivia", "Liam", "Ava", "Lucas", "Mia", "Ethan", "Zoë", "Søren", "Åsa", "Łukasz", "Đorđe", "Yusuf",
    "Aisha", "Priya", "Arjun", "Kenji",
];
const COMMON: [&str; 20] = [
    "García",
    "Martínez",
    "López",
    "Smith",
    "Johnson",
    "Williams",
    "Brown",
    "Jones",
    "Miller",
    "Davis",
    "Rodríguez",
    "Hernández",
    "González",
    "Pérez",
    "Nguyen",
    "Kim",
    "Singh",
    "Ali",
    "Müller",
    "Rossi",
];
const SYLLABLES: [&str; 30] = [
    "ba", "be", "bri", "ca", "co", "da", "del", "do", "fer", "ga", "gro", "ha", "jo", "ka", "kov", "la",
    "lin", "ma", "mer", "na", "no", "par", "ra", "ros", "sa", "ski", "ta", "tor", "va", "zel",
];

/// A number that looks as if by chance (splitmix64).
fn chance(n: usize, salt: u64) -> usize {
    let mut x =
        (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(salt.wrapping_mul(0xbf58_476d_1ce4_e5b9));
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (x ^ (x >> 31)) as usize >> 1
}

/// Four in ten have one of twenty names, the rest one of some 27,000.
fn family(n: usize) -> String {
    if chance(n, 1) % 10 < 4 {
        return COMMON[chance(n, 2) % COMMON.len()].to_owned();
    }
    let name: String = (0..3).map(|at| SYLLABLES[chance(n, 3 + at) % SYLLABLES.len()]).collect();
    let mut chars = name.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase()).into_iter();
    first.chain(chars).collect()
}

fn given(n: usize) -> &'static str {
    GIVEN[chance(n, 10) % GIVEN.len()]
}

fn born(n: usize) -> String {
    format!("{}-{:02}-{:02}", 1930 + chance(n, 11) % 95, 1 + chance(n, 12) % 12, 1 + chance(n, 13) % 28)
}

fn phone(n: usize) -> String {
    format!("({:03}) {:03}-{:04}", 200 + chance(n, 14) % 700, chance(n, 15) % 1000, chance(n, 16) % 10_000)
}

/// Type, id and JSON.
pub(crate) fn patient(n: usize) -> (&'static str, String, String) {
    let (id, middle) = (format!("p{n}"), GIVEN[chance(n, 17) % GIVEN.len()]);
    let json = format!(
        r#"{{"resourceType":"Patient","id":"{id}","identifier":[{{"type":{{"coding":[{{"code":"MR"}}]}},"system":"urn:x","value":"A-{n:07}"}}],
           "name":[{{"use":"official","family":"{}","given":["{}","{middle}"]}}],"telecom":[{{"system":"phone","value":"{}"}}],
           "gender":"{}","birthDate":"{}","address":[{{"line":["1 Main Street"],"city":"Springfield","postalCode":"{:05}"}}]}}"#,
        family(n),
        given(n),
        phone(n),
        if n.is_multiple_of(2) { "female" } else { "male" },
        born(n),
        chance(n, 18) % 100_000
    );
    ("Patient", id, json)
}

/// What people type, by how.
pub(crate) fn typed() -> Vec<(&'static str, Vec<String>)> {
    let some = |take: fn(usize) -> String| (0..12).map(|n| take(n * 7_919 + 3)).collect::<Vec<_>>();
    let slip = |text: String| {
        let mut chars: Vec<char> = text.chars().collect();
        let at = chars.len() / 2;
        chars.swap(at - 1, at);
        chars.into_iter().collect::<String>()
    };
    let slips = (0..12).map(|n| slip(family(n * 104_729 + 11)) + " " + given(n * 104_729 + 11)).collect();
    vec![
        ("family", some(family)),
        ("given_family", some(|n| format!("{} {}", given(n), family(n)))),
        ("family_given", some(|n| format!("{} {}", family(n), given(n)))),
        ("slips", slips),
        ("unknown", vec!["Xyzzyqwert Plugh".into(), "Qqqqqq".into(), "Maria Xyzzyqw".into()]),
        ("common", vec!["Maria García".into(), "John Smith".into(), "M G".into(), "Ma Ma".into()]),
        ("birth_date", some(born)),
        ("name_birth_date", some(|n| format!("{} {}", family(n), born(n)))),
        ("mrn", some(|n| format!("A-{n:07}"))),
        ("phone", some(phone)),
    ]
}

/// A registration of somebody who is here already, with a slip.
pub(crate) fn registration(n: usize) -> String {
    let date = born(n);
    let (year, rest) = date.split_at(4);
    let year: usize = year.parse().unwrap_or(1950);
    let date = if n.is_multiple_of(2) {
        date.clone()
    } else {
        format!("{}{rest}", if year.is_multiple_of(10) { year + 1 } else { year - 1 })
    };
    format!(
        r#"{{"given":"{}","family":"{}","birthDate":"{date}","phone":"{}"}}"#,
        given(n),
        family(n),
        phone(n)
    )
}

/// A patient with twenty thousand resources over twenty years.
pub(crate) fn long_record() -> impl Iterator<Item = (&'static str, String, String)> {
    const SUBJECT: &str = r#""subject":{"reference":"Patient/long"}"#;
    const PATIENT: &str = r#""patient":{"reference":"Patient/long"}"#;
    let patient = r#"{"resourceType":"Patient","id":"long","name":[{"family":"Longrecord","given":["Ada"]}],"birthDate":"1950-01-01"}"#;
    let day = |n: usize, of: usize| {
        let at = n * 7_300 / of;
        format!("{}-{:02}-{:02}T09:{:02}:00Z", 2006 + at / 365, 1 + at % 365 / 31, 1 + at % 28, n % 60)
    };
    let vitals = [
        ("29463-7", "kg", 70),
        ("8867-4", "/min", 72),
        ("9279-1", "/min", 16),
        ("8310-5", "Cel", 37),
        ("59408-5", "%", 97),
        ("8480-6", "mm[Hg]", 128),
    ];
    let observation = move |n: usize| {
        let (category, code, unit, value) = if n.is_multiple_of(2) {
            let (code, unit, value) = vitals[n / 2 % vitals.len()];
            ("vital-signs", code.to_owned(), unit, value)
        } else {
            ("laboratory", format!("{}-{}", 2000 + n / 2 % 60, n / 2 % 9), "mmol/L", 5)
        };
        let id = format!("lo{n}");
        let json = format!(
            r#"{{"resourceType":"Observation","id":"{id}","status":"final","category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"{category}"}}]}}],
               "code":{{"coding":[{{"system":"http://loinc.org","code":"{code}","display":"Something that is measured"}}]}},{SUBJECT},
               "effectiveDateTime":"{}","valueQuantity":{{"value":{}.{},"unit":"{unit}","system":"http://unitsofmeasure.org","code":"{unit}"}}}}"#,
            day(n, 14_000),
            value + n % 9,
            n % 10
        );
        ("Observation", id, json)
    };
    let other = move |n: usize| {
        let at = day(n, 6_000);
        let (kind, rest) = match n % 12 {
            0..=4 => (
                "Encounter",
                format!(
                    r#""status":"finished","class":{{"code":"AMB"}},"period":{{"start":"{at}"}},{SUBJECT}"#
                ),
            ),
            5..=6 => (
                "MedicationRequest",
                format!(
                    r#""status":"{}","intent":"order","medicationCodeableConcept":{{"text":"Medicine {n}"}},"authoredOn":"{at}",{SUBJECT}"#,
                    if n % 100 == 5 { "active" } else { "completed" }
                ),
            ),
            7 => (
                "Condition",
                format!(
                    r#""clinicalStatus":{{"coding":[{{"code":"{}"}}]}},"code":{{"text":"Problem {n}"}},"onsetDateTime":"{at}",{SUBJECT}"#,
                    if n % 20 == 7 { "active" } else { "resolved" }
                ),
            ),
            8 => (
                "Immunization",
                format!(
                    r#""status":"completed","vaccineCode":{{"text":"Vaccine"}},"occurrenceDateTime":"{at}",{PATIENT}"#
                ),
            ),
            9..=10 => (
                "DocumentReference",
                format!(
                    r#""status":"current","category":[{{"coding":[{{"code":"clinical-note"}}]}}],"date":"{at}","content":[{{"attachment":{{"contentType":"text/plain","data":"{}"}}}}],{SUBJECT}"#,
                    "QUJD".repeat(400)
                ),
            ),
            _ if n % 600 == 11 => (
                "AllergyIntolerance",
                format!(r#""code":{{"text":"Allergen {n}"}},"recordedDate":"{at}",{PATIENT}"#),
            ),
            _ => ("Procedure", format!(r#""status":"completed","performedDateTime":"{at}",{SUBJECT}"#)),
        };
        let id = format!("lr{n}");
        let json = format!(r#"{{"resourceType":"{kind}","id":"{id}",{rest}}}"#);
        (kind, id, json)
    };
    let first = std::iter::once(("Patient", LONG.to_owned(), patient.to_owned()));
    first.chain((0..14_000).map(observation)).chain((0..6_000).map(other))
}
