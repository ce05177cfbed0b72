import { aChild, longKnown, onWarfarin } from './known.mjs';
import { smallPicture } from './palette.mjs';
import { signIn } from './sign-in.mjs';
import { cutLink, healLink } from './two-nodes.mjs';

/** So much has to be painted after an address was opened: plots come last. */
const SETTLE_MS = 900;

async function open(page, address) {
  await page.goto(`/#${address}`);
  await page.reload();
  await page.locator('#main').waitFor();
  await page.waitForFunction(() => !document.querySelector('.mantine-Skeleton-root'));
  await page.waitForTimeout(SETTLE_MS);
}

/** The pictures of the documents, of a generated clinic. `onDevice` opens another device, `second` is somebody else. */
export async function documentShots(report, page, who, second, onDevice, folder) {
  const shot = (of, name) => smallPicture(of, `${folder}/${name}.png`);
  const step = (name, run) => report.step(`picture: ${name}`, run);
  const chart = (patient, part = '') => `/patients/${patient.id}${part}`;
  await step('sign in', () => signIn(page, who));
  const [long, child, warned] = [await longKnown(page), await aChild(page), await onWarfarin(page)];
  await step('today', async () => {
    await open(page, '/');
    await shot(page, 'today');
  });
  await step('chart', async () => {
    await open(page, chart(long));
    await shot(page, 'chart');
  });
  await step('search', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type(long.family.slice(0, 4));
    await page.getByRole('option').nth(1).waitFor();
    await shot(page, 'search');
    await page.keyboard.press('Escape');
  });
  await step('vitals over the years', async () => {
    await open(page, chart(long, '/vitals'));
    await shot(page, 'vitals');
  });
  await step('growth', async () => {
    await open(page, chart(child, '/vitals'));
    await shot(page, 'growth');
  });
  await step('a medicine that warns', async () => {
    await open(page, chart(warned, '/medicines/new'));
    await page.keyboard.type('ibuprofen');
    await page.locator('.told').first().waitFor();
    await page.keyboard.press('Escape');
    await shot(page, 'medicine-warning');
  });
  await step('summary on paper', async () => {
    await open(page, chart(long, '/print/summary'));
    await shot(page, 'summary');
  });
  await step('a conflict', () =>
    onDevice({}, async (other) => {
      await signIn(other, second);
      for (const one of [page, other]) await open(one, chart(long, '/details'));
      const number = 1 + (Math.floor(Date.now() / 1000) % 99);
      for (const [one, street] of [
        [other, `${number} Mill Lane`],
        [page, `${number} Harbour Road`],
      ]) {
        await one.getByLabel('Street and number').fill(street);
        await one.getByRole('button', { name: 'Save', exact: true }).click();
        await one.locator('.toast').first().waitFor();
      }
      await open(page, `/conflicts/Patient/${long.id}`);
      await shot(page, 'conflict');
      await page.getByRole('button', { name: 'Keep this value' }).first().click();
      await page.getByText('This is settled.').waitFor();
    }),
  );
  await step('who looked', async () => {
    await open(page, '/trail');
    await shot(page, 'who-looked');
  });
  await step('the link is down', async () => {
    cutLink();
    await open(page, '/link');
    await page
      .getByText(/Link to head office down for/)
      .first()
      .waitFor();
    await shot(page, 'link-down');
    healLink();
  });
  await step('in Arabic', () =>
    onDevice({ language: 'ar' }, async (other) => {
      await signIn(other, who);
      await open(other, chart(warned));
      await shot(other, 'arabic');
    }),
  );
  await step('on a small screen', () =>
    onDevice({ width: 360, height: 720 }, async (other) => {
      await signIn(other, who);
      await open(other, chart(child));
      await shot(other, 'small');
    }),
  );
}
