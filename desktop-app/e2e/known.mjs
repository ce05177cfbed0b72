/** The first record that a search finds, asked by whoever is signed in on the page. */
async function first(page, query) {
  return page.evaluate(async (asked) => {
    const answer = await fetch(`/fhir/${asked}`, { headers: { accept: 'application/fhir+json' } });
    if (!answer.ok) throw new Error(`${asked} is answered by ${answer.status}`);
    return (await answer.json()).entry?.[0]?.resource;
  }, query);
}

async function patientOf(page, record) {
  const reference = record?.subject?.reference ?? record?.patient?.reference;
  const patient = record?.resourceType === 'Patient' ? record : reference && (await first(page, byId(reference)));
  if (!patient) return undefined;
  const [name] = patient.name ?? [];
  return { id: patient.id, family: name?.family ?? name?.text ?? '' };
}

const byId = (reference) => `Patient?_id=${reference.replace('Patient/', '')}`;
const LOINC = encodeURIComponent('http://loinc.org|');

/** Whose laboratory results go back furthest: a record of many years. Nobody if the clinic is empty. */
export async function longKnown(page) {
  return patientOf(page, await first(page, `Observation?code=${LOINC}2160-0&_sort=date&_count=1`));
}

/** A child that has been measured since birth. */
export async function aChild(page) {
  const year = new Date().getFullYear();
  return patientOf(page, await first(page, `Patient?birthdate=ge${year - 6}&birthdate=le${year - 4}&_count=1`));
}

/** Who takes something that many other medicines do not go together with. */
export async function onWarfarin(page) {
  return patientOf(page, await first(page, 'MedicationRequest?status=active&code:text=warfarin&_count=1'));
}
