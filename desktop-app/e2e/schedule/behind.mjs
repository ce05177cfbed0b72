import { sheetOf } from './sheet.mjs';

/** Books by the API, as another desk would. */
export async function bookBehind(page, { day, column, minute, type, name }) {
  const shown = await page.locator('.column-title').allTextContents();
  const sheet = await sheetOf(page, day);
  return byApi(page, type, name, {
    start: new Date(Date.parse(sheet.dayStart) + minute * 60_000).toISOString(),
    resources: [sheet.resources.find((one) => one.name === shown[column]).ref],
  });
}

/** Somebody who was expected ten minutes ago, whatever the hour. */
export function bookNow(page, { type, name }) {
  const start = new Date(Math.floor(Date.now() / 300_000) * 300_000 - 600_000).toISOString();
  return byApi(page, type, name, { start, resources: [], overbook: { reason: 'Called in' } });
}

async function byApi(page, type, name, booking) {
  return page.evaluate(
    async ([kind, who, given]) => {
      const get = async (url) => (await fetch(url)).json();
      const { types } = await get('/api/schedule/types');
      const { patients } = await get(`/api/patients?q=${encodeURIComponent(who)}`);
      const id = crypto.randomUUID();
      const answer = await fetch('/api/schedule/appointments', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-holdfast': '1' },
        body: JSON.stringify({
          id,
          type: types.find((one) => one.name === kind).id,
          patient: patients[0].id,
          ...given,
        }),
      });
      if (answer.status !== 201)
        throw new Error(`another desk was answered by ${answer.status} ${await answer.text()}`);
      return id;
    },
    [type, name, booking],
  );
}
