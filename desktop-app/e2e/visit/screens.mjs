// Every screen of the patient's page for visits, at 320 and 1366 pixels, in English and Arabic: in front of axe, within the window, and
// with targets that a thumb hits. Signalling and relay are stand-ins (see node.mjs); build the page first.
//
//   npm run build --workspace apps/patient && node e2e/visit/screens.mjs
import { violationsOf } from '../axe.mjs';
import { shotsFolder } from '../browser.mjs';
import { must, Report } from '../report.mjs';
import { Node } from './node.mjs';
import { joins, linkOf, startVisitBrowser, visitor } from './visitor.mjs';

const TARGET_PX = 48;
const folder = shotsFolder();
const report = new Report('visit');
const browser = await startVisitBrowser();

/** Nothing runs out of the window, all that is pressed is large enough, and nothing that is read is cut off. */
async function fits(page) {
  const { over, small, cut } = await page.evaluate((least) => {
    const seen = (one) => one.checkVisibility() && one.getBoundingClientRect().height > 1;
    const pressed = [
      ...document.querySelectorAll('button, a, input:not([type=checkbox]), select, summary, .tick'),
    ].filter(seen);
    const told = [...document.querySelectorAll('p, h1, h2, h3, button, li')].filter(seen);
    return {
      over: document.documentElement.scrollWidth - window.innerWidth,
      small: pressed
        .filter((one) => one.getBoundingClientRect().height < least)
        .map((one) => one.outerHTML.slice(0, 80)),
      cut: told
        .filter((one) => !one.classList.contains('unseen') && one.scrollWidth > one.clientWidth + 1)
        .map((one) => one.outerHTML.slice(0, 80)),
    };
  }, TARGET_PX);
  must(over <= 0, `the page is ${over} px too wide`);
  must(small.length === 0, `too small: ${small.join(' ')}`);
  must(cut.length === 0, `cut off: ${cut.join(' ')}`);
}

const refuses = (names) => `
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (wish) => {
    const name = ${JSON.stringify(names)}[wish.video ? 'camera' : 'microphone'];
    return name ? Promise.reject(new DOMException('', name)) : real(wish);
  };`;

/** People who only stand there, for the layout. */
function stand(node, count) {
  const roles = ['patient', 'interpreter', 'family', 'family'];
  for (let at = 0; at < count; at += 1)
    node.people.set(`extra${at}`, {
      member: `extra${at}`,
      name: ['Leïla Ben Youssef', 'Nour Haddad', 'Maximiliano Fernández-Villaverde', 'Bo'][at],
      role: roles[at],
      state: 'in',
      sinceMs: Date.now(),
      audio: at % 2 === 0,
      camera: false,
      screen: false,
      stands: at !== 2,
      quality: at === 1 ? 'poor' : 'good',
    });
  node.tellPeople();
}

async function everyScreen(language, width, height) {
  const size = width < 600 ? 'small' : 'large';
  const node = new Node();
  await node.start();
  const as = { language, width, height };
  const look = (page) => async (name) => {
    await page.waitForTimeout(150);
    report.axe(`${language} ${size} ${name}`, await violationsOf(page));
    await page.screenshot({ path: `${folder}/visit-${language}-${size}-${name}.png`, fullPage: true });
    await fits(page);
  };
  const faults = [];
  const open = async (url, more = {}) => {
    const one = await visitor(browser, url, { ...as, ...more });
    faults.push(one.faults);
    return one;
  };

  await report.step('what will happen', async () => {
    const { page, context } = await open(linkOf(node, 'sam'));
    await page.locator('main button.main').waitFor();
    await look(page)('start');
    await context.close();
  });
  await report.step('the device check: denied, in use, and the way on without', async () => {
    const init = refuses({ camera: 'NotAllowedError', microphone: 'NotReadableError' });
    const { page, context } = await open(linkOf(node, 'sam'), { init });
    await page.locator('main button.main').click();
    await page.locator('.check.bad').nth(1).waitFor();
    await look(page)('check-bad');
    await page.locator('.check.bad').nth(1).locator('button').nth(1).click();
    await page.locator('.check.none').waitFor();
    await context.close();
  });

  const doc = await open(linkOf(node, 'doc'), { width: 1366, height: 768, language: 'en' });
  const sam = await open(linkOf(node, 'sam'));
  const shot = look(sam.page);
  await report.step('the device check', async () => {
    await sam.page.locator('main button.main').click();
    await sam.page.waitForFunction(() => document.querySelectorAll('.check.ok').length >= 3);
    await sam.page.locator('.check').nth(2).locator('button').first().click();
    await sam.page.locator('.check fieldset').waitFor();
    await shot('check');
  });
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
  await report.step('the visit', async () => {
    await doc.page.getByRole('button', { name: 'Let in' }).click();
    await sam.page.locator('.tile video:not(.hidden)').waitFor();
    await sam.page.waitForTimeout(500);
    await shot('call');
  });
  const tool = (at) => sam.page.locator('.controls button').nth(at);
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
    must(
      await sam.page.evaluate(() => document.activeElement?.classList.contains('tool')),
      'the focus did not go back to the button',
    );
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
  await report.step('muted, and sound only', async () => {
    await tool(0).click();
    await tool(2).click();
    await sam.page.waitForTimeout(400);
    await shot('sound-only');
    await tool(2).click();
    await tool(0).click();
  });
  await report.step('six people', async () => {
    stand(node, 4);
    await sam.page.locator('.tile').nth(4).waitFor();
    await shot('six');
    for (let at = 0; at < 4; at += 1) node.people.delete(`extra${at}`);
    node.tellPeople();
  });
  await report.step('the relay is away', async () => {
    await node.relay.kill();
    await sam.page.locator('.banner').waitFor();
    await sam.page.waitForTimeout(600);
    await shot('relay-away');
    node.relay.isUp = true;
    await sam.page.locator('.banner').waitFor({ state: 'detached' });
  });
  await report.step('the clinic is away: the visit goes on; then all is away', async () => {
    node.away(true);
    await sam.page.locator('.banner').waitFor();
    await shot('clinic-away');
    await node.relay.kill();
    await sam.page.locator('.banner .phones').waitFor({ timeout: 20_000 });
    await shot('all-away');
    node.relay.isUp = true;
    node.away(false);
    await sam.page.locator('.banner').waitFor({ state: 'detached' });
  });
  await report.step('another device takes over', async () => {
    const other = await open(linkOf(node, 'sam'));
    await other.page.locator('main button.main').waitFor();
    await look(other.page)('elsewhere');
    await other.page.locator('main button.main').click();
    await other.page.locator('.call').waitFor();
    await sam.page.locator('main button.main').waitFor();
    await shot('moved');
    await other.context.close();
    await sam.page.locator('main button.main').click();
    await sam.page.locator('.call').waitFor();
  });
  await report.step('leave, and come back', async () => {
    await tool(5).click();
    await shot('leave');
    await sam.page.locator('.sheet button.danger').click();
    await sam.page.locator('main button.main').waitFor();
    await shot('left');
  });
  await report.step('the end, with a summary', async () => {
    await sam.page.locator('main button.main').click();
    await sam.page.locator('main button.main').waitFor();
    node.summary = {
      text: 'We spoke about your cough.\nDrink a lot, rest for three days.',
      next: 'Come back on Monday if the fever is not gone.',
      atMs: Date.now(),
    };
    await sam.page.reload();
    await sam.page.locator('.written').first().waitFor();
    await shot('ended');
    node.summary = undefined;
  });
  await doc.context.close();
  await sam.context.close();
  for (const refused of [
    { code: 'link-expired' },
    { code: 'link-revoked' },
    { code: 'link-bad' },
    { code: 'link-early', fromMs: Date.now() + 90 * 60_000 },
    { code: 'visit-full' },
    { code: 'version' },
    { code: 'never-heard-of' },
  ])
    await report.step(`refused: ${refused.code}`, async () => {
      node.refuse = refused;
      const { page, context } = await open(linkOf(node, 'sam'));
      await page.locator('main h1, main [role=alert]').first().waitFor();
      await page.waitForTimeout(300);
      await look(page)(refused.code);
      await context.close();
    });
  await report.step('no link at all', async () => {
    const { page, context } = await open(`${node.url}/v/nonsense`);
    await page.locator('main h1').waitFor();
    await look(page)('no-link');
    await context.close();
  });
  for (const fault of faults.flat()) {
    report.failed += 1;
    console.log(`FAIL  ${fault}`);
  }
  await node.stop();
}

for (const language of (process.env.LANGUAGES ?? 'en,ar').split(','))
  for (const [width, height] of [
    [320, 640],
    [1366, 768],
  ])
    await report.walk(`${language}, ${width} px`, () => everyScreen(language, width, height));

await report.walk('the control: a page that is spoilt on purpose', async () => {
  const node = new Node();
  await node.start();
  const { page, context } = await visitor(browser, linkOf(node, 'sam'));
  await page.locator('main button.main').waitFor();
  await page.evaluate(() => {
    document.querySelector('main').insertAdjacentHTML('beforeend', '<img src="x"><button></button>');
  });
  report.control = (await violationsOf(page)).length;
  must(report.control > 0, 'axe found nothing on a page with a nameless button');
  await context.close();
  await node.stop();
});
await browser.close();
process.exit(report.end() ? 0 : 1);
