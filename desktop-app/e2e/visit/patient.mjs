// The patient's way from the link to the summary, at a real node and a real relay: every screen in front of axe, within the window, and
// with targets that a thumb hits.
import { violationsOf } from '../axe.mjs';
import { must } from '../report.mjs';
import { COLLEAGUE, Staff } from './clinic.mjs';
import { fits } from './fits.mjs';
import { framesAgain, hears, joins, KEEP, pause, received, seen, shown, visitor } from './visitor.mjs';

/** A microphone that another program has: what Chromium's own fake device cannot be. */
const IN_USE = `
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (wish) =>
    wish.video ? real(wish) : Promise.reject(new DOMException('', 'NotReadableError'));`;
const DENIED = `
  let isAllowed = false;
  addEventListener('allow', () => (isAllowed = true));
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (wish) =>
    wish.video && !isAllowed ? Promise.reject(new DOMException('', 'NotAllowedError')) : real(wish);`;

export async function patientJourney({ report, browser, clinic, folder }, language, width, height) {
  const size = width < 600 ? 'small' : 'large';
  const visit = await clinic.visit(clinic.someone, { name: 'Sam Jones' });
  const faults = [];
  const open = async (url, more = {}) => {
    const one = await visitor(browser, url, { language, width, height, ...more });
    faults.push(one.faults);
    return one;
  };
  const look = (page) => async (name) => {
    await pause(150);
    report.axe(`${language} ${size} ${name}`, await violationsOf(page));
    await page.screenshot({ path: `${folder}/visit-${language}-${size}-${name}.png`, fullPage: true });
    await fits(page);
  };

  await report.step('the link: language, and what will happen', async () => {
    const { page, context } = await open(visit.url);
    await page.locator('main button.main').waitFor();
    await look(page)('start');
    const dir = () => page.evaluate(() => document.documentElement.dir);
    must((await dir()) === (language === 'ar' ? 'rtl' : 'ltr'), 'it is written in the wrong direction');
    await page.getByRole('button', { name: 'Français' }).click();
    await page.waitForFunction(() => document.documentElement.lang.startsWith('fr'));
    await context.close();
  });
  await report.step('the device check: camera denied, microphone in use, and the way on without', async () => {
    const { page, context } = await open(visit.url, { init: `${IN_USE}{${DENIED}}` });
    await page.locator('main button.main').click();
    await page.locator('.check.bad').nth(1).waitFor();
    await look(page)('check-bad');
    await page.locator('.check.bad').nth(1).locator('button').nth(1).click();
    await page.locator('.check.none').waitFor();
    await context.close();
  });
  const url = await clinic.clinicianUrl(visit.id);
  const doc = await open(url, { width: 1366, height: 768, language: 'en', init: KEEP });
  const sam = await open(visit.url, { init: `${KEEP}{${DENIED}}` });
  const shot = look(sam.page);
  const tool = (at) => sam.page.locator('.controls button').nth(at);
  await report.step(
    'the device check: the camera is allowed after all; the relay is reached, and through TURN too',
    async () => {
      await sam.page.locator('main button.main').click();
      await sam.page.locator('.check.bad').waitFor();
      await sam.page.evaluate(() => dispatchEvent(new Event('allow')));
      await sam.page.locator('.check.bad button').first().click();
      await sam.page.waitForFunction(() => document.querySelectorAll('.check.ok').length >= 3);
      const network = sam.page.locator('.check').nth(3);
      await network.locator('p[role=status]').nth(1).waitFor();
      // Only a path that is good both ways offers no other try.
      must((await network.locator('button').count()) === 0, `network: ${await network.textContent()}`);
      await sam.page.locator('.check').nth(2).locator('button').first().click();
      await sam.page.locator('.check fieldset').waitFor();
      await shot('check');
    },
  );
  await report.step('the waiting room', async () => {
    await sam.page.locator('.join button.main').click();
    await sam.page.locator('.told.big').waitFor();
    await shot('waiting');
    await joins(doc.page);
    await doc.page.locator('.call').waitFor();
    await shot('waiting-ready');
    await doc.page.getByRole('button', { name: 'Not now' }).click();
    await sam.page.locator('main button.main').waitFor();
    await shot('declined');
    await sam.page.locator('main button.main').click();
  });
  await report.step('admitted: both see and hear each other', async () => {
    await doc.page.getByRole('button', { name: 'Let in' }).click();
    await Promise.all([seen(sam.page), seen(doc.page)]);
    await pause(1_000);
    for (const page of [sam.page, doc.page]) await hears(page);
    await shot('call');
  });
  await report.step('messages', async () => {
    await tool(3).click();
    await sam.page.locator('.sheet').waitFor();
    await shot('chat-empty');
    await sam.page.locator('.sheet input').fill('Hello');
    await sam.page.keyboard.press('Enter');
    await doc.page.locator('.controls button').nth(3).click();
    await doc.page.locator('.sheet input').fill('Take one tablet of 500 mg, three times a day.');
    await doc.page.keyboard.press('Enter');
    await sam.page.locator('.lines li').nth(1).waitFor();
    await shot('chat');
    await sam.page.keyboard.press('Escape');
    const isBack = () => sam.page.evaluate(() => document.activeElement?.classList.contains('tool'));
    must(await isBack(), 'the focus did not go back to the button');
    await doc.page.keyboard.press('Escape');
  });
  await report.step('more: something is wrong, devices, privacy, telephone, language', async () => {
    await tool(4).click();
    await sam.page.locator('.sheet').waitFor();
    await sam.page.locator('.sheet .pair button').first().click();
    await shot('more');
    await sam.page.locator('.sheet').evaluate((sheet) => sheet.scrollTo(0, 9999));
    await shot('more-below');
    await sam.page.keyboard.press('Escape');
  });
  await report.step('sound only, in one press, and back', async () => {
    await tool(0).click();
    await tool(2).click();
    await pause(1_000);
    await shot('sound-only');
    // Silence need not be carried: what is heard is measured unmuted.
    await tool(0).click();
    await pause(500);
    const before = [await shown(doc.page), (await received(doc.page)).packets];
    await pause(1_500);
    must((await shown(doc.page)) === before[0], 'pictures still come');
    must((await received(doc.page)).packets > before[1] + 30, 'sound stopped');
    await tool(2).click();
    await Promise.all([framesAgain(sam.page, 30_000), framesAgain(doc.page, 30_000)]);
  });
  await report.step('six people: an interpreter, family, and a colleague', async () => {
    const names = [
      ['interpreter', 'Nour Haddad'],
      ['family', 'Maximiliano Fernández-Villaverde'],
      ['family', 'ليلى بن يوسف'],
    ];
    const others = [];
    for (const [role, name] of names) others.push((await clinic.link(visit.id, { role, name })).url);
    const leo = await new Staff(clinic).signIn(COLLEAGUE);
    others.push(await clinic.clinicianUrl(visit.id, leo));
    const came = [];
    for (const one of others) {
      const other = await open(one, { language: 'en', width: 400 });
      came.push(other);
      await joins(other.page);
      if (came.length <= names.length) await doc.page.getByRole('button', { name: 'Let in' }).click();
      await other.page.locator('.call').waitFor();
    }
    await sam.page.locator('.tile').nth(4).waitFor();
    // Six cameras on one machine are more than two processors encode: who is starved shows initials, and says so.
    await sam.page.waitForFunction(() => document.querySelectorAll('.tile video:not(.hidden)').length >= 3);
    await shot('six');
    for (const { page, context } of came) {
      await page.locator('.controls button').nth(5).click();
      await page.locator('.sheet button.danger').click();
      await page.locator('main button.main').waitFor();
      await context.close();
    }
    await sam.page.waitForFunction(() => document.querySelectorAll('.tile').length === 1);
  });
  await report.step('the relay is away, and comes back', async () => {
    await clinic.relay.end('SIGKILL');
    await sam.page.locator('.banner').waitFor();
    await pause(600);
    await shot('relay-away');
    await clinic.startRelay();
    await sam.page.locator('.banner').waitFor({ state: 'detached' });
    await framesAgain(sam.page);
  });
  await report.step('the clinic is away: the visit goes on; then all is away, and the telephone is named', async () => {
    await clinic.node.end('SIGKILL');
    await sam.page.locator('.banner').waitFor();
    await framesAgain(sam.page);
    await shot('clinic-away');
    await clinic.relay.end('SIGKILL');
    await sam.page.locator('.banner .phones').waitFor({ timeout: 20_000 });
    await shot('all-away');
    await clinic.startRelay();
    await clinic.startNode();
    await clinic.doctor.signIn(clinic.doctorIs);
    await sam.page.locator('.banner').waitFor({ state: 'detached', timeout: 30_000 });
    await framesAgain(sam.page);
  });
  await report.step('two devices: another one takes over, and the first takes it back', async () => {
    const other = await open(visit.url);
    await other.page.locator('main button.main').waitFor();
    await look(other.page)('elsewhere');
    await other.page.locator('main button.main').click();
    await other.page.locator('.call').waitFor();
    await sam.page.locator('main button.main').waitFor();
    await shot('moved');
    await sam.page.locator('main button.main').click();
    await sam.page.locator('.call').waitFor();
    await other.page.locator('main button.main').waitFor();
    await other.context.close();
  });
  await report.step('two tabs of one device: the newer one has the visit', async () => {
    const tab = await sam.context.newPage();
    await tab.goto(visit.url);
    await tab.locator('.call').waitFor();
    await sam.page.locator('main button.main').waitFor();
    await tab.close();
    await sam.page.locator('main button.main').click();
    await sam.page.locator('.call').waitFor();
    await seen(sam.page);
  });
  await report.step('a page that is loaded again comes back without a press', async () => {
    await sam.page.reload();
    await sam.page.locator('.call').waitFor();
    await seen(sam.page);
  });
  await report.step('leave, and come back', async () => {
    await tool(5).click();
    await shot('leave');
    await sam.page.locator('.sheet button.danger').click();
    await sam.page.locator('main button.main').waitFor();
    await shot('left');
    await sam.page.locator('main button.main').click();
    await joins(sam.page);
    await sam.page.locator('.call').waitFor();
    await seen(sam.page);
  });
  await report.step('the end, with a summary', async () => {
    const summary = 'We spoke about your cough.\nDrink a lot, rest for three days.';
    await clinic.doctor.must('POST', `/api/visits/${visit.id}/end`, {
      summary,
      next: 'Come back on Monday if the fever is not gone.',
    });
    await sam.page.locator('.written').first().waitFor();
    await shot('ended');
    await sam.page.reload();
    await sam.page.getByText('rest for three days').waitFor();
    const { status, class: kind } = await clinic.doctor.must('GET', `/fhir/Encounter/${visit.encounter}`);
    must(status === 'finished' && kind !== undefined, `the encounter is ${status}`);
  });
  await doc.context.close();
  await sam.context.close();
  for (const fault of faults.flat()) {
    report.failed += 1;
    console.log(`FAIL  ${fault}`);
  }
}
