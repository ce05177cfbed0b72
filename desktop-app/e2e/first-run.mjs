import { must } from './report.mjs';

/** Nobody is there yet: the first administrator is made with the setup code, and adds the person who does the rest. */
export async function firstRun(report, page, { login, pin, code }, shot) {
  const admin = { login: `${login}-admin`, pin: '913605' };
  await report.step('first run: the screen', async () => {
    await page.goto('/');
    await page.getByLabel('Setup code').waitFor();
    await shot('first-run');
  });
  await report.step('first run: an easy PIN is not taken', async () => {
    await page.getByLabel('PIN', { exact: true }).fill('123456');
    await page.getByText('Not a run such as 123456').waitFor();
  });
  await report.step('first run: make the first administrator', async () => {
    await page.getByLabel('Setup code').fill(code);
    await page.getByLabel('Your name').fill('First Administrator');
    await page.getByLabel('Login name').fill(admin.login);
    await page.getByLabel('PIN', { exact: true }).fill(admin.pin);
    await page.getByLabel('PIN again').fill(admin.pin);
    await page.getByRole('button', { name: 'Set up and sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'People' }).waitFor();
  });
  await report.step('first run: add a clinician who manages too', async () => {
    await page.getByRole('button', { name: 'Add a person' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill('Amina Rahimi');
    await dialog.getByLabel('Login name').fill(login);
    for (const role of ['Nurse', 'Clinician', 'Manager']) await dialog.getByLabel(role).check();
    await dialog.getByLabel('First PIN').fill(pin);
    await dialog.getByRole('button', { name: /^Save/ }).click();
    await dialog.waitFor({ state: 'detached' });
    must((await page.getByRole('row', { name: new RegExp(login) }).count()) > 0, 'the person is not on the list');
  });
}
