import { must } from '../report.mjs';
import { assertMinutes } from './geometry.mjs';
import { open, sheetOf } from './sheet.mjs';

/** Days of 23 and of 25 hours: told in words, and drawn by the minutes that elapse. */
export async function clocksChange(report, page, { clocks }, shot) {
  for (const [name, day, minutes] of [
    ['forward', clocks.forward, 1380],
    ['back', clocks.back, 1500],
  ]) {
    await report.step(`clocks go ${name}: the day says so`, async () => {
      await open(page, `day/${day}`);
      await page.locator('.told').first().waitFor();
      const sheet = await sheetOf(page, day);
      must(sheet.minutesInDay === minutes, `the day has ${sheet.minutesInDay} minutes`);
      must(
        (await page.locator('.told').allTextContents()).some((text) => text.includes(String(minutes / 60))),
        'no word of it',
      );
    });
    await report.step(`clocks go ${name}: what is drawn stands at its minute`, async () => {
      // Nobody may work on that Sunday: then all are shown.
      if ((await page.locator('.day-grid').count()) === 0)
        await page.locator('.schedule-head select').selectOption('all');
      await page.locator('.day-grid').waitFor();
      await assertMinutes(page);
      await shot(`clocks-${name}`);
    });
  }
}
