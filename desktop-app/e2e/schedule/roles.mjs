import { must } from '../report.mjs';
import { signIn } from '../sign-in.mjs';
import { open } from './sheet.mjs';

/** Everybody is led to the parts that are their work, and to no others. */
export async function whoSeesWhat(report, onDevice, { day }) {
  const { HOLDFAST_DESK: desk, HOLDFAST_CLINICIAN: clinician, HOLDFAST_PHARMACIST: pharmacist } = process.env;
  for (const [role, sign, { books, setsUp }] of [
    ['front desk', desk, { books: true, setsUp: false }],
    ['clinician', clinician, { books: true, setsUp: false }],
    ['pharmacist', pharmacist, { books: false, setsUp: false }],
  ]) {
    const [login, pin] = sign.split(':');
    await onDevice({}, (page) =>
      report.step(`roles: ${role}`, async () => {
        await signIn(page, { login, pin });
        await open(page, `day/${day}`);
        await page.locator('.block').first().waitFor();
        const canBook = await page.getByRole('button', { name: /^Book/ }).isVisible();
        must(canBook === books, `they ${canBook ? 'are' : 'are not'} offered to book`);
        await open(page, 'setup');
        const canSetUp = await page.getByRole('button', { name: 'Add a type' }).isVisible();
        must(canSetUp === setsUp, `they ${canSetUp ? 'are' : 'are not'} offered to change types`);
      }),
    );
  }
}
