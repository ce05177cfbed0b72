import { execFileSync } from 'node:child_process';
import { must } from './report.mjs';
import { signIn } from './sign-in.mjs';

/** What comes over the link comes within this: a link that is tried again waits up to a minute. */
const ARRIVES_WITHIN = 120_000;

/** The link of both nodes to the hub. */
function link(order) {
  const { HOLDFAST_RUN: program, HOLDFAST_RUN_DIR: folder } = process.env;
  execFileSync(program, ['--dir', folder, order]);
}
export const cutLink = () => link('cut');
export const healLink = () => link('heal');

async function openDetails(page, patient) {
  await page.goto(`/#/patients/${patient.id}/details`);
  await page.reload();
  await page.getByLabel('Town').waitFor({ timeout: 3000 });
}

async function until(what, look) {
  const end = Date.now() + ARRIVES_WITHIN;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > end) throw new Error(`never: ${what}: ${error.message}`);
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
}

async function setTown({ page }, town) {
  await page.getByLabel('Town').fill(town);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.locator('.toast', { hasText: 'Saved: details' }).waitFor();
}

/** Looks for somebody whom nobody knows, and waits for what is said of head office. */
async function lookElsewhere({ page }, name, said) {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find a patient' }).fill(name);
  await page.getByText(`Nobody was found. ${said}`).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.getByRole('combobox', { name: 'Find a patient' }).waitFor({ state: 'detached' });
}

/** Two nodes of one clinic write one element apart while their link is cut; the conflict is settled at the first. */
export async function atTwoNodes(report, first, second, patient, shot) {
  try {
    await writeApart(report, first, second, patient, shot);
  } finally {
    // Whatever failed, what comes after it finds the link whole.
    healLink();
  }
}

async function writeApart(report, first, second, patient, shot) {
  await report.step('two nodes: the patient of the first is at the second', async () => {
    if (!(await first.page.locator('#main').isVisible())) await signIn(first.page, first.who);
    await signIn(second.page, second.who);
    await until('the patient arrives', () => openDetails(second.page, patient));
    await openDetails(first.page, patient);
  });
  await report.step('two nodes: who is not found here is looked for at head office', () =>
    lookElsewhere(first, 'Nemo Nusquam', 'Head office was asked too.'),
  );
  await report.step('two nodes: the link is cut, both go on, and say so', async () => {
    cutLink();
    await setTown(first, 'Cardiff');
    await setTown(second, 'Dundee');
    await first.page.getByText(/Link to head office down for .* Nothing is lost\./).waitFor();
    await shot('link-down');
  });
  await report.step('two nodes: with the link cut a search says that it looked here alone', () =>
    lookElsewhere(first, 'Nemo Nullibi', 'Head office cannot be asked now.'),
  );
  await report.step('two nodes: the link heals, and the inbox has the conflict', async () => {
    healLink();
    await first.page.goto('/#/conflicts');
    const line = first.page.locator('.rows li', { hasText: patient.family });
    await line.waitFor({ timeout: ARRIVES_WITHIN });
    await line.getByRole('link').click();
    await first.page.getByRole('button', { name: 'Keep this value' }).nth(1).waitFor();
  });
  await report.step('two nodes: both values are shown, with who, where and when', async () => {
    const { page } = first;
    const here = page.locator('.choice', { hasText: 'Cardiff' });
    const there = page.locator('.choice', { hasText: 'Dundee' });
    const [said, saidThere] = [await here.textContent(), await there.textContent()];
    must(/Amina Rahimi, here, .*\d/.test(said), `of the first it says: ${said}`);
    must(!/Amina Rahimi|Somebody, |, here, /.test(saidThere), `of the second it says: ${saidThere}`);
    must(/\w+, at .+, .*\d/.test(saidThere), `of the second it says: ${saidThere}`);
    await shot('conflict-of-two-nodes');
  });
  await report.step('two nodes: one press settles it, and the second node follows', async () => {
    const { page } = first;
    await page.locator('.choice', { hasText: 'Dundee' }).getByRole('button', { name: 'Keep this value' }).click();
    await page.getByText('This is settled.').waitFor();
    await until('the second node shows the same', async () => {
      await openDetails(second.page, patient);
      must((await second.page.getByLabel('Town').inputValue()) === 'Dundee', 'the town is another');
      await second.page.goto('/#/conflicts');
      await second.page.getByText('None. Nothing here needs a decision.').first().waitFor({ timeout: 3000 });
    });
  });
}
