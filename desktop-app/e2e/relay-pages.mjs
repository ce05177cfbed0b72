import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { QUIET } from './browser.mjs';
import { RelayProcess } from './relay/relay.mjs';
import { servePage } from './relay/serve.mjs';

const relay = new RelayProcess();
await relay.start();
const served = await servePage({ control: () => relay.control, key: () => relay.key });
const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    ...QUIET,
    ...sandbox,
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    '--autoplay-policy=no-user-gesture-required',
  ],
});
const events = [];
await relay.events((event) => events.push(event));

async function page() {
  const one = await (await browser.newContext()).newPage();
  one.on('console', (message) => console.log(`page: ${message.text()}`));
  one.on('pageerror', (error) => console.log(`page: ${error.message}`));
  await one.goto(served.url);
  return one;
}

try {
  const [first, second] = [await page(), await page()];
  const a = await first.evaluate(() => relay.join({ visit: 'v1', member: 'a' }));
  if (process.env.SHOW_SDP) console.log(a.answer);
  await sleep(1500);
  console.log('first', JSON.stringify(await first.evaluate(() => relay.state())));
  const b = await second.evaluate(() => relay.join({ visit: 'v1', member: 'b' }));
  console.log(JSON.stringify(b.slots));
  const joined = await second.evaluate((since) => relay.firstFrame(since), b.since);
  console.log(`join to first decoded frame ${joined.toFixed(0)} ms`);
  await sleep(3000);
  for (const one of [first, second]) console.log(JSON.stringify(await one.evaluate(() => relay.counts())));
} catch (error) {
  console.log(error);
  process.exitCode = 1;
} finally {
  for (const event of events) console.log(JSON.stringify(event));
  await browser.close();
  served.close();
  await relay.end();
  relay.remove();
}
