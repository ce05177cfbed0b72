import { noteOf, pulseOf, saveRecord, visitOf } from './records.mjs';
import { must } from './report.mjs';

/** A visit on paper has the values of that visit, not the newest ones; one without any says so. */
export async function printedVisit(report, page, patient) {
  await report.step('a printed visit has what was measured at it', async () => {
    const day = (hour) => `2019-03-04T${hour}:00:00+00:00`;
    const id = await saveRecord(page, visitOf(patient, { start: day('09'), end: day('10') }));
    const encounter = { reference: `Encounter/${id}` };
    await saveRecord(page, pulseOf(patient, { at: day('09'), value: 53, encounter }));
    await saveRecord(page, noteOf(patient, { title: 'Old visit', date: day('10'), text: 'Feels well.', encounter }));
    await page.goto(`/#/patients/${patient.id}/print/encounter/${id}`);
    const sheet = page.locator('.sheet');
    await sheet.getByText('Feels well.').waitFor();
    must((await sheet.getByText(/53 \/min.*2019/).count()) === 1, 'the value of the visit or its time is missing');
    must((await sheet.getByText(/118 \/min/).count()) === 0, 'a value of another day is printed');
  });
  await report.step('a printed visit without values says so', async () => {
    const id = await saveRecord(page, visitOf(patient, { start: '2018-03-04', end: '2018-03-04' }));
    await page.goto(`/#/patients/${patient.id}/print/encounter/${id}`);
    await page.locator('.sheet').getByText('Nothing was measured at this visit.').waitFor();
  });
}
