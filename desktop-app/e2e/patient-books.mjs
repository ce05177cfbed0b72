// A patient books at the hub, in two languages on a small phone: a time, the code, the confirmation; then changes and cancels it by
// the link. Every step is in front of axe, and what a thumb has to hit is large enough.
//
//   HOLDFAST_HUB_URL=http://127.0.0.1:8090/book/dev-clinic HOLDFAST_CODES=.run/codes node e2e/patient-books.mjs
//
// The hub has times to sell, and sends no message: it writes codes to the file HOLDFAST_CODES (`booking.code_to` of its configuration), and
// the telephone of this patient is the last line for it. `make run` says both.
import { violationsOf } from './axe.mjs';
import { granted, nextCode, received, TYPE, url } from './booking-page.mjs';
import { newDevice, shotsFolder, startBrowser } from './browser.mjs';
import { must, newFamily, Report } from './report.mjs';

const CONTACT = '+33 6 12 34 56 78';
const folder = shotsFolder();
const report = new Report('patient');
const browser = await startBrowser();
const TARGET_PX = 48;

/** Nothing runs out of the window, and all that is pressed or typed into can be hit with a thumb. */
async function fits(page) {
  const { over, small } = await page.evaluate((least) => {
    const shown = [...document.querySelectorAll('button, a, input')];
    return {
      over: document.documentElement.scrollWidth - window.innerWidth,
      small: shown.filter((one) => one.getBoundingClientRect().height < least).map((one) => one.outerHTML.slice(0, 60)),
    };
  }, TARGET_PX);
  must(over <= 0, `the page is ${over} px too wide`);
  must(small.length === 0, `too small: ${small.join(' ')}`);
}

const WORDS = {
  en: {
    who: 'Who are you?',
    send: 'Send me the code',
    confirm: 'Book this time',
    booked: 'Your appointment is booked',
    change: 'Choose another time',
    cancel: 'Cancel the appointment',
    yes: 'Yes, cancel it',
    over: 'This appointment is cancelled',
    wrong: 'This code is not right.',
    fault: 'Write your name, please.',
  },
  ar: {
    who: 'من أنت؟',
    send: 'أرسل لي الرمز',
    confirm: 'احجز هذا الوقت',
    booked: 'حُجز موعدك',
    change: 'اختر وقتًا آخر',
    cancel: 'إلغاء الموعد',
    yes: 'نعم، ألغه',
    over: 'أُلغي هذا الموعد',
    wrong: 'هذا الرمز غير صحيح.',
    fault: 'اكتب اسمك من فضلك.',
  },
};

async function books(page, language) {
  const words = WORDS[language];
  const look = async (name) => {
    await fits(page);
    report.axe(`${language} ${name}`, await violationsOf(page));
    await page.screenshot({ path: `${folder}/patient-${language}-${name}.png`, fullPage: true });
  };
  const inputs = page.locator('form input');
  let before;
  let sent;
  await report.step(`${language}: what for, and when`, async () => {
    await page.goto(url);
    await page.locator('.choices button').first().waitFor();
    must(
      (await page.locator('html').getAttribute('dir')) === (language === 'ar' ? 'rtl' : 'ltr'),
      'the direction is wrong',
    );
    await look('what');
    await page.locator('.choices button', { hasText: TYPE }).first().click();
    await page.locator('.times button').first().waitFor();
    await look('when');
  });
  await report.step(`${language}: who; what is missing is said`, async () => {
    await page.locator('.times button').nth(1).click();
    await page.getByRole('heading', { name: words.who }).waitFor();
    await page.getByRole('button', { name: words.send }).click();
    await page.getByText(words.fault).waitFor();
    await look('who-faults');
    for (const [at, text] of [`Ada ${newFamily('Ligne')}`, '10', '12', '1985', CONTACT].entries())
      await inputs.nth(at).fill(text);
    sent = (await received(CONTACT)).length;
    await page.getByRole('button', { name: words.send }).click();
    await page.locator('input.code').waitFor();
  });
  await report.step(`${language}: a wrong code is refused, the right one books`, async () => {
    const code = await nextCode(CONTACT, sent);
    await page.locator('input.code').fill(code === '000000' ? '000001' : '000000');
    await page.getByRole('button', { name: words.confirm }).click();
    await page.getByText(words.wrong).waitFor();
    await look('code');
    await page.locator('input.code').fill(code);
    await page.getByRole('button', { name: words.confirm }).click();
    await page.getByRole('heading', { name: words.booked }).waitFor();
    before = await page.locator('.chosen .big').textContent();
    await look('booked');
  });
  await report.step(`${language}: a calendar file holds it`, async () => {
    const text = await page.evaluate(
      async (file) => (await fetch(file)).text(),
      await page.locator('a[download]').getAttribute('href'),
    );
    must(text.startsWith('BEGIN:VCALENDAR') && text.includes('BEGIN:VEVENT'), `the file is ${text.slice(0, 40)}`);
  });
  await report.step(`${language}: the link, opened anew, changes it`, async () => {
    await page.reload();
    await page.getByRole('button', { name: words.change }).click();
    await page.locator('.times button').last().click();
    await page.waitForFunction((old) => document.querySelector('.chosen .big')?.textContent !== old, before);
    await page.getByRole('heading', { name: words.booked }).waitFor();
  });
  await report.step(`${language}: and cancels it, once asked again`, async () => {
    await page.getByRole('button', { name: words.cancel }).click();
    await look('cancel');
    await page.getByRole('button', { name: words.yes }).click();
    await page.getByRole('heading', { name: words.over }).waitFor();
    await look('cancelled');
  });
}

await report.walk('the clinic has shared its time', () => report.step('some of it is for sale', granted));
for (const language of ['en', 'ar']) {
  const { context, page, faults } = await newDevice(browser, { url, language, width: 320, height: 640 });
  await report.walk(`a patient books, ${language}, 320 px`, () => books(page, language));
  for (const fault of faults) {
    report.failed += 1;
    console.log(`FAIL  ${fault}`);
  }
  await context.close();
}
await browser.close();
process.exitCode = report.end() ? 0 : 1;
