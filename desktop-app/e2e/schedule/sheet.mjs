import { must } from '../report.mjs';

/** Opens a part of the schedule, as somebody who comes to it anew. */
export async function open(page, address) {
  await page.goto(`/#/schedule/${address}`);
  await page.reload();
  await page.locator('#main').waitFor();
  await page.waitForFunction(() => !document.querySelector('.mantine-Skeleton-root'));
}

/** The appointment of somebody in the sheet; the first if there are several. */
export function blockOf(page, name) {
  return page.locator('.block', { hasText: name }).first();
}

export async function toast(page, text) {
  await page.locator('.toast', { hasText: text }).first().waitFor();
}

/** Puts the messages away, so that the next one is seen to be new. */
export async function hush(page) {
  const close = page.locator('.toast button:last-child');
  while ((await close.count()) > 0)
    await close
      .first()
      .click({ timeout: 1000 })
      .catch(() => undefined);
}

/** Minutes of an appointment as the sheet was told them. */
export async function minutesOf(block) {
  const { from, to } = await block.evaluate(({ dataset }) => ({ ...dataset }));
  return { from: Number(from), to: Number(to) };
}

/** The first free quarter of an hour of a column, as the place on the screen, and its minute. */
export async function freePlace(page, column, minutes = 15) {
  return page
    .locator(`[data-column="${column}"]`)
    .evaluate((element, length) => {
      const body = element.querySelector('.column-body');
      const taken = [...body.querySelectorAll('[data-appointment], .band')].map(({ dataset }) => [
        Number(dataset.from),
        Number(dataset.to),
      ]);
      const hours = [...document.querySelectorAll('.hour')].map((hour) => ({
        minute: Number(hour.dataset.minute),
        top: Number.parseFloat(hour.style.insetBlockStart),
      }));
      const [one, two] = hours;
      const scale = (two.top - one.top) / (two.minute - one.minute);
      const first = one.minute - one.top / scale;
      const last = first + body.getBoundingClientRect().height / scale - length;
      for (let minute = Math.ceil(first / 15) * 15; minute <= last; minute += 15) {
        if (taken.some(([from, to]) => from < minute + length && to > minute)) continue;
        return { minute, offset: (minute - first) * scale, scale };
      }
      return undefined;
    }, minutes)
    .then((found) => {
      must(found, `column ${column} has no free time`);
      return found;
    });
}

/** Chooses a patient in the dialog that is open, by typing and the arrows. */
export async function choosePatient(page, name) {
  await page.getByRole('dialog').getByRole('combobox', { name: 'Patient' }).fill(name);
  await page.getByRole('listbox').getByRole('option').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
}

export async function chooseType(page, type) {
  await page.getByRole('dialog').getByLabel('Type', { exact: true }).selectOption({ label: type });
}

/** What has the focus is within this. */
export function hasFocus(page, selector) {
  return page.waitForFunction((wanted) => document.activeElement?.matches(wanted), selector);
}
