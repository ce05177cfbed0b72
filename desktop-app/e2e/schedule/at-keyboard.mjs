import { must } from '../report.mjs';
import { bookNow } from './behind.mjs';
import { choosePatient, chooseType, freePlace, hasFocus, hush, minutesOf, open, toast } from './sheet.mjs';

/** Walks down from the first slot of the day until the free time at a minute has the focus. */
async function walkTo(page, minute) {
  await page.locator('.day-grid [tabindex="0"]').focus();
  await page.keyboard.press('Home');
  for (let steps = 0; steps < 200; steps++) {
    const at = await page.evaluate(() => Number(document.activeElement?.dataset.slot ?? -1));
    if (at === minute) return;
    await page.keyboard.press('ArrowDown');
  }
  throw new Error(`arrows do not lead to minute ${minute}`);
}

/** A morning without a mouse: book, book a series, move, check in, take back, a walk-in, a no-show. */
export async function atKeyboard(report, page, { day, type, patients: [name] }, shot) {
  let minute;
  await report.step('keyboard: arrows lead to free time, Enter books it', async () => {
    await open(page, `day/${day}`);
    ({ minute } = await freePlace(page, 0, 25));
    await walkTo(page, minute);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await choosePatient(page, name);
    await chooseType(page, type);
    await shot('book');
    await page.keyboard.press('Control+Enter');
    await toast(page, 'is booked');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });
  const mine = page.locator(`[data-column="0"] [data-appointment][data-from="${minute}"]`);
  await report.step('keyboard: it stands where it was booked', async () => {
    await mine.waitFor();
    must((await mine.textContent()).includes('Booked'), 'its state is not written on it');
    await hush(page);
  });
  await report.step('keyboard: M moves it by arrows, Escape leaves it, Enter puts it there', async () => {
    await mine.focus();
    await page.keyboard.press('m');
    await page.keyboard.press('ArrowDown');
    await page.locator('.ghost').waitFor();
    await shot('move');
    await page.keyboard.press('Escape');
    must((await minutesOf(mine)).from === minute, 'Escape has moved it');
    await mine.focus();
    await page.keyboard.press('m');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await toast(page, 'is moved to');
    await page.locator(`[data-column="0"] [data-appointment][data-from="${minute + 5}"]`).waitFor();
  });
  await report.step('keyboard: Ctrl+Z takes the move back', async () => {
    await page.keyboard.press('Control+z');
    await toast(page, 'Undone');
    await mine.waitFor();
    await hush(page);
  });
  await report.step('keyboard: C checks in, Ctrl+Z takes it back', async () => {
    // Nobody is checked in on another day than they are expected on.
    await mine.focus();
    await page.keyboard.press('c');
    await toast(page, 'expected on another day');
    await hush(page);
    const id = await bookNow(page, { type, name });
    await open(page, 'day');
    const now = page.locator(`[data-appointment="${id}"]`).first();
    await now.focus();
    await page.keyboard.press('c');
    await toast(page, 'has arrived');
    await now.getByText('Arrived').waitFor();
    await page.keyboard.press('Control+z');
    await now.locator('.status', { hasText: 'Booked' }).waitFor();
    await hush(page);
    await open(page, `day/${day}`);
  });
  await report.step('keyboard: Enter opens it, Escape gives the focus back', async () => {
    await mine.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('MRN').waitFor();
    await shot('details');
    await page.keyboard.press('Escape');
    await hasFocus(page, '[data-appointment]');
  });
  await report.step('keyboard: N books a series, each of it seen before', async () => {
    await page.keyboard.press('n');
    await page.getByRole('dialog').waitFor();
    await choosePatient(page, name);
    await chooseType(page, type);
    await page.getByRole('dialog').locator('.slots input').nth(2).check();
    await page.getByLabel('Again', { exact: true }).selectOption('week');
    await page.getByLabel('How often in all').fill('3');
    await page.locator('.instances li').nth(2).waitFor();
    must((await page.locator('.instances li').count()) === 3, 'the preview has another number');
    await shot('series');
    await page.keyboard.press('Control+Enter');
    await toast(page, /appointments? (is|are) booked/);
    await hush(page);
  });
  await report.step('keyboard: W takes in a walk-in', async () => {
    await page.keyboard.press('w');
    await page.getByRole('dialog').waitFor();
    await choosePatient(page, name);
    await chooseType(page, type);
    await page.keyboard.press('Control+Enter');
    const refused = page.getByRole('dialog').getByRole('alert');
    await page.locator('.toast', { hasText: 'has arrived' }).or(refused).first().waitFor();
    if (await refused.isVisible()) {
      // Outside of working hours somebody may still be taken in, and it is seen that they were.
      await page.getByLabel('Book it all the same').check();
      await page.getByLabel('Why it has to be overbooked').fill('Came without an appointment');
      await shot('overbook');
      await page.keyboard.press('Control+Enter');
      await toast(page, 'has arrived');
    }
    await hush(page);
  });
  await report.step('keyboard: the flow board leads on by Enter, arrows go between cards', async () => {
    await open(page, 'flow');
    const card = page.locator('.flow-column[aria-label="Arrived"] .flow-card', { hasText: name }).first();
    await card.locator('.flow-step').focus();
    await page.keyboard.press('Enter');
    await toast(page, 'With the nurse');
    await page.locator('.flow-column[aria-label="With the nurse"] .flow-card', { hasText: name }).first().waitFor();
    await shot('flow');
    await page.keyboard.press('Control+z');
    await card.waitFor();
  });
}
