//! Element names that most records use, so that one byte stands for one name in stored states.
//! Append only: a name's place is its number in every database.

/// Common register keys. The index is part of the storage format.
pub(crate) const COMMON: &[&str] = &[
    "meta", "text", "extension", "identifier", "active", "name", "telecom", "gender", "birthDate",
    "deceasedDateTime", "deceasedBoolean", "address", "maritalStatus", "multipleBirthBoolean",
    "multipleBirthInteger", "contact", "communication", "generalPractitioner", "managingOrganization", "photo",
    "link", "status", "category", "code", "subject", "encounter", "effectiveDateTime", "effectivePeriod", "issued",
    "valueQuantity", "valueCodeableConcept", "valueString", "component", "performer", "interpretation", "note",
    "referenceRange", "bodySite", "method", "device", "hasMember", "derivedFrom", "specimen", "basedOn", "partOf",
    "class", "type", "serviceType", "priority", "participant", "appointment", "period", "reasonCode",
    "reasonReference", "diagnosis", "hospitalization", "location", "serviceProvider", "clinicalStatus",
    "verificationStatus", "severity", "onsetDateTime", "abatementDateTime", "recordedDate", "recorder", "asserter",
    "patient", "intent", "medicationCodeableConcept", "medicationReference", "authoredOn", "requester",
    "dosageInstruction", "dispenseRequest", "substitution", "vaccineCode", "occurrenceDateTime", "primarySource",
    "performedPeriod", "performedDateTime", "result", "resultsInterpreter", "presentedForm", "conclusion", "content",
    "context", "author", "custodian", "date", "description", "docStatus", "billablePeriod", "created", "provider",
    "insurer", "insurance", "item", "total", "payment", "use", "prescription", "facility", "supportingInfo", "claim",
    "outcome", "careTeam", "addresses", "activity", "goal", "criticality", "reaction", "series", "numberOfSeries",
    "numberOfInstances", "started", "contained", "implicitRules", "language", "modifierExtension", "title",
    "recorded", "agent", "entity", "target", "source", "start", "end", "minutesDuration", "slot", "schedule",
    "specialty", "actor", "planningHorizon", "comment", "qualification", "practitioner", "organization", "position",
    "alias", "mode", "physicalType", "beneficiary", "payor", "relationship", "subscriberId", "onsetAge",
    "onsetString", "onsetPeriod", "section", "confidentiality", "event", "relatesTo", "parameter", "entry",
    "@deleted",
];

/// The number of a common name, from 1.
pub(crate) fn number(name: &str) -> Option<u64> {
    COMMON.iter().position(|n| *n == name).map(|at| at as u64 + 1)
}

/// The name of a number, from 1.
pub(crate) fn name(number: u64) -> Option<&'static str> {
    let at = usize::try_from(number.checked_sub(1)?).ok()?;
    COMMON.get(at).copied()
}
