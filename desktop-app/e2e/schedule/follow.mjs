import { must } from '../report.mjs';
import { signIn } from '../sign-in.mjs';
import { bookNow } from './behind.mjs';
import { choosePatient, chooseType, clickAt, freePlace, hush, open, toast } from './sheet.mjs';

/** Every screen follows within this. */
const FOLLOWS_MS = 1000;

/** What is done at one desk is seen at another, within a second of the answer, on every screen that shows it. */
export async function atTwoDesks(report, { page, other, who }, { day, type, patients: [, , , second] }, shot) {
  const times = [];
  await signIn(other, who);
  const follows = async (words, act, seen) => {
    const until = seen();
    await act();
    const done = Date.now();
    await until;
    times.push(Date.now() - done);
    must(times.at(-1) <= FOLLOWS_MS, `${words}: seen after ${times.at(-1)} ms`);
  };
  let place;
  const mine = (at) =>
    at.locator(`[data-column="0"] [data-appointment][data-from="${place.minute}"]`, { hasText: second });
  await report.step('follow: what one desk books stands on the sheet of the other', async () => {
    await open(other, `day/${day}`);
    await open(page, `day/${day}`);
    place = await freePlace(page, 0, 25);
    await clickAt(page, 0, place.minute);
    await choosePatient(page, second);
    await chooseType(page, type);
    await follows(
      'a booking',
      async () => {
        await page.getByRole('dialog').getByRole('button', { name: /^Book/ }).click();
        await toast(page, 'is booked');
      },
      () => mine(other).waitFor(),
    );
    await hush(page);
  });
  let here;
  const today = (at) => at.locator(`[data-appointment="${here}"]`).first();
  await report.step('follow: a check-in by one key, taken back', async () => {
    here = await bookNow(page, { type, name: second });
    await open(other, 'day');
    await open(page, 'day');
    await today(page).focus();
    const isIn = (words) => () => today(other).getByText(words).waitFor();
    await follows('a check-in', () => keyed(page, 'c', 'has arrived'), isIn('Arrived'));
    await follows('its undoing', () => keyed(page, 'Control+z', 'Undone'), isIn('Booked'));
    await hush(page);
  });
  await report.step('follow: the week and the rooms', async () => {
    for (const part of ['week', 'rooms']) {
      await open(other, part);
      await today(page).focus();
      await follows(
        `a check-in, ${part}`,
        () => keyed(page, 'c', 'has arrived'),
        () => isShown(other, second, 'Arrived'),
      );
      await follows(
        `its undoing, ${part}`,
        () => keyed(page, 'Control+z', 'Undone'),
        () => isShown(other, second, 'Booked'),
      );
      await hush(page);
    }
  });
  await report.step('follow: the waiting list', async () => {
    await open(other, 'waiting');
    await open(page, 'waiting');
    await page.getByRole('button', { name: 'Put on the list' }).click();
    await choosePatient(page, second);
    await chooseType(page, type);
    const lines = other.locator('.waiting-line', { hasText: second });
    await follows(
      'an entry',
      async () => {
        await page.getByRole('dialog').getByRole('button', { name: /^Save/ }).click();
        await toast(page, 'is on the waiting list');
      },
      () => lines.first().waitFor(),
    );
    await shot('waiting');
  });
  console.log(`figure: schedule_follow_max_ms ${Math.max(...times)} ms`);
}

async function keyed(page, key, said) {
  await page.keyboard.press(key);
  await toast(page, said);
}

/** Somebody is shown in a state, wherever on the screen. */
function isShown(page, name, words) {
  return page.waitForFunction(
    ([who, state]) =>
      [...document.querySelectorAll('[data-appointment], .week-line, #main li, #main tr')].some(
        ({ textContent }) => textContent.includes(who) && textContent.includes(state),
      ),
    [name, words],
  );
}
