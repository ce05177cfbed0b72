import { granted } from '../booking-page.mjs';
import { must, newFamily } from '../report.mjs';
import { cutLink, healLink } from '../two-nodes.mjs';
import { bookAtHub } from './at-hub.mjs';
import { choosePatient, chooseType, hush, open, toast } from './sheet.mjs';

/** A link that is tried again waits up to a minute. */
const ARRIVES_WITHIN = 120_000;

/**
 * The link to head office is cut: the desk goes on booking and confirming, and so does the hub, for a patient on a page of their own
 * (`atHub`; none where the environment names no hub). Healed, what the desk booked is at head office, and the patient is on its sheet.
 */
export async function linkCut(report, page, { day, type, patients: [, , , , second] }, shot, atHub) {
  let before = [];
  const online = `Ada ${newFamily('Coupure')}`;
  let start;
  const mineOf = async () => {
    const mine = (await allOf(page, day, second)).find(({ id }) => !before.includes(id));
    must(mine, `${second} has no appointment that is new`);
    return mine;
  };
  try {
    if (atHub) await report.step('link: some time is for sale at the hub', granted);
    await report.step('link: cut, the desk books and it is confirmed', async () => {
      await open(page, `day/${day}`);
      before = (await allOf(page, day, second)).map(({ id }) => id);
      cutLink();
      await book(page, second, type);
      await shot('cut');
      const mine = await mineOf();
      must(mine.status === 'booked' && mine.saved !== 'head-office', `it is ${mine.status}, saved at ${mine.saved}`);
    });
    if (atHub)
      await report.step('link: cut, a patient books at the hub and it is confirmed; the desk cannot know', async () => {
        start = await bookAtHub(atHub, online);
        must((await allOf(page, start.slice(0, 10), online)).length === 0, 'the desk knows it: the link is not cut');
      });
    await report.step('link: healed, head office has it', async () => {
      healLink();
      const end = Date.now() + ARRIVES_WITHIN;
      for (;;) {
        const { saved } = await mineOf();
        if (saved === 'head-office') break;
        must(Date.now() < end, `it is still saved at ${saved}`);
        await page.waitForTimeout(500);
      }
    });
    await report.step('link: the sheet says so by itself', async () => {
      const mine = await mineOf();
      await page.locator(`[data-appointment="${mine.id}"]`).first().click();
      await page
        .getByRole('dialog')
        .getByText(/head office/i)
        .first()
        .waitFor();
      await page.keyboard.press('Escape');
    });
    if (atHub)
      await report.step('link: healed, whoever booked at the hub is on the sheet of the desk', async () => {
        await open(page, `day/${start.slice(0, 10)}`);
        const mine = page.locator('[data-appointment]', { hasText: online }).first();
        await mine.waitFor({ timeout: ARRIVES_WITHIN });
        const [told] = await allOf(page, start.slice(0, 10), online);
        must(told.status === 'booked', `it is ${told.status}`);
        must(Date.parse(told.start) === Date.parse(start), `it is at ${told.start}, and was confirmed for ${start}`);
        await shot('healed');
      });
  } finally {
    // Whatever failed, what comes after it finds the link whole.
    healLink();
  }
}

async function book(page, name, type) {
  await page.getByRole('button', { name: /^Book/ }).first().click();
  await choosePatient(page, name);
  await chooseType(page, type);
  await page.getByRole('dialog').locator('.slots input').first().check();
  await page.getByRole('dialog').getByRole('button', { name: /^Book/ }).click();
  await toast(page, 'is booked');
  await hush(page);
}

/** The appointments of somebody on a day, as the host tells them. */
function allOf(page, day, name) {
  return page.evaluate(
    async ([date, who]) => {
      const { appointments } = await (await fetch(`/api/schedule/day?date=${date}`)).json();
      return appointments.filter(({ patient, status }) => patient?.name === who && status !== 'cancelled');
    },
    [day, name],
  );
}
