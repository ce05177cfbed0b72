import { randomUUID } from 'node:crypto';
import { must } from './report.mjs';

/** Saves a new record as whoever is signed in on the page, and gives back its id. */
export async function saveRecord(page, resource) {
  const record = { ...resource, id: randomUUID() };
  const status = await page.evaluate(async (body) => {
    const headers = { 'content-type': 'application/json', 'x-holdfast': '1', 'if-none-match': '*' };
    const options = { method: 'PUT', headers, body: JSON.stringify(body) };
    return (await fetch(`/api/records/${body.resourceType}/${body.id}`, options)).status;
  }, record);
  must(status < 300, `${resource.resourceType} is refused with ${status}`);
  return record.id;
}

/** A signed note of one paragraph. */
export function noteOf(patient, { title, date, text, encounter }) {
  return {
    resourceType: 'Composition',
    status: 'final',
    type: { coding: [{ system: 'http://loinc.org', code: '11506-3', display: 'Progress note' }] },
    subject: { reference: `Patient/${patient.id}` },
    encounter,
    date,
    author: [{ display: 'Dr Ancien' }],
    title,
    section: [{ text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml"><p>${text}</p></div>` } }],
  };
}

/** A pulse. */
export function pulseOf(patient, { at, value, encounter }) {
  return {
    resourceType: 'Observation',
    status: 'final',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] },
    ],
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
    subject: { reference: `Patient/${patient.id}` },
    encounter,
    effectiveDateTime: at,
    valueQuantity: { value, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
  };
}

/** A visit that is over. */
export function visitOf(patient, { start, end }) {
  return {
    resourceType: 'Encounter',
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject: { reference: `Patient/${patient.id}` },
    period: { start, end },
  };
}
