import { everyNote } from './notes.mjs';
import { register } from './patient.mjs';
import { printedVisit } from './printed-visit.mjs';
import { must, newFamily } from './report.mjs';
import { signIn } from './sign-in.mjs';
import { takenBack } from './undo.mjs';

/** What was saved is said at the lower edge. */
export async function toast(page, text) {
  await page.locator('.toast', { hasText: text }).first().waitFor();
}

async function more(page, name) {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name }).click();
}

/** A day's work with the mouse. */
export async function withMouse(report, page, who, shot) {
  const family = newFamily('Essai');
  await report.step('sign in', () => signIn(page, who));
  await report.step('today is the landing', () => page.getByRole('heading', { level: 1, name: 'Today' }).waitFor());
  await report.step('a birth date is understood as it is shown, and as it is typed', async () => {
    await page.getByRole('link', { name: /^Register/ }).click();
    for (const typed of ['20 Jul 1962', 'July 20, 1962', '20/7/1962', '٢٠/٧/١٩٦٢']) {
      await page.getByLabel('Birth date').fill(typed);
      await page.getByText(/20 Jul 1962 · \d+ years old/).waitFor();
    }
    await page.getByLabel('Birth date').fill('20 Jul 62');
    await page.getByLabel('Family name').focus();
    await page.getByText('This is no date.').waitFor();
    await page.getByLabel('Birth date').fill('');
    await page.getByRole('button', { name: 'Throw away' }).click();
    await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
  });
  const patient = await report.step('register, and see the MRN', () => register(page, { given: 'Amélie', family }));
  await report.step('the header tells what is needed', async () => {
    await page.getByText('Speaks Français').waitFor();
    await page.getByText(patient.mrn).first().waitFor();
    await page.getByText('Allergies: nothing recorded').waitFor();
  });
  await report.step('find her by her name without accents, with a typing error', async () => {
    await page.getByRole('button', { name: 'Find a patient' }).click();
    await page.getByRole('combobox', { name: 'Find a patient' }).fill(`amelie ${family}`);
    await page.getByRole('option', { name: new RegExp(patient.mrn) }).click();
    await page.getByRole('heading', { level: 1, name: family }).waitFor();
  });
  await report.step('enter vitals; an absurd one is asked about, not refused', async () => {
    await page.getByRole('button', { name: 'Enter vitals' }).first().click();
    const values = {
      Systolic: '98',
      Diastolic: '60',
      Pulse: '118',
      Breaths: '24',
      Temperature: '47',
      'Oxygen saturation': '93',
    };
    for (const [name, value] of Object.entries(values)) await page.getByRole('dialog').getByLabel(name).fill(value);
    await page.getByText('Is this right?').first().waitFor();
    await page.getByRole('dialog').getByLabel('Temperature').fill('38.6');
    await page.getByText('Is this right?').first().waitFor({ state: 'detached' });
    await page.getByRole('dialog').getByText(/NEWS2/).waitFor();
    await shot('vitals');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await toast(page, 'Saved: vitals');
    await page.getByText('98/60 mmHg').first().waitFor();
  });
  await report.step('what was measured earlier is entered as of then, never as of later', async () => {
    await page.getByRole('button', { name: 'Enter vitals' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Pulse').fill('77');
    await dialog.getByLabel('Date', { exact: true }).fill('2099-12-31');
    await dialog.getByText('This time has not come yet.').waitFor();
    must(await dialog.getByRole('button', { name: /^Save/ }).isDisabled(), 'it can be saved as of the future');
    await dialog.getByRole('button', { name: 'Set to now' }).click();
    await dialog.getByText('Now', { exact: true }).waitFor();
    await dialog.getByLabel('Date', { exact: true }).fill('2024-02-29');
    await dialog.getByLabel('Time', { exact: true }).fill('7.40');
    await dialog.getByRole('button', { name: /^Save/ }).click();
    await page.waitForFunction(async (id) => {
      const answer = await fetch(`/fhir/Observation?patient=${id}&date=2024-02-29`);
      const [found] = (await answer.json()).entry ?? [];
      return found?.resource.effectiveDateTime.startsWith('2024-02-29T07:40');
    }, patient.id);
  });
  await report.step('write a note; the draft is kept; sign it', async () => {
    await page.getByRole('button', { name: 'New note' }).first().click();
    await page.getByLabel('Subjective').fill('Cough and fever for three days.');
    await page.getByLabel('Plan').fill('Rest, fluids. Review in 48 hours.');
    await page.getByText('Draft kept').waitFor();
    await page.reload();
    await page.getByText('Goes on from your draft').waitFor();
    must(
      (await page.getByLabel('Subjective').inputValue()).startsWith('Cough'),
      'the draft is not there after a reload',
    );
    await page.getByRole('button', { name: 'Sign', exact: false }).click();
    await toast(page, 'Signed');
    await page.getByRole('article').getByText('Review in 48 hours.').waitFor();
  });
  await report.step('add a problem, coded', async () => {
    await more(page, /Add a problem/);
    await page.getByLabel('Problem', { exact: true }).fill('asthma');
    await page.getByRole('option').first().click();
    await page.getByText(/^Code /).waitFor();
    await page.getByRole('button', { name: /^Save/ }).click();
    await toast(page, 'Saved');
  });
  await report.step('add an allergy; undo it; add it again', async () => {
    const add = async () => {
      await more(page, /Add an allergy/);
      await page.getByLabel('To what').fill('Penicillin G');
      await page.getByLabel('How it shows').fill('Anaphylaxis');
      await page.getByLabel('How bad').selectOption('high');
      await page.getByRole('button', { name: /^Save/ }).click();
      await toast(page, 'allergy to Penicillin G');
    };
    await add();
    await page.locator('.toast', { hasText: 'allergy to Penicillin G' }).getByRole('button', { name: 'Undo' }).click();
    await toast(page, 'Undone');
    await page.locator('.chart-head').getByText('Allergies: nothing recorded').waitFor();
    await add();
    await page.locator('.chart-head').getByText('Penicillin G').waitFor();
  });
  await report.step('a medicine warns before it is saved', async () => {
    await more(page, /Add a medicine/);
    await page.getByLabel('Medicine', { exact: true }).fill('Amoxicillin');
    await page.locator('.told.danger').first().waitFor();
    await page.keyboard.press('Escape');
    must(
      await page.getByRole('dialog').getByRole('button', { name: /^Save/ }).isDisabled(),
      'it can be saved without reading the warning',
    );
    await shot('medicine-warning');
    await page.getByLabel('How it is taken').fill('500 mg three times a day');
    await page.getByLabel('I have read this').check();
    await page.getByRole('dialog').getByRole('button', { name: /^Save/ }).click();
    await toast(page, 'Amoxicillin');
  });
  await report.step('add a document, and look at it', async () => {
    await more(page, /Add a document/);
    const buffer = Buffer.from('Letter from the hospital', 'utf8');
    await page.locator('input[type=file]').setInputFiles({ name: 'letter.txt', mimeType: 'text/plain', buffer });
    await page.getByLabel('Title').fill('Hospital letter');
    await page.getByRole('dialog').getByRole('button', { name: /^Save/ }).click();
    await toast(page, 'Hospital letter');
    await page.getByRole('button', { name: 'Hospital letter' }).click();
    await page.locator('iframe.viewed').waitFor();
    await page.getByRole('button', { name: 'Close' }).last().click();
  });
  await report.step('a photo is made small and stands beside the name', async () => {
    await page.getByRole('link', { name: 'Details', exact: true }).click();
    const buffer = await page.screenshot();
    await page.locator('input[type=file]').setInputFiles({ name: 'face.png', mimeType: 'image/png', buffer });
    await toast(page, 'Saved: photo');
    const { src } = await page.locator('.chart-head img.photo').evaluate(({ src }) => ({ src }));
    must(src.startsWith('data:image/jpeg;base64,') && src.length < 60_000, `the photo has ${src.length} characters`);
  });
  await report.step('what was agreed to is seen, withdrawn, and recorded again', async () => {
    const panel = page.getByRole('region', { name: 'Consent' });
    await panel.getByText('The clinic keeps and uses a record').waitFor();
    await panel.getByRole('button', { name: 'Withdraw' }).click();
    await panel.getByText('Withdrawn').waitFor();
    await panel.getByRole('button', { name: 'Record consent' }).click();
    await panel.getByText('Agrees').waitFor();
    await shot('details');
  });
  await report.step('the timeline has it all, the newest first', async () => {
    await page.getByRole('link', { name: 'Timeline', exact: true }).click();
    const lines = page.locator('.timeline li');
    await lines.filter({ hasText: 'Visit (SOAP)' }).first().waitFor();
    must((await lines.first().textContent()).match(/Hospital letter|Amoxicillin/), 'the first line is an older one');
  });
  await everyNote(report, page, patient);
  await printedVisit(report, page, patient);
  await takenBack(report, page, { ...patient, family });
  await page.goto(`/#/patients/${patient.id}`);
  await report.step('the summary on paper has it all', async () => {
    await more(page, /Print the patient summary/);
    const sheet = page.locator('.sheet');
    for (const text of [family, patient.mrn, 'Penicillin G', 'Amoxicillin', 'Review in 48 hours.'])
      await sheet.getByText(text).first().waitFor();
    await page.emulateMedia({ media: 'print' });
    must(!(await page.locator('.rail').isVisible()), 'the rail is printed');
    await shot('summary-on-paper');
    await page.emulateMedia({ media: 'screen' });
  });
  return { ...patient, family };
}

/** Two people on one record: both values are kept, shown and settled. `other` is somebody else's device. */
export async function twoAtOnce(report, page, other, who, patient, shot) {
  await report.step('two people change one element at once', async () => {
    await signIn(other, who);
    for (const one of [page, other]) {
      await one.goto(`/#/patients/${patient.id}/details`);
      await one.getByLabel('Town').waitFor();
    }
    for (const [one, town] of [
      [other, 'Rennes'],
      [page, 'Brest'],
    ]) {
      await one.getByLabel('Town').fill(town);
      await one.getByRole('button', { name: 'Save', exact: true }).click();
      await one.locator('.toast').first().waitFor();
    }
    await page.locator('.toast', { hasText: 'Both values are kept' }).waitFor();
  });
  await report.step('both values are shown and one is kept', async () => {
    await page.locator('.toast').getByRole('button', { name: 'Settle' }).click();
    await page.getByText(/Rennes/).waitFor();
    await page.getByText(/Brest/).waitFor();
    await shot('conflict');
    const choice = page.locator('.choice', { hasText: 'Brest' });
    await choice.getByRole('button', { name: 'Keep this value' }).click();
    await page.getByText('This is settled.').waitFor();
    await page.goto(`/#/patients/${patient.id}/details`);
    await page.waitForFunction(() => [...document.querySelectorAll('input')].some((input) => input.value === 'Brest'));
  });
}
