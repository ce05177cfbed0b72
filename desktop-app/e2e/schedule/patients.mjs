/** Registers those who are booked in what follows, by the API: names in two scripts, that nobody else has. */
export async function registerAll(report, page, { patients }) {
  await report.step('patients: those of each walk are registered', () => register(page, patients));
}

async function register(page, names) {
  await page.evaluate(async (all) => {
    for (const name of all) {
      const found = await (await fetch(`/api/patients?q=${encodeURIComponent(name)}`)).json();
      if (found.patients.length > 0) continue;
      const [given, family] = name.split(' ');
      const id = crypto.randomUUID();
      const answer = await fetch(`/fhir/Patient/${id}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/fhir+json', 'x-holdfast': '1' },
        body: JSON.stringify({
          resourceType: 'Patient',
          id,
          identifier: [{ system: 'urn:holdfast:mrn', value: `E${Date.now()}${all.indexOf(name)}` }],
          name: [{ family, given: [given] }],
          gender: 'female',
          birthDate: '1961-03-12',
          telecom: [{ system: 'phone', value: '+33 6 12 34 56 78' }],
          communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'fr' }] }, preferred: true }],
        }),
      });
      if (!answer.ok) throw new Error(`${name} is not registered: ${answer.status} ${await answer.text()}`);
    }
  }, names);
}
