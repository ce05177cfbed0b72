// From the press of the button to the first picture of another that is on the screen, measured in the page itself.
import { must } from '../report.mjs';
import { percentile, visitor } from './visitor.mjs';

/** Notes when "Join" was pressed, and, at each frame of the screen, whether a picture of somebody else has been decoded by then. */
const TIMES = `
  addEventListener('click', ({ target }) => {
    if (target.closest?.('.join button')) window.pressedMs = performance.now();
  }, true);
  const look = () => {
    const isSeen = (video) => video.getVideoPlaybackQuality().totalVideoFrames > 0;
    if (window.pressedMs !== undefined && [...document.querySelectorAll('.tile video')].some(isSeen))
      window.frameMs ??= performance.now();
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);`;

/** `count` joins of somebody whom the clinician has let in before, so that nobody's hand is measured. */
export async function measureJoins({ report, browser, clinic }, count) {
  const times = [];
  const visit = await clinic.visit(clinic.someone, { singleDevice: false });
  const doc = await visitor(browser, await clinic.clinicianUrl(visit.id), { width: 700 });
  await doc.page.locator('main button.main').click();
  await doc.page.locator('.join button.main').click();
  await doc.page.locator('.call').waitFor();
  await report.step(`${count} joins, from the press to the first picture`, async () => {
    for (let at = 0; at <= count; at += 1) {
      const { page, context } = await visitor(browser, visit.url, { init: TIMES });
      await page.locator('main button.main').click();
      await page.waitForFunction(() => document.querySelectorAll('.check.ok').length >= 2);
      await page.locator('.join button.main:not([disabled])').click();
      if (at === 0) await doc.page.getByRole('button', { name: 'Let in' }).click();
      await page.waitForFunction(() => window.frameMs !== undefined);
      const took = await page.evaluate(() => window.frameMs - window.pressedMs);
      must(took > 0, 'a frame came before the press');
      // The first one waited to be let in.
      if (at > 0) times.push(took);
      await page.locator('.controls button').nth(5).click();
      await page.locator('.sheet button.danger').click();
      await page.locator('main button.main').waitFor();
      await context.close();
    }
  });
  await doc.context.close();
  for (const [name, share] of [
    ['p50', 0.5],
    ['p95', 0.95],
  ])
    console.log(`figure: join_${name}_ms ${percentile(times, share).toFixed(0)} ms`);
  console.log(`figure: visit_joins ${times.length} count`);
}
