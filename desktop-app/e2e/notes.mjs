import { noteOf, saveRecord } from './records.mjs';
import { must } from './report.mjs';

/** As many as do not stand in the chart at once. */
const OLD = 8;

/** Notes of years ago. */
async function writeOldNotes(page, patient) {
  for (let year = 1; year <= OLD; year += 1) {
    const date = `200${year}-05-04T09:00:00+00:00`;
    await saveRecord(page, noteOf(patient, { title: `Old note ${year}`, date, text: `Words of 200${year}.` }));
  }
}

/** Every note can be read, however old: from the timeline, and a page at a time. */
export async function everyNote(report, page, patient) {
  await report.step('a note opens by itself, from the timeline', async () => {
    await page.goto(`/#/patients/${patient.id}/timeline`);
    await page.locator('.timeline li', { hasText: 'Visit (SOAP)' }).first().getByRole('link').click();
    const note = page.getByRole('article');
    await note.getByText('Review in 48 hours.').waitFor();
    await note.getByText(/^Signed /).waitFor();
    must(new URL(page.url()).hash.includes('/notes/'), 'the note has no address of its own');
  });
  await report.step('older notes are a press away, down to the first', async () => {
    await writeOldNotes(page, patient);
    await page.goto(`/#/patients/${patient.id}/notes`);
    await page.reload();
    await page.getByRole('button', { name: 'Older notes' }).click();
    await page.getByRole('article', { name: 'Old note 1' }).getByText('Words of 2001.').waitFor();
    await page.getByRole('link', { name: 'Old note 1', exact: true }).click();
    await page.getByRole('heading', { name: 'Old note 1' }).waitFor();
    must((await page.getByRole('article').count()) === 1, 'other notes stand beside it');
    await page.getByRole('link', { name: 'All notes' }).click();
    await page.getByRole('article').nth(1).waitFor();
  });
}
