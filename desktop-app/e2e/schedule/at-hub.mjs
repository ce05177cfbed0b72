import { nextCode, received, TYPE, url } from '../booking-page.mjs';
import { must } from '../report.mjs';

const CONTACT = '+33 6 98 76 54 32';

/** A patient books at the hub, in English; answers what the hub confirmed: when, as FHIR writes it by the clinic's clock. */
export async function bookAtHub(page, name) {
  await page.goto(url);
  await page.locator('.choices button', { hasText: TYPE }).first().click();
  await page.locator('.times button').first().click();
  await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
  const inputs = page.locator('form input');
  for (const [at, text] of [name, '10', '12', '1985', CONTACT].entries()) await inputs.nth(at).fill(text);
  const before = (await received(CONTACT)).length;
  await page.getByRole('button', { name: 'Send me the code' }).click();
  await page.locator('input.code').fill(await nextCode(CONTACT, before));
  const isBooking = (answer) =>
    answer.request().method() === 'POST' && /\/api\/book\/clinic\/[^/]+$/.test(answer.url());
  const [answer] = await Promise.all([
    page.waitForResponse(isBooking),
    page.getByRole('button', { name: 'Book this time' }).click(),
  ]);
  await page.getByRole('heading', { name: 'Your appointment is booked' }).waitFor();
  const { status, start } = await answer.json();
  must(status === 'booked', `it is ${status}`);
  return start;
}
