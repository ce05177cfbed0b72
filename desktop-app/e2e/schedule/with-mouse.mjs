import { must } from '../report.mjs';
import { choosePatient, chooseType, freePlace, hush, minutesOf, open, toast } from './sheet.mjs';

/** A morning with the mouse: book, refuse, overbook, drag, cancel, a no-show. */
export async function withTheMouse(report, page, { day, type, patients: [first, second] }, shot) {
  let place;
  const at = (column, minute) => page.locator(`[data-column="${column}"] [data-appointment][data-from="${minute}"]`);
  const clickAt = async (column, offset) => {
    const body = page.locator(`[data-column="${column}"] .column-body`);
    await body.evaluate((element, top) => {
      const grid = element.closest('.day-grid');
      grid.scrollTop = Math.max(0, top - 150);
    }, offset);
    await body.click({ position: { x: 60, y: offset + 2 } });
  };
  const book = async (name) => {
    await page.getByRole('dialog').waitFor();
    await choosePatient(page, name);
    await chooseType(page, type);
    await page.getByRole('dialog').getByRole('button', { name: /^Book/ }).click();
  };
  await report.step('mouse: a click on free time books it', async () => {
    await open(page, `day/${day}`);
    place = await freePlace(page, 1, 45);
    await clickAt(1, place.offset);
    await book(first);
    await toast(page, 'is booked');
    await at(1, place.minute).waitFor();
    await hush(page);
  });
  await report.step('mouse: a taken time is refused, with who holds it and what is free instead', async () => {
    // A second desk has the slot before this one: it is booked while the dialog of the first is open.
    await clickAt(1, place.offset + 20 * place.scale);
    const dialog = page.getByRole('dialog');
    await choosePatient(page, second);
    await chooseType(page, type);
    await dialog.getByLabel('Minutes', { exact: true }).fill('15');
    const free = place.minute + 20;
    await bookBehind(page, { day, column: 1, minute: free, type, name: first });
    await dialog.getByRole('button', { name: /^Book/ }).click();
    await dialog.getByRole('alert').getByText('This time is taken.').waitFor();
    await dialog.getByText('Free instead').waitFor();
    await shot('refused');
    await dialog.getByLabel('Book it all the same').check();
    must(await dialog.getByRole('button', { name: /^Overbook/ }).isDisabled(), 'it can be overbooked without a reason');
    await dialog.getByLabel('Why it has to be overbooked').fill('Chest pain');
    await dialog.getByRole('button', { name: /^Overbook/ }).click();
    await toast(page, 'is booked');
    const both = at(1, free);
    await both.nth(1).waitFor();
    const [a, b] = await both.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON()));
    must(a.right <= b.left + 1 || b.right <= a.left + 1, 'two at one time stand over one another');
    must(
      (await both.allTextContents()).some((text) => text.includes('Overbooked')),
      'it is not seen to be overbooked',
    );
    await hush(page);
  });
  await report.step('mouse: drag by half an hour, and undo by the message', async () => {
    const block = at(1, place.minute);
    await block.scrollIntoViewIfNeeded();
    const box = await block.boundingBox();
    const target = await freePlace(page, 1, 15);
    const down = (target.minute - place.minute) * place.scale;
    await page.mouse.move(box.x + 40, box.y + 6);
    await page.mouse.down();
    await page.mouse.move(box.x + 44, box.y + 6 + down / 2, { steps: 4 });
    await page.mouse.move(box.x + 44, box.y + 6 + down, { steps: 4 });
    await page.locator('.ghost').waitFor();
    await page.mouse.up();
    await toast(page, 'is moved to');
    const moved = at(1, target.minute);
    await moved.waitFor();
    must((await minutesOf(moved)).from === target.minute, 'it was let go at another minute');
    must((await page.getByRole('dialog').count()) === 0, 'the end of a drag opens a dialog');
    await page.locator('.toast', { hasText: 'is moved to' }).getByRole('button', { name: 'Undo' }).click();
    await at(1, place.minute).waitFor();
    await hush(page);
  });
  await report.step('mouse: a double click on Book books once', async () => {
    await page.getByRole('button', { name: /^Book/ }).first().click();
    await choosePatient(page, second);
    await chooseType(page, type);
    const slot = page.getByRole('dialog').locator('.slots input').nth(1);
    await slot.check();
    const before = await countOf(page, day, second);
    await page.getByRole('dialog').getByRole('button', { name: /^Book/ }).dblclick();
    await toast(page, 'is booked');
    await page.waitForTimeout(500);
    must((await countOf(page, day, second)) - before <= 1, 'it is booked twice');
    await hush(page);
  });
  await report.step('mouse: did not come, and back by the list of states', async () => {
    await at(1, place.minute).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Did not come' }).click();
    await at(1, place.minute).getByText('Did not come').waitFor();
    await page.locator('.toast').last().getByRole('button', { name: 'Undo' }).click();
    await at(1, place.minute).getByText('Booked').waitFor();
    await hush(page);
  });
  await report.step('mouse: cancel with a reason', async () => {
    await at(1, place.minute).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel it' }).click();
    await shot('cancel');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the appointment' }).click();
    await toast(page, 'is cancelled');
    await at(1, place.minute).waitFor({ state: 'detached' });
  });
}

async function countOf(page, day, name) {
  return page.evaluate(
    async ([date, who]) => {
      const answer = await fetch(`/api/schedule/day?date=${date}`);
      const { appointments } = await answer.json();
      return appointments.filter(({ patient, status }) => patient?.name === who && status !== 'cancelled').length;
    },
    [day, name],
  );
}

/** Books by the API, as another desk would. */
async function bookBehind(page, asked) {
  const status = await page.evaluate(async ({ day, column, minute, type, name }) => {
    const get = async (url) => (await fetch(url)).json();
    const sheet = await get(`/api/schedule/day?date=${day}`);
    const { types } = await get('/api/schedule/types');
    const { patients } = await get(`/api/patients?q=${encodeURIComponent(name)}`);
    const shown = [...document.querySelectorAll('.column-title')].map(({ textContent }) => textContent);
    const booking = {
      id: crypto.randomUUID(),
      type: types.find((one) => one.name === type).id,
      patient: patients[0].id,
      start: new Date(Date.parse(sheet.dayStart) + minute * 60_000).toISOString(),
      resources: [sheet.resources.find((one) => one.name === shown[column]).ref],
    };
    const answer = await fetch('/api/schedule/appointments', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-holdfast': '1' },
      body: JSON.stringify(booking),
    });
    return answer.status;
  }, asked);
  must(status === 201, `another desk was answered by ${status}`);
}
