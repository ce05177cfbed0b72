import { must } from './report.mjs';
import { toast } from './with-mouse.mjs';

/** One person, one draft, two windows: neither writes over the other, and both notes are signed. */
export async function twoWindows(report, page, patient) {
  await report.step('a draft in two windows: neither loses a word', async () => {
    const at = `/#/patients/${patient.id}/notes/new`;
    await page.goto(at);
    await page.getByLabel('Subjective').fill('Typed in the first window.');
    await page.getByText('Draft kept').waitFor();
    const other = await page.context().newPage();
    await other.goto(at);
    await other.getByText('Goes on from your draft').waitFor();
    await other.getByLabel('Plan').fill('Typed in the second.');
    await other.getByText('Draft kept').waitFor();
    await page.getByLabel('Plan').fill('Typed in the first, later.');
    await page.getByText(/^Another window went on/).waitFor();
    await page.getByText('Draft kept').waitFor();
    await other.getByRole('button', { name: 'Sign', exact: false }).click();
    await toast(other, 'Signed');
    must(
      (await page.getByLabel('Plan').inputValue()) === 'Typed in the first, later.',
      'what was typed in the first window is gone',
    );
    await page.getByRole('button', { name: 'Sign', exact: false }).click();
    await toast(page, 'Signed');
    await page.getByRole('article').getByText('Typed in the first, later.').waitFor();
    await page.getByRole('article').getByText('Typed in the second.').waitFor();
    await other.close();
  });
  await report.step('a note signed in two windows is one note where the words are the same', async () => {
    const at = `/#/patients/${patient.id}/notes/new`;
    await page.goto(at);
    await page.getByLabel('Subjective').fill('Signed twice.');
    await page.getByText('Draft kept').waitFor();
    const other = await page.context().newPage();
    await other.goto(at);
    await other.getByText('Goes on from your draft').waitFor();
    await page.getByRole('button', { name: 'Sign', exact: false }).click();
    await toast(page, 'Signed');
    await other.getByRole('button', { name: 'Sign', exact: false }).click();
    await other.getByRole('article').getByText('Signed twice.').waitFor();
    must((await other.getByRole('article').getByText('Signed twice.').count()) === 1, 'one note became two');
    await other.close();
  });
}
