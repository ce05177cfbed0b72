// The clinician's room: from the appointment to the end, with a patient on the other side, in English and Arabic, wide and narrow, in
// front of axe. Signalling, relay and host are stand-ins; build both apps first.
//
//   npm run build && node e2e/visit/clinician.mjs
import { violationsOf } from '../axe.mjs';
import { shotsFolder } from '../browser.mjs';
import { must, Report } from '../report.mjs';
import { Desk } from './desk.mjs';
import { Node } from './node.mjs';
import { framesAgain, joins, startVisitBrowser, visitor } from './visitor.mjs';

const folder = shotsFolder();
const report = new Report('visit_staff');
const browser = await startVisitBrowser();

const WORDS = {
  en: {
    start: 'Start the visit',
    copy: 'Copy the patient’s link',
    enter: 'Enter the room',
    admit: 'Let in',
    sound: 'Sound only',
    video: 'Video again',
    call: 'Call by telephone',
    hand: 'Hand over',
    document: 'Document here',
    end: 'End the visit',
    all: 'End it for everybody',
    back: 'Back to the visit',
    window: 'Open the room in its window',
  },
  ar: {
    start: 'ابدأ الزيارة',
    copy: 'انسخ رابط المريض',
    enter: 'ادخل الغرفة',
    admit: 'أدخله',
    sound: 'صوت فقط',
    video: 'الفيديو ثانية',
    call: 'اتصال بالهاتف',
    hand: 'تسليم',
    document: 'وثّق هنا',
    end: 'إنهاء الزيارة',
    all: 'إنهاؤها للجميع',
    back: 'العودة إلى الزيارة',
    window: 'افتح الغرفة في نافذتها',
  },
};

async function walk(language, width, height, { init, sealed = false } = {}) {
  const size = `${width < 600 ? 'small' : 'large'}${init ? '-window' : ''}`;
  const words = WORDS[language];
  const node = new Node();
  node.desk = new Desk(node);
  await node.start();
  const { page, context, faults } = await visitor(browser, `${node.url}/`, { language, width, height, init });
  await context.grantPermissions(['camera', 'microphone', 'clipboard-read', 'clipboard-write']);
  const button = (name) => page.getByRole('button', { name, exact: true });
  const look = async (name) => {
    await page.waitForTimeout(300);
    report.axe(`${language} ${size} ${name}`, await violationsOf(page));
    await page.screenshot({ path: `${folder}/staff-visit-${language}-${size}-${name}.png` });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    must(over <= 0, `the page is ${over} px too wide`);
  };
  let link;
  let sam;
  await report.step('the appointment’s dialog', async () => {
    await page.goto(`${node.url}/#/schedule`);
    await page.getByText('Sam Jones').first().click();
    await page.getByRole('dialog').waitFor();
    if (sealed) await page.getByRole('checkbox').check();
    await button(words.copy).click();
    await page.waitForFunction(() => navigator.clipboard.readText().then((text) => text.includes('/v/')));
    link = await page.evaluate(() => navigator.clipboard.readText());
    must(link.includes('#k=') === sealed, `the link is ${link.slice(-40)}`);
    await look('appointment');
  });
  await report.step('the room, before one enters', async () => {
    await page.getByRole('button', { name: /Open the visit|افتح الزيارة/ }).click();
    await button(words.enter).waitFor();
    await page.locator('.chart-head').waitFor();
    await look('before');
  });
  await report.step('in the room, and somebody knocks', async () => {
    await button(words.enter).click();
    await page.locator('.visit-room').waitFor();
    if (init) {
      await button(words.window).waitFor();
      await look('other-window');
      await button(words.window).click();
      await page.locator('.visit-window a').waitFor();
      await look('other-window-url');
    }
    sam = await visitor(browser, link, { language: 'en' });
    await joins(sam.page);
    await button(words.admit).waitFor();
    await look('knocks');
  });
  if (init) {
    await button(words.admit).click();
    await sam.page.locator('.call').waitFor();
    await look('other-window-in');
    await context.close();
    await sam.context.close();
    await node.stop();
    return;
  }
  await report.step('both see each other', async () => {
    await button(words.admit).click();
    await page.locator('.visit-tile video:not(.hidden)').waitFor();
    await sam.page.locator('.tile video:not(.hidden)').waitFor();
    await framesAgain(sam.page);
    await sam.page.locator('.controls button').nth(4).click();
    await sam.page.locator('.sheet .pair button').first().click();
    await page.locator('ul.told.warn').waitFor();
    await look('visit');
  });
  await report.step('the telephone', async () => {
    await button(words.call).click();
    await page.getByRole('dialog').waitFor();
    await look('bridge');
    await page.keyboard.press('Escape');
  });
  await report.step('hand over', async () => {
    await page.locator('.visit-controls button').nth(5).click();
    await page.getByRole('dialog').waitFor();
    await page.getByText('Dr Grace Hopper').waitFor();
    await look('hand-over');
    await page.keyboard.press('Escape');
  });
  await report.step('if video fails: the note is beside the visit, which goes on', async () => {
    await button(words.document).click();
    await page.locator('.visit-chart textarea').nth(3).waitFor();
    await look('downtime-note');
    await framesAgain(sam.page);
  });
  await report.step('another screen: the visit goes on, and the way back is there', async () => {
    await page.evaluate(() => {
      location.hash = '#/schedule';
    });
    await page.locator('.visit-bar').waitFor();
    await look('elsewhere');
    await framesAgain(sam.page);
    await page.getByRole('link', { name: words.back }).click();
    await page.locator('.visit-tile video:not(.hidden)').waitFor();
  });
  await report.step('the relay is away, and comes back', async () => {
    await node.relay.kill();
    await page.locator('.visit-room .told.warn').waitFor();
    await look('relay-away');
    node.relay.isUp = true;
    await page.locator('.visit-room .told.warn').waitFor({ state: 'detached' });
  });
  await report.step('the end, with what the patient takes along', async () => {
    await button(words.end).click();
    await page.getByRole('dialog').waitFor();
    await page.locator('textarea').last().fill('Drink a lot, rest for three days.');
    await look('end');
    await button(words.all).click();
    await page.locator('.visit-written').waitFor();
    await sam.page.locator('.written').waitFor();
    await look('ended');
  });
  for (const fault of [...faults, ...sam.faults]) {
    report.failed += 1;
    console.log(`FAIL  ${fault}`);
  }
  await context.close();
  await sam.context.close();
  await node.stop();
}

const WITHOUT = 'delete window.RTCPeerConnection;';
await report.walk('en, 1366 px', () => walk('en', 1366, 768));
await report.walk('ar, 1366 px, sealed', () => walk('ar', 1366, 768, { sealed: true }));
await report.walk('en, 320 px', () => walk('en', 320, 640));
await report.walk('en, a window without calls', () => walk('en', 1366, 768, { init: WITHOUT }));
await browser.close();
process.exit(report.end() ? 0 : 1);
