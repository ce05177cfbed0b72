// The clinician's way in the staff app, from the appointment to the end, with a patient, an interpreter and a colleague, at a real node.
import { violationsOf } from '../axe.mjs';
import { must } from '../report.mjs';
import { signIn } from '../sign-in.mjs';
import { COLLEAGUE, DOCTOR } from './clinic.mjs';
import { framesAgain, hears, joins, KEEP, pause, seen, visitor } from './visitor.mjs';

const WORDS = {
  en: {
    start: 'Start the visit',
    copy: 'Copy the patient’s link',
    enter: 'Enter the room',
    admit: 'Let in',
    call: 'Call by telephone',
    hand: 'Hand over',
    document: 'Document here',
    end: 'End the visit',
    all: 'End it for everybody',
    back: 'Back to the visit',
  },
  ar: {
    start: 'ابدأ الزيارة',
    copy: 'انسخ رابط المريض',
    enter: 'ادخل الغرفة',
    admit: 'أدخله',
    call: 'اتصال بالهاتف',
    hand: 'تسليم',
    document: 'وثّق هنا',
    end: 'إنهاء الزيارة',
    all: 'إنهاؤها للجميع',
    back: 'العودة إلى الزيارة',
  },
};
let hour = 0;

export async function staffJourney({ report, browser, clinic, folder }, language, width, height) {
  const size = width < 600 ? 'small' : 'large';
  const words = WORDS[language];
  const family = `Noor-${language}-${size}`;
  const patient = await clinic.patient('Samira', family);
  // Each walk has a time of its own.
  const appointment = await clinic.appointment(patient, 15 + 15 * hour++);
  const { page, context, faults } = await visitor(browser, `${clinic.url}/`, {
    language,
    width,
    height,
    init: KEEP,
    baseURL: clinic.url,
  });
  await context.grantPermissions(['camera', 'microphone', 'clipboard-read', 'clipboard-write'], { origin: clinic.url });
  const button = (name) => page.getByRole('button', { name, exact: true });
  const look = async (name) => {
    await pause(300);
    report.axe(`staff ${language} ${size} ${name}`, await violationsOf(page));
    await page.screenshot({ path: `${folder}/staff-visit-${language}-${size}-${name}.png` });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    must(over <= 0, `the page is ${over} px too wide`);
  };
  const pictures = (least) =>
    page.waitForFunction((count) => document.querySelectorAll('.visit-tile video:not(.hidden)').length >= count, least);
  let link;
  let sam;
  let visit;
  await report.step('sign in, and the appointment of today', async () => {
    await signIn(page, DOCTOR);
    await page.goto(`${clinic.url}/#/schedule`);
    await page.getByText(family).first().click();
    await page.getByRole('dialog').waitFor();
    await button(words.start).waitFor();
    await look('appointment');
  });
  await report.step('the patient’s link', async () => {
    await button(words.copy).click();
    await page.locator('.toast').first().waitFor();
    link = await page.evaluate(() => navigator.clipboard.readText());
    must(link.includes('/v/'), `what was copied is ${link}`);
  });
  await report.step('the visit of the appointment, before one enters', async () => {
    await page.getByRole('button', { name: /Open the visit|افتح الزيارة/ }).click();
    await button(words.enter).waitFor();
    await page.locator('.chart-head').waitFor();
    visit = page.url().match(/visit\/([^/]+)/)[1];
    await look('before');
  });
  await report.step('in the room, and somebody knocks', async () => {
    await button(words.enter).click();
    await page.locator('.visit-room').waitFor();
    sam = await visitor(browser, link, { init: KEEP });
    await joins(sam.page);
    await button(words.admit).waitFor();
    await look('knocks');
  });
  await report.step('let in: both see and hear each other, the chart is beside', async () => {
    await button(words.admit).click();
    await pictures(1);
    await seen(sam.page);
    await framesAgain(sam.page);
    await pause(1_000);
    for (const one of [page, sam.page]) await hears(one);
    must(await page.locator('.chart-head').isVisible(), 'the chart is not there');
    await sam.page.locator('.controls button').nth(4).click();
    await sam.page.locator('.sheet .pair button').first().click();
    await page.locator('[role=log].told').waitFor();
    await sam.page.keyboard.press('Escape');
    await look('visit');
  });
  await report.step('an interpreter joins', async () => {
    const { url } = await clinic.link(visit, { role: 'interpreter', name: 'Nour Haddad' });
    const voice = await visitor(browser, url, {});
    await joins(voice.page);
    await button(words.admit).click();
    await pictures(2);
    await voice.page.waitForFunction(() => document.querySelectorAll('.tile video:not(.hidden)').length === 2);
    await look('interpreter');
    await voice.context.close();
  });
  await report.step('the telephone', async () => {
    await button(words.call).click();
    await page.getByRole('dialog').waitFor();
    await look('bridge');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
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
    await pictures(1);
  });
  await report.step('handed over to a colleague, who comes in and leads', async () => {
    const leo = await visitor(browser, `${clinic.url}/`, {
      language: 'en',
      width: 1366,
      height: 768,
      init: KEEP,
      baseURL: clinic.url,
    });
    await signIn(leo.page, COLLEAGUE);
    await button(words.hand).click();
    await page.getByRole('dialog').getByText(COLLEAGUE.name).waitFor();
    await look('hand-over');
    await page
      .getByRole('dialog')
      .getByRole('listitem')
      .filter({ hasText: COLLEAGUE.name })
      .getByRole('button')
      .click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await leo.page.goto(`${clinic.url}/#/visit/${visit}`);
    await leo.page.getByRole('button', { name: 'Enter the room' }).click();
    await leo.page.locator('.visit-tile video:not(.hidden)').first().waitFor();
    // Who leads no more hands over no more.
    await button(words.hand).waitFor({ state: 'detached' });
    await leo.page.getByRole('button', { name: 'Hand over', exact: true }).click();
    await leo.page
      .getByRole('dialog')
      .getByRole('listitem')
      .filter({ hasText: DOCTOR.name })
      .getByRole('button')
      .click();
    await button(words.hand).waitFor();
    await leo.context.close();
    for (const fault of leo.faults) must(false, fault);
  });
  await report.step('the relay is away, and comes back', async () => {
    await clinic.relay.end('SIGKILL');
    await page.locator('.visit-room .told.warn').first().waitFor();
    await look('relay-away');
    await clinic.startRelay();
    await framesAgain(sam.page, 20_000);
    await pictures(1);
  });
  await report.step('the end, with what the patient takes along', async () => {
    await button(words.end).click();
    await page.getByRole('dialog').waitFor();
    await page.getByRole('dialog').locator('textarea').first().fill('Drink a lot, rest for three days.');
    await look('end');
    await button(words.all).click();
    await page.locator('.visit-written').waitFor();
    await sam.page.locator('.written').waitFor();
    await look('ended');
  });
  await report.step('the flow board has the appointment as done', async () => {
    const { appointments } = await clinic.doctor.must(
      'GET',
      `/api/schedule/day?date=${appointment.start.slice(0, 10)}`,
    );
    const { status } = appointments.find(({ id }) => id === appointment.id);
    must(/done|fulfilled|finished|left/.test(status), `the appointment is ${status}`);
    await page.goto(`${clinic.url}/#/schedule/flow`);
    await page.getByText(family).first().waitFor();
    await look('flow');
  });
  for (const fault of [...faults, ...sam.faults]) {
    report.failed += 1;
    console.log(`FAIL  ${fault}`);
  }
  await context.close();
  await sam.context.close();
}
