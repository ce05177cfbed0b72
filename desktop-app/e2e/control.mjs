import { violationsOf } from './axe.mjs';
import { must } from './report.mjs';

/** A check that cannot fail says nothing: a field of the sign-in loses its name, and axe has to see that. */
export async function control(report, page) {
  await report.step('control: axe sees a field without a name', async () => {
    await page.goto('/');
    await page.getByLabel('Login name').waitFor();
    await page.evaluate(() => {
      for (const label of document.querySelectorAll('label')) label.remove();
      for (const input of document.querySelectorAll('input'))
        for (const name of ['aria-label', 'aria-labelledby', 'placeholder', 'title']) input.removeAttribute(name);
    });
    report.control = (await violationsOf(page)).length;
    must(report.control > 0, 'axe sees nothing wrong with it');
  });
}
