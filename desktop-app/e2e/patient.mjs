import { newFamily } from './report.mjs';
import { signIn } from './sign-in.mjs';

/** Registers a patient under a name that nobody has, and gives back the MRN and the id. */
export async function register(page, { given, family }) {
  await page.getByRole('link', { name: /^Register/ }).click();
  await page.getByLabel('Given names').fill(given);
  await page.getByLabel('Family name').fill(family);
  await page.getByLabel('Birth date').fill('12/3/1961');
  await page
    .getByText(/years old/)
    .first()
    .waitFor();
  await page.getByLabel('Sex').selectOption('female');
  await page.getByLabel('Phone', { exact: true }).fill('+33 6 12 34 56 78');
  await page.getByLabel('Preferred language').fill('Français');
  await page.getByLabel('Needs an interpreter').check();
  await page.getByLabel('Agrees that the clinic keeps').check();
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  await page.getByRole('heading', { name: 'Registered' }).waitFor();
  const mrn = (await page.locator('.mrn').textContent()).trim();
  await page.getByRole('link', { name: 'Open the chart' }).click();
  await page.getByRole('heading', { level: 1, name: family }).waitFor();
  return { mrn, id: new URL(page.url()).hash.split('/')[2] };
}

/** Somebody new, for a part that is run without the one that registers her. */
export async function somebody(report, page, who) {
  const family = newFamily('Seule');
  return report.step('register somebody', async () => {
    await signIn(page, who);
    return { ...(await register(page, { given: 'Amélie', family })), family };
  });
}
