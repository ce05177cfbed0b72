import type { CodeableConcept, MedicationRequest, MedicationStatement } from '@holdfast/api';

export type Medicine = MedicationRequest | MedicationStatement;

const ACTIVE = new Set(['active', 'on-hold', 'intended', 'draft']);

/** Whether somebody is to take it now. */
export function isActive(medicine: Medicine): boolean {
  return ACTIVE.has(medicine.status);
}

export function conceptOf(medicine: Medicine): CodeableConcept {
  return medicine.medicationCodeableConcept ?? { text: medicine.medicationReference?.display };
}

/** How it is taken, as it was written. */
export function dosageOf(medicine: Medicine): string {
  const dosages = medicine.resourceType === 'MedicationRequest' ? medicine.dosageInstruction : medicine.dosage;
  return (
    dosages
      ?.map(({ text, patientInstruction }) => text ?? patientInstruction)
      .filter(Boolean)
      .join('; ') ?? ''
  );
}
