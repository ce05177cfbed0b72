// Links that bring nobody in: expired, revoked, forged, too early, and what a node may say that no real one is brought to say here.
import { violationsOf } from '../axe.mjs';
import { must } from '../report.mjs';
import { fits } from './fits.mjs';
import { joins, pause, visitor } from './visitor.mjs';

export async function links({ report, browser, clinic, folder }, language, width, height) {
  const size = width < 600 ? 'small' : 'large';
  const refusedAt = async (url, name, { before, words } = {}) => {
    const { page, context, faults } = await visitor(browser, 'about:blank', { language, width, height });
    await before?.(page);
    await page.goto(url);
    await page.locator('main h1, main [role=alert]').first().waitFor();
    await pause(400);
    report.axe(`${language} ${size} ${name}`, await violationsOf(page));
    await page.screenshot({ path: `${folder}/visit-${language}-${size}-${name}.png`, fullPage: true });
    await fits(page);
    const text = await page.locator('main').textContent();
    if (words && language === 'en') must(words.test(text), `it says: ${text.slice(0, 200)}`);
    must(!(await page.locator('.join, .call').count()), 'there is a way in');
    must(faults.length === 0, faults.join());
    await context.close();
  };
  const visit = await clinic.visit(clinic.someone);
  await report.step('a revoked link, before and in the visit', async () => {
    const { links: all } = await clinic.doctor.must('GET', `/api/visits/${visit.id}`);
    const sam = await visitor(browser, visit.url, { language, width, height });
    await joins(sam.page);
    await sam.page.locator('.told.big').waitFor();
    await clinic.doctor.must('DELETE', `/api/visits/${visit.id}/links/${all[0].id}`);
    await sam.page.locator('.told.big').waitFor({ state: 'detached' });
    await sam.context.close();
    await refusedAt(visit.url, 'link-revoked', { words: /new link|no longer|not valid|withdrawn|ask/i });
  });
  await report.step('a link of which a letter was changed is nobody’s', async () => {
    const other = await clinic.link(visit.id, { role: 'family', name: 'Bo' });
    const at = other.url.length - 20;
    const forged = `${other.url.slice(0, at)}${other.url[at] === 'A' ? 'B' : 'A'}${other.url.slice(at + 1)}`;
    await refusedAt(forged, 'link-bad');
  });
  await report.step('no link at all', () => refusedAt(`${clinic.url}/v/nonsense`, 'no-link'));
  const given = await clinic.visit(clinic.someone);
  for (const refused of [
    { code: 'link-expired' },
    { code: 'link-early', fromMs: Date.now() + 90 * 60_000 },
    { code: 'visit-full' },
    { code: 'version' },
    { code: 'never-heard-of' },
  ])
    await report.step(`refused: ${refused.code} (the socket is answered by the test)`, () =>
      refusedAt(given.url, refused.code, {
        before: (page) =>
          page.routeWebSocket(/\/api\/visit\/socket/, (socket) => {
            socket.onMessage(() => {
              socket.send(JSON.stringify({ type: 'refused', ...refused }));
              socket.close({ code: 4000 });
            });
          }),
      }),
    );
}
