use super::*;

fn read(system: System, text: &str) -> Result<Vec<Entry>, FormatError> {
    let mut reader = Reader::new(system);
    for (at, line) in text.lines().enumerate() {
        reader.line(at as u64 + 1, line)?;
    }
    reader.finish()
}

fn entry(code: &str, display: &str, also: &str) -> Entry {
    Entry { code: code.to_owned(), display: display.to_owned(), also: also.to_owned() }
}

#[test]
fn each_published_format_is_read() {
    let order = format!(
        "00001 A00     0 {:60} Cholera\r\n00002 A000    1 {:60} Cholera due to Vibrio cholerae 01, biovar cholerae\r\n",
        "Cholera", "Cholera due to Vibrio cholerae 01, biovar cholerae"
    );
    assert_eq!(
        read(System::Icd10Cm, &order).unwrap(),
        [entry("A00.0", "Cholera due to Vibrio cholerae 01, biovar cholerae", "")],
        "headings are no diagnoses"
    );
    assert_eq!(
        read(System::Icd10Cm, "I10     Essential (primary) hypertension\nE119    Type 2 diabetes").unwrap(),
        [entry("I10", "Essential (primary) hypertension", ""), entry("E11.9", "Type 2 diabetes", "")]
    );
    let loinc = "\u{feff}\"LOINC_NUM\",\"COMPONENT\",\"STATUS\",\"SHORTNAME\",\"LONG_COMMON_NAME\"\n\
                 \"4548-4\",\"Hemoglobin A1c, \"\"x\"\"\",\"ACTIVE\",\"HbA1c MFr Bld\",\"Hemoglobin A1c/Hemoglobin.total in Blood\"\n\
                 \"1-8\",\"two\nlines\",\"DEPRECATED\",\"\",\"Gone\"\n";
    assert_eq!(
        read(System::Loinc, loinc).unwrap(),
        [entry("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "HbA1c MFr Bld")]
    );
    let rxnorm = "861007|ENG||||||2574500|2574500|861007||RXNORM|SCD|861007|metformin hydrochloride 500 MG Oral Tablet||N|4096|\n\
                  861007|ENG||||||1||861007||RXNORM|SY|861007|metformin HCl 500 MG Oral Tablet||N||\n\
                  861007|ENG||||||2||x||MTHSPL|DP|x|METFORMIN||N||\n\
                  9|ENG||||||3||9||RXNORM|SCD|9|withdrawn||O||\n\
                  8|ENG||||||3||8||RXNORM|DF|8|Oral Tablet||N||\n";
    assert_eq!(
        read(System::Rxnorm, rxnorm).unwrap(),
        [entry("861007", "metformin hydrochloride 500 MG Oral Tablet", "metformin HCl 500 MG Oral Tablet")]
    );
    let cvx = "CVX Code|Short Description|Full Vaccine Name\n03 |MMR|measles, mumps and rubella virus vaccine||Active|False|x";
    assert_eq!(
        read(System::Cvx, cvx).unwrap(),
        [entry("03", "MMR", "measles, mumps and rubella virus vaccine")]
    );
}

#[test]
fn what_is_no_such_list_is_refused_with_its_line() {
    for (system, text, line, part) in [
        (System::Icd10Cm, "I10     Hypertension\n<html>", 2, "no description"),
        (System::Icd10Cm, "code description", 1, "\"code\""),
        (System::Icd10Cm, "00001 A00     2 short", 1, "column"),
        (System::Icd10Cm, "", 0, "none had a code"),
        (System::Loinc, "\"LOINC_NUM\",\"STATUS\"", 1, "LONG_COMMON_NAME"),
        (System::Loinc, "LOINC_NUM,STATUS,LONG_COMMON_NAME\nx,ACTIVE,name", 2, "\"x\""),
        (System::Loinc, "LOINC_NUM,STATUS,LONG_COMMON_NAME\n1-8,ACTIVE,\"cut", 2, "cut"),
        (System::Rxnorm, "861007|ENG|x|", 1, "3 columns"),
        (System::Rxnorm, "x|ENG||||||1||8||RXNORM|SY|8|n||N||", 1, "RXCUI"),
        (System::Cvx, "115\n", 1, "columns"),
        (System::Cvx, "115|Tdap|x\nabc|y|z", 2, "\"abc\""),
    ] {
        let error = read(system, text).unwrap_err();
        let told = error.to_string();
        assert_eq!(error.line(), line, "{told}");
        assert!(told.contains(part) && told.contains("as published"), "{told}");
    }
}
