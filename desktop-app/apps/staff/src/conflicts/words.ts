import type { ConflictValue } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';

/** The element's name as staff would say it; one without a word of its own as FHIR writes it. */
export function elementWords(i18n: I18n, element: string): string {
  const words: Record<string, string> = {
    name: i18n.t('Name'),
    birthDate: i18n.t('Birth date'),
    gender: i18n.t('Sex'),
    telecom: i18n.t('Phone and e-mail'),
    address: i18n.t('Address'),
    contact: i18n.t('Whom to call'),
    communication: i18n.t('Preferred language'),
    dosageInstruction: i18n.t('How it is taken'),
    dosage: i18n.t('How it is taken'),
    medicationCodeableConcept: i18n.t('Medicine'),
    code: i18n.t('What it is'),
    criticality: i18n.t('How bad'),
    reaction: i18n.t('How it shows'),
    clinicalStatus: i18n.t('State'),
    verificationStatus: i18n.t('Whether it is certain'),
    status: i18n.t('State'),
    onsetDateTime: i18n.t('Since'),
    note: i18n.t('Remark'),
    valueQuantity: i18n.t('Value'),
    effectiveDateTime: i18n.t('When it was measured'),
    identifier: i18n.t('Numbers of the record'),
    photo: i18n.t('Photo'),
    extension: i18n.t('Further detail'),
    deceasedBoolean: i18n.t('Deceased'),
    deceasedDateTime: i18n.t('Deceased'),
    maritalStatus: i18n.t('Marital status'),
    section: i18n.t('What the note says'),
    title: i18n.t('Title'),
    start: i18n.t('From'),
    end: i18n.t('Until'),
    participant: i18n.t('Who takes part'),
    description: i18n.t('Remark'),
    abatementDateTime: i18n.t('Over since'),
    occurrenceDateTime: i18n.t('Given on'),
    vaccineCode: i18n.t('What it is'),
    '@deleted': i18n.t('Deleted in one place, changed in another'),
  };
  return words[element] ?? element;
}

/** The type of a record as staff would say it. */
export function typeWords(i18n: I18n, type: string): string {
  const words: Record<string, string> = {
    Patient: i18n.t('Patient'),
    AllergyIntolerance: i18n.t('Allergy'),
    Condition: i18n.t('Problem'),
    MedicationRequest: i18n.t('Medicine'),
    MedicationStatement: i18n.t('Medicine'),
    Observation: i18n.t('Measured'),
    Immunization: i18n.t('Immunization'),
    Encounter: i18n.t('Visit'),
    Appointment: i18n.t('Appointment'),
    DocumentReference: i18n.t('Document'),
    Composition: i18n.t('Note'),
    Procedure: i18n.t('Procedure'),
    Consent: i18n.t('Consent'),
    FamilyMemberHistory: i18n.t('Family history'),
    AuditEvent: i18n.t('Who looked'),
    Binary: i18n.t('File'),
  };
  return words[type] ?? type;
}

/** Where a value was written. */
export function placeWords(i18n: I18n, { place, replica }: ConflictValue): string {
  if (replica) return i18n.t('at {place}', { place: replica });
  const words = {
    here: i18n.t('here'),
    above: i18n.t('at head office'),
    below: i18n.t('on a desktop'),
    elsewhere: i18n.t('at another place'),
  };
  return words[place] ?? '';
}
