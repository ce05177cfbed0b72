import { must } from '../report.mjs';
import { open } from './sheet.mjs';

/** A pixel may be split between two. */
const NEAR_PX = 1.5;

/** Everything stands at its minute and in its column, nothing of it is hidden, and columns run with the language. */
export async function geometry(report, page, { day }, shot) {
  await report.step('geometry: appointments stand at their minutes', async () => {
    await open(page, `day/${day}`);
    await page.locator('.block').first().waitFor();
    await assertMinutes(page);
    await shot('day');
  });
  await report.step('geometry: columns run with the language, and their heads stand over them', async () => {
    const { isRtl, axis, columns, heads } = await page.evaluate(() => {
      const box = (element) => element.getBoundingClientRect().toJSON();
      return {
        isRtl: document.documentElement.dir === 'rtl',
        axis: box(document.querySelector('.axis')),
        columns: [...document.querySelectorAll('.column')].map(box),
        heads: [...document.querySelectorAll('.column > .column-head')].map(box),
      };
    });
    must(columns.length > 1, 'there is one column alone');
    const order = [axis, ...columns.slice(0, 2)];
    for (let at = 1; at < order.length; at++) {
      const [one, next] = [order[at - 1], order[at]];
      must(isRtl ? next.right <= one.left + NEAR_PX : next.left >= one.right - NEAR_PX, `column ${at} stands wrong`);
    }
    columns.forEach(({ left }, at) => {
      must(Math.abs(left - heads[at].left) < NEAR_PX, `the head of column ${at} does not stand over it`);
    });
  });
  await report.step('geometry: names, types and states can be read with no hover', async () => {
    const hidden = await page
      .locator('.block')
      .evaluateAll((all) =>
        all
          .filter((one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
          .map((one) => one.textContent),
      );
    must(hidden.length === 0, `of these a part is hidden: ${hidden.slice(0, 3).join(' | ')}`);
    const shapeless = await page.locator('.block:not(:has(.status svg))').count();
    must(shapeless === 0, `${shapeless} appointments have no shape for their state`);
  });
}

/** Each block is as high and stands as far from the top as its minutes say, by the marks of the hours. */
export async function assertMinutes(page) {
  const wrong = await page.evaluate((near) => {
    const hours = [...document.querySelectorAll('.hour')].map((hour) => ({
      minute: Number(hour.dataset.minute),
      top: hour.getBoundingClientRect().top,
    }));
    const [first] = hours;
    const last = hours.at(-1);
    const scale = (last.top - first.top) / (last.minute - first.minute);
    const bad = [];
    const expectAt = (name, top, minute) => {
      const wanted = first.top + (minute - first.minute) * scale;
      if (Math.abs(top - wanted) > near) bad.push(`${name} by ${(top - wanted).toFixed(1)} px`);
    };
    for (const { minute, top } of hours) expectAt(`hour ${minute}`, top, minute);
    for (const block of document.querySelectorAll('.block')) {
      const { top, bottom, left, right } = block.getBoundingClientRect();
      const name = block.textContent.slice(0, 40);
      expectAt(`begin of ${name}`, top, Number(block.dataset.from));
      expectAt(`end of ${name}`, bottom, Number(block.dataset.to));
      const column = block.closest('.column').getBoundingClientRect();
      if (left < column.left - near || right > column.right + near) bad.push(`${name} stands beside its column`);
    }
    return bad;
  }, NEAR_PX);
  must(wrong.length === 0, `wrong: ${wrong.slice(0, 4).join('; ')}`);
}

/** A check that cannot fail says nothing: an appointment is moved by ten pixels, and it has to be seen. */
export async function canFail(report, page, { day }) {
  await report.step('control: an appointment beside its minute is seen', async () => {
    await open(page, `day/${day}`);
    await page.locator('.block').first().waitFor();
    await assertMinutes(page);
    await page
      .locator('.block')
      .first()
      .evaluate((block) => {
        block.style.marginBlockStart = '10px';
      });
    const seen = await assertMinutes(page).then(
      () => false,
      () => true,
    );
    must(seen, 'nothing is seen of it');
  });
}
