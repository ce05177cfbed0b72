// Real Chromium pages through a real relay: RELAY names the built holdfast-relay. JOINS (10) is how often it is joined for the
// figures.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { QUIET } from './browser.mjs';
import { RelayProcess } from './relay/relay.mjs';
import { servePage } from './relay/serve.mjs';

const JOINS = Number(process.env.JOINS ?? 10);
const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
const DEVICES = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
const MEDIA = [...DEVICES, '--autoplay-policy=no-user-gesture-required'];

const relay = new RelayProcess();
await relay.start();
const served = await servePage({ control: () => relay.control, key: () => relay.key });
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: [...QUIET, ...sandbox, ...MEDIA] });
const events = [];
await relay.events((event) => {
  if (event.event === 'degrade') console.log(JSON.stringify(event));
  events.push(event);
});

async function openPage() {
  const page = await (await browser.newContext()).newPage();
  page.on('pageerror', (error) => console.log(`page: ${error.message}`));
  await page.goto(served.url);
  return page;
}

const join = (page, visit, member) => page.evaluate((names) => relay.join(names), { visit, member });
const firstFrame = (page, since) => page.evaluate((since) => relay.firstFrame(since), since);
const counts = (page) => page.evaluate(() => relay.counts());
const call = (method, path, body) =>
  page1.evaluate(
    async ([method, path, body]) => (await fetch(path, { method, body: body && JSON.stringify(body) })).status,
    [method, path, body],
  );

/** Waits until the counts of a page are as they should be. */
async function until(page, what, is, patience = 15_000) {
  const since = performance.now();
  for (;;) {
    const now = await counts(page);
    if (is(now)) return { now, ms: performance.now() - since };
    assert(performance.now() - since < patience, `${what}: ${JSON.stringify(now)}`);
    await sleep(20);
  }
}

const figure = (name, value, unit) => console.log(`figure: ${name} ${value} ${unit}`);
const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];

let page1;
let page2;

const checks = {
  async 'two pages see and hear each other'() {
    [page1, page2] = [await openPage(), await openPage()];
    await join(page1, 'v', 'a');
    const b = await join(page2, 'v', 'b');
    assert.equal(b.slots.audio[0].member, 'a');
    for (const page of [page1, page2]) {
      const { now } = await until(page, 'decodes and hears', (now) => now.decoded > 30 && now.audioEnergy > 0);
      assert.equal(now.audioLost, 0);
    }
  },

  async 'join to first decoded frame'() {
    const times = [];
    for (let round = 0; round < JOINS; round += 1) {
      const { since } = await join(page2, 'v', 'b');
      times.push(await firstFrame(page2, since));
      // Nobody joins twice within a second, and a sender that was asked for a keyframe just now waits with the next.
      await sleep(700);
    }
    times.sort((a, b) => a - b);
    figure('relay_join_p50_ms', at(times, 0.5).toFixed(0), 'ms');
    figure('relay_join_p95_ms', at(times, 0.95).toFixed(0), 'ms');
    assert(at(times, 0.95) < 750, `p95 of ${times}`);
  },

  async 'the larger layer comes where there is room, the small one where it is shown small'() {
    const { now: before } = await until(page1, 'is shown large', (now) => now.height === 720, 20_000);
    assert.equal(await call('PATCH', '/rooms/v/members/a', { wants: [{ slot: 0, max_height: 180 }] }), 204);
    await until(page1, 'is shown small', (now) => now.height === 180);
    assert.equal(await call('PATCH', '/rooms/v/members/a', { wants: [{ slot: 0, max_height: 720 }] }), 204);
    const { now } = await until(page1, 'is shown large again', (now) => now.height === 720);
    assert.equal(now.freezes, before.freezes, 'switching layers froze nothing');
  },

  async 'camera off and on again'() {
    assert.equal(await call('PATCH', '/rooms/v/members/b', { video: false }), 204);
    await sleep(300);
    const off = await counts(page1);
    await sleep(700);
    const later = await counts(page1);
    assert.equal(later.decoded, off.decoded);
    assert(later.audioPackets > off.audioPackets, 'sound goes on');
    assert.equal(await call('PATCH', '/rooms/v/members/b', { video: true }), 204);
    const { ms } = await until(page1, 'is seen again', (now) => now.decoded > later.decoded + 5);
    figure('relay_camera_on_ms', ms.toFixed(0), 'ms');
  },

  async 'ICE restart keeps the call'() {
    const times = [];
    for (let round = 0; round < 5; round += 1) {
      const { before, since } = await page2.evaluate(() => relay.restart({ visit: 'v', member: 'b' }));
      const { now } = await until(page2, 'goes on', (now) => now.decoded > before + 5);
      times.push(await page2.evaluate((since) => performance.now() - since, since));
      assert.equal(now.audioLost, 0);
      assert.equal((await page2.evaluate(() => relay.state())).ice, 'connected');
    }
    figure('relay_ice_restart_ms', Math.max(...times).toFixed(0), 'ms');
    assert(Math.max(...times) < 1_000);
  },

  async 'six pages see and hear each other'() {
    const others = [];
    for (const member of ['c', 'd', 'e', 'f']) {
      const page = await openPage();
      await join(page, 'v', member);
      others.push(page);
    }
    for (const page of [page1, ...others]) {
      await page.evaluate(() => Promise.resolve()); // its turn
      await until(page, 'sees five', (now) => now.showing === 5 && now.hearing === 5, 30_000);
    }
    for (const page of others) await page.context().close();
    for (const member of ['c', 'd', 'e', 'f']) assert.equal(await call('DELETE', `/rooms/v/members/${member}`), 204);
    await until(page1, 'sees one', (now) => now.decoded > 0);
  },

  async 'killed relay: both pages are back'() {
    const times = [];
    for (let round = 0; round < 3; round += 1) {
      for (const page of [page1, page2]) await page.evaluate(() => relay.watch());
      const since = performance.now();
      await relay.end('SIGKILL');
      await relay.start();
      await Promise.all(
        [page1, page2].map((page) => until(page, 'is back', (now) => now.rejoins > round && now.decoded > 0)),
      );
      times.push(performance.now() - since);
    }
    figure('relay_killed_max_ms', Math.max(...times).toFixed(0), 'ms');
    assert(Math.max(...times) < 3_000, `${times}`);
  },
};

try {
  for (const [name, check] of Object.entries(checks)) {
    if (process.env.ONLY && !name.includes(process.env.ONLY) && page2) continue;
    await check();
    console.log(`ok    ${name}`);
  }
} catch (error) {
  console.log(error);
  for (const event of events.slice(-30)) console.log(JSON.stringify(event));
  process.exitCode = 1;
} finally {
  await browser.close();
  served.close();
  await relay.end();
  relay.remove();
}
