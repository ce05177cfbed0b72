import { must } from '../report.mjs';
import { open } from './sheet.mjs';

/** Every part of the schedule; nothing runs out of the window. */
export async function everyPart(report, page, { day }, shot) {
  const parts = ['day', 'rooms', 'week', 'flow', 'print'].map((name) => [name, `${name}/${day}`]);
  const others = ['waiting', 'requests', 'setup', 'rights', 'demand'].map((name) => [name, name]);
  for (const [name, address] of [...parts, ...others, ['nowhere', 'nowhere']]) {
    await report
      .step(`screen: ${name}`, async () => {
        await open(page, address);
        await page.waitForTimeout(300);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        must(over <= 0, `the page is ${over} px too wide`);
        await shot(name);
      })
      // One bad screen keeps nobody from looking at the others.
      .catch(() => undefined);
  }
  await report.step('screen: a day is chosen in a month', async () => {
    await open(page, `day/${day}`);
    await page.locator('.day-nav button[aria-haspopup]').click();
    await page.locator('.month').waitFor();
    await page.waitForFunction(() => document.activeElement?.closest('.month'));
    await shot('month');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForFunction((before) => !window.location.hash.endsWith(before), day);
  });
}
