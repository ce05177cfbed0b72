import { must } from '../report.mjs';
import { choosePatient, chooseType, hush, open, toast } from './sheet.mjs';

/** The waiting list and the set-up. */
export async function theWaitlist(report, page, { type, patients: [name] }, shot) {
  const line = page.locator('.waiting-line', { hasText: name }).first();
  await report.step('waiting list: put somebody on it', async () => {
    await open(page, 'waiting');
    await page.getByRole('button', { name: 'Put on the list' }).click();
    await choosePatient(page, name);
    await chooseType(page, type);
    await page.getByLabel('How urgent').selectOption('urgent');
    await page.getByLabel('When they cannot come').fill('Tuesdays');
    await page.getByRole('dialog').getByRole('button', { name: /^Save/ }).click();
    await toast(page, 'is on the waiting list');
    await line.getByText('Cannot come:').waitFor();
    must((await page.locator('.waiting-line').first().textContent()).includes('Urgent'), 'the urgent are not first');
    await shot('list');
    await hush(page);
  });
  await report.step('waiting list: find a time, and they are off the list', async () => {
    const before = await page.locator('.waiting-line', { hasText: name }).count();
    await line.getByRole('button', { name: /^Find a time/ }).click();
    await page.getByRole('dialog').locator('.slots input').first().check();
    await page.getByRole('dialog').getByRole('button', { name: /^Book/ }).click();
    await toast(page, 'is booked');
    await page.waitForFunction(
      ([who, count]) =>
        [...document.querySelectorAll('.waiting-line')].filter(({ textContent }) => textContent.includes(who)).length <
        count,
      [name, before],
    );
    await hush(page);
  });
  await report.step('set-up: a type is added and changed', async () => {
    await open(page, 'setup');
    const words = `Check ${Date.now()}`;
    await page.getByRole('button', { name: 'Add a type' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill(words);
    await page.getByRole('dialog').getByRole('button', { name: /^Save/ }).click();
    await toast(page, `Saved: ${words}`);
    await page.getByRole('button', { name: `Change ${words}` }).click();
    await page.getByLabel('Is offered').uncheck();
    await page.getByRole('dialog').getByRole('button', { name: /^Save/ }).click();
    await page.getByRole('row', { name: words }).getByText('Not offered').waitFor();
    await hush(page);
  });
  await report.step('set-up: hours that overlap are not saved, and it is said', async () => {
    await page
      .getByRole('button', { name: /^Working hours of/ })
      .first()
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Weekday').first().waitFor();
    await dialog.getByRole('button', { name: 'Add a line' }).click();
    const weekday = await dialog.getByLabel('Weekday').first().inputValue();
    await dialog.getByLabel('Weekday').last().selectOption(weekday);
    await dialog.getByText('Two lines of one day overlap.').waitFor();
    must(await dialog.getByRole('button', { name: /^Save/ }).isDisabled(), 'it can be saved');
    await shot('hours');
    await page.keyboard.press('Escape');
  });
}
