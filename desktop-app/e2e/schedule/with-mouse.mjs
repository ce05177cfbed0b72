import { must } from '../report.mjs';
import { bookBehind, bookNow } from './behind.mjs';
import {
  choosePatient,
  chooseType,
  clickAt,
  columnOf,
  frameOf,
  freeNear,
  freePlace,
  hush,
  minutesOf,
  open,
  sheetOf,
  toast,
} from './sheet.mjs';

/** A morning with the mouse: book, refuse, overbook, drag, cancel, a no-show. */
export async function withTheMouse(report, page, { day, type, patients: [, second, first] }, shot) {
  let place;
  let column;
  const at = (of, minute) => page.locator(`[data-column="${of}"] [data-appointment][data-from="${minute}"]`);
  const book = async (name) => {
    await page.getByRole('dialog').waitFor();
    await choosePatient(page, name);
    await chooseType(page, type);
    await page.getByRole('dialog').getByRole('button', { name: /^Book/ }).click();
  };
  await report.step('mouse: a click on free time books it', async () => {
    await open(page, `day/${day}`);
    // The type needs a clinician; the first is the keyboard's.
    column = await columnOf(page, day, 'clinician', 1);
    place = await freePlace(page, column, 45);
    await clickAt(page, column, place.minute);
    await book(first);
    await toast(page, 'is booked');
    await at(column, place.minute).waitFor();
    await hush(page);
  });
  await report.step('mouse: a taken time is refused, with who holds it and what is free instead', async () => {
    // A second desk has the slot before this one: it is booked while the dialog of the first is open.
    await clickAt(page, column, place.minute + 20);
    const dialog = page.getByRole('dialog');
    await choosePatient(page, second);
    await chooseType(page, type);
    await dialog.getByLabel('Minutes', { exact: true }).fill('15');
    const free = place.minute + 20;
    await bookBehind(page, { day, column, minute: free, type, name: first });
    await dialog.getByRole('button', { name: /^Book/ }).click();
    await dialog.getByRole('alert').getByText('This time is taken.').waitFor();
    await dialog.getByText('Free instead').waitFor();
    await shot('refused');
    await dialog.getByLabel('Book it all the same').check();
    must(await dialog.getByRole('button', { name: /^Overbook/ }).isDisabled(), 'it can be overbooked without a reason');
    await dialog.getByLabel('Why it has to be overbooked').fill('Chest pain');
    await dialog.getByRole('button', { name: /^Overbook/ }).click();
    await toast(page, 'is booked');
    const both = at(column, free);
    await both.nth(1).waitFor();
    const [a, b] = await both.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON()));
    must(a.right <= b.left + 1 || b.right <= a.left + 1, 'two at one time stand over one another');
    must(
      (await both.allTextContents()).some((text) => text.includes('Overbooked')),
      'it is not seen to be overbooked',
    );
    await hush(page);
  });
  await report.step('mouse: drag to another time, and undo by the message', async () => {
    const block = at(column, place.minute);
    const idOf = await block.getAttribute('data-appointment');
    const mine = (await sheetOf(page, day)).appointments.find(({ id }) => id === idOf);
    // Its room goes with it.
    const { resources, patient, fromMinute, toMinute } = mine;
    const minutes = toMinute - fromMinute;
    const target = await freeNear(page, day, { resources, patient: patient.id, minutes, near: fromMinute });
    await block.evaluate((element) => element.scrollIntoView({ block: 'center' }));
    const box = await block.boundingBox();
    await page.mouse.move(box.x + 40, box.y + 6);
    await page.mouse.down();
    await dragTo(page, column, target, { x: box.x + 44, within: 6 });
    await page.locator('.ghost').waitFor();
    await page.mouse.up();
    await toast(page, 'is moved to');
    const moved = at(column, target);
    await moved.waitFor();
    must((await minutesOf(moved)).from === target, 'it was let go at another minute');
    must((await page.getByRole('dialog').count()) === 0, 'the end of a drag opens a dialog');
    await page.locator('.toast', { hasText: 'is moved to' }).getByRole('button', { name: 'Undo' }).click();
    await at(column, place.minute).waitFor();
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
  await report.step('mouse: did not come, and back; not before they are expected', async () => {
    await at(column, place.minute).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel it' }).waitFor();
    must((await page.getByRole('button', { name: 'Did not come' }).count()) === 0, 'who is expected later is missed');
    await page.keyboard.press('Escape');
    const id = await bookNow(page, { type, name: first });
    await open(page, 'day');
    const mine = page.locator(`[data-appointment="${id}"]`).first();
    await mine.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Did not come' }).click();
    await mine.getByText('Did not come').waitFor();
    await shot('missed');
    await page.locator('.toast').last().getByRole('button', { name: 'Undo' }).click();
    await mine.locator('.status', { hasText: 'Booked' }).waitFor();
    await hush(page);
  });
  await report.step('mouse: cancel with a reason', async () => {
    await open(page, `day/${day}`);
    await at(column, place.minute).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel it' }).click();
    await shot('cancel');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the appointment' }).click();
    await toast(page, 'is cancelled');
    await at(column, place.minute).waitFor({ state: 'detached' });
  });
}

/** Drags what is held to a minute; near an edge the grid brings on more of the day, as it does for a hand. */
async function dragTo(page, column, minute, { x, within }) {
  const { first, scale } = await frameOf(page);
  const body = page.locator(`[data-column="${column}"] .column-body`);
  const aim = () =>
    body.evaluate(
      (element, below) => {
        const grid = element.closest('.day-grid').getBoundingClientRect();
        return { y: element.getBoundingClientRect().top + below, least: grid.top + 10, most: grid.bottom - 10 };
      },
      (minute - first) * scale + within,
    );
  for (let steps = 0; steps < 100; steps++) {
    const { y, least, most } = await aim();
    await page.mouse.move(x, Math.min(most, Math.max(least, y)), { steps: 3 });
    // Once nothing moves below the hand any more, it is there.
    if (y >= least && y <= most && Math.abs((await aim()).y - y) < 1) return;
  }
  throw new Error(`minute ${minute} does not come into sight`);
}

async function countOf(page, day, name) {
  const { appointments } = await sheetOf(page, day);
  return appointments.filter(({ patient, status }) => patient?.name === name && status !== 'cancelled').length;
}
