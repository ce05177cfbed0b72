/** Who signs in, from the environment. */
export function people() {
  const { HOLDFAST_LOGIN: login, HOLDFAST_PIN: pin } = process.env;
  if (!login || !pin)
    throw new Error(
      'cannot sign in: HOLDFAST_LOGIN and HOLDFAST_PIN are not set; name a clinician who is also a manager',
    );
  return { login, pin };
}

export async function signIn(page, { login, pin }) {
  await page.goto('/');
  await page
    .getByLabel(/Login name|اسم الدخول/)
    .or(page.getByRole('button', { name: /Somebody else|شخص آخر/ }))
    .first()
    .waitFor();
  const other = page.getByRole('button', { name: /Somebody else|شخص آخر/ });
  if (await other.isVisible()) await other.click();
  await page.getByLabel(/Login name|اسم الدخول/).fill(login);
  await page.getByLabel(/^(PIN|الرمز السري)$/).fill(pin);
  await page.keyboard.press('Enter');
  await page.locator('#main').waitFor();
}
