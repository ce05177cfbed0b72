import { must } from '../report.mjs';
import { open } from './sheet.mjs';

/** A4 with margins of a centimetre, in CSS pixels. */
const PAPER = { width: 718, height: 1047 };

/** What each cell of the day's list holds stays within it, as it is printed. */
async function onPaper(page, day, shot) {
  const screen = page.viewportSize();
  try {
    await open(page, `print/${day}`);
    await page.locator('.day-list td').first().waitFor();
    await page.setViewportSize(PAPER);
    await page.emulateMedia({ media: 'print' });
    const over = await page.evaluate(() => {
      const isOver = (cell) => {
        const [text, own] = [document.createRange(), cell.getBoundingClientRect()];
        text.selectNodeContents(cell);
        return [...text.getClientRects()].some(({ left, right }) => left < own.left - 0.5 || right > own.right + 0.5);
      };
      return [...document.querySelectorAll('.day-list th, .day-list td')].filter(isOver).map((one) => one.textContent);
    });
    must(over.length === 0, `printed over what is beside it: ${over.slice(0, 3).join(' | ')}`);
    await shot('paper');
  } finally {
    await page.emulateMedia({ media: null });
    await page.setViewportSize(screen);
  }
}

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
  await report
    .step('screen: on paper nothing is printed over anything else', () => onPaper(page, day, shot))
    .catch(() => undefined);
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
