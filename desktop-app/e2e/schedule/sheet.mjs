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

/** From which minute on the sheet is drawn, and how many pixels a minute is now: both change with what stands in it. */
export function frameOf(page) {
  return page.locator('.day-grid').evaluate((grid) => {
    const [one, two] = [...grid.querySelectorAll('.hour')].map((hour) => ({
      minute: Number(hour.dataset.minute),
      top: Number.parseFloat(hour.style.insetBlockStart),
    }));
    const scale = (two.top - one.top) / (two.minute - one.minute);
    return { first: one.minute - one.top / scale, scale };
  });
}

/** The first minute of a column at which that much is free. */
export async function freePlace(page, column, minutes = 15) {
  const { first, scale } = await frameOf(page);
  const minute = await page.locator(`[data-column="${column}"] .column-body`).evaluate(
    (body, { from, perMinute, length }) => {
      const taken = [...body.querySelectorAll('[data-appointment], .band')].map(({ dataset }) => [
        Number(dataset.from),
        Number(dataset.to),
      ]);
      const last = from + body.getBoundingClientRect().height / perMinute - length;
      for (let at = Math.ceil(from / 15) * 15; at <= last; at += 15)
        if (!taken.some(([begin, end]) => begin < at + length && end > at)) return at;
      return undefined;
    },
    { from: first, perMinute: scale, length: minutes },
  );
  must(minute !== undefined, `column ${column} has no free time`);
  return { minute, scale };
}

/** A day as the host tells it. */
export function sheetOf(page, day) {
  return page.evaluate(async (date) => (await fetch(`/api/schedule/day?date=${date}`)).json(), day);
}

/** The column of the nth (from 0) of those of a role, as the day is shown. */
export async function columnOf(page, day, role, nth) {
  const shown = await page.locator('.column-title').allTextContents();
  const sheet = await sheetOf(page, day);
  const isOfRole = (title) => sheet.resources.some((one) => one.name === title && one.role === role);
  const columns = shown.map((title, at) => (isOfRole(title) ? at : -1)).filter((at) => at >= 0);
  must(columns[nth] !== undefined, `there are ${columns.length} columns of the role ${role}`);
  return columns[nth];
}

/** The minute of a day, nearest to another, at which all of these and the patient have that much time, and it is the clinic's. */
export async function freeNear(page, day, { resources, patient, minutes, near }) {
  const sheet = await sheetOf(page, day);
  const asked = sheet.resources.filter(({ ref }) => resources.includes(ref));
  const taken = asked.flatMap(({ off, elsewhere }) => [...off, ...elsewhere]);
  const isInTheWay = (one) => one.patient?.id === patient || one.resources.some((ref) => resources.includes(ref));
  taken.push(...sheet.appointments.filter(isInTheWay));
  const isOpen = ({ hours }, from, to) =>
    hours.length === 0 || hours.some(({ fromMinute, toMinute }) => fromMinute <= from && to <= toMinute);
  const free = [];
  for (let at = Math.ceil(sheet.opens / 15) * 15; at + minutes <= sheet.closes; at += 15) {
    const end = at + minutes;
    const isTaken = taken.some(({ fromMinute, toMinute }) => fromMinute < end && toMinute > at);
    if (!isTaken && asked.every((one) => isOpen(one, at, end))) free.push(at);
  }
  const [found] = free.sort((a, b) => Math.abs(a - near) - Math.abs(b - near));
  must(found !== undefined, `${resources.join(' and ')} have no time in common`);
  return found;
}

/** Clicks into a column at a minute, wherever that is by now. */
export async function clickAt(page, column, minute) {
  const body = page.locator(`[data-column="${column}"] .column-body`);
  const { first, scale } = await frameOf(page);
  const offset = (minute - first) * scale;
  await body.evaluate((element, top) => {
    element.closest('.day-grid').scrollTop = Math.max(0, top - 150);
  }, offset);
  await body.click({ position: { x: 60, y: offset + 2 } });
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
