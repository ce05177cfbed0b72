import { must } from '../report.mjs';
import { cutLink, healLink } from '../two-nodes.mjs';
import { choosePatient, chooseType, hush, open, toast } from './sheet.mjs';

/** A link that is tried again waits up to a minute. */
const ARRIVES_WITHIN = 120_000;

/** The link to head office is cut: the desk goes on booking and confirming; healed, all of it arrives there. */
export async function linkCut(report, page, { day, type, patients: [, , , , second] }, shot) {
  let before = [];
  const mineOf = async () => {
    const mine = (await allOf(page, day, second)).find(({ id }) => !before.includes(id));
    must(mine, `${second} has no appointment that is new`);
    return mine;
  };
  try {
    await report.step('link: cut, the desk books and it is confirmed', async () => {
      await open(page, `day/${day}`);
      before = (await allOf(page, day, second)).map(({ id }) => id);
      cutLink();
      await book(page, second, type);
      await shot('cut');
      const mine = await mineOf();
      must(mine.status === 'booked' && mine.saved !== 'head-office', `it is ${mine.status}, saved at ${mine.saved}`);
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
