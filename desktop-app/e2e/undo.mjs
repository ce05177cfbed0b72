import { saveRecord } from './records.mjs';

/** A slip of the finger is taken back: a draft that was thrown away, somebody who has not arrived. */
export async function takenBack(report, page, patient) {
  await report.step('a draft that was thrown away comes back', async () => {
    await page.getByRole('link', { name: /^Register/ }).click();
    await page.getByLabel('Family name').fill('Brouillon');
    await page.getByRole('button', { name: 'Throw away' }).click();
    await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
    const thrown = page.locator('.toast', { hasText: 'The draft is thrown away.' });
    await thrown.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { level: 1, name: 'Register a patient' }).waitFor();
    await page.waitForFunction(() =>
      [...document.querySelectorAll('input')].some(({ value }) => value === 'Brouillon'),
    );
    await page.getByRole('button', { name: 'Throw away' }).click();
    await page.getByRole('heading', { level: 1, name: 'Today' }).waitFor();
  });
  await report.step('"Arrived" is taken back, by the message and by key', async () => {
    const start = new Date();
    start.setMinutes(start.getMinutes() > 29 ? 29 : 59);
    await saveRecord(page, {
      resourceType: 'Appointment',
      status: 'booked',
      start: start.toISOString(),
      end: new Date(start.getTime() + 15 * 60_000).toISOString(),
      participant: [{ actor: { reference: `Patient/${patient.id}` }, status: 'accepted' }],
    });
    await page.goto('/#/');
    await page.reload();
    const arrived = page.getByRole('button', { name: new RegExp(`${patient.family} has arrived`) });
    for (const takeBack of [
      () => page.locator('.toast', { hasText: 'has arrived' }).last().getByRole('button', { name: 'Undo' }).click(),
      () => page.keyboard.press('Control+z'),
    ]) {
      await arrived.click();
      await page.locator('.toast', { hasText: 'has arrived' }).last().waitFor();
      await arrived.waitFor({ state: 'detached' });
      await takeBack();
      await page.locator('.toast', { hasText: 'Undone.' }).last().waitFor();
      await arrived.waitFor();
    }
  });
}
