import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** Chromium goes nowhere but to the host: no updates, no QUIC, a profile of its own. */
export const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function startBrowser() {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: [...QUIET, ...sandbox] });
}

/** A device of its own: nobody has signed in on it. */
export async function newDevice(browser, { url, language = 'en', width = 1366, height = 768 }) {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width, height },
    locale: language === 'en' ? 'en-GB' : language,
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      faults.push(`console: ${message.text()}`);
  });
  return { context, page, faults };
}

/** Of every open page: a picture, what it says, what has the focus, and what it still waits for. */
export async function whatIsSeen(browser, folder, name) {
  const pages = browser.contexts().flatMap((context) => context.pages());
  for (const [at, page] of pages.entries()) {
    await page.screenshot({ path: `${folder}/failed-${at}-${name.replace(/[^a-z0-9]+/gi, '-').slice(0, 60)}.png` });
    const seen = await page.evaluate(() => {
      const focus = document.activeElement;
      const waits = performance
        .getEntriesByType('resource')
        .slice(-5)
        .map(({ name, responseStatus, duration }) => `${new URL(name).pathname} ${responseStatus} ${duration | 0} ms`);
      return {
        at: location.hash,
        focus: `${focus?.tagName} ${focus?.getAttribute('aria-label') ?? ''} ${focus?.value ?? ''}`,
        dialogs: [...document.querySelectorAll('[role=dialog]')].map((one) => one.textContent.slice(0, 400)),
        text: document.getElementById('main')?.textContent.slice(0, 400),
        waits,
      };
    });
    console.log(`SEEN  ${JSON.stringify(seen)}`);
  }
}

export function shotsFolder() {
  const folder = process.env.SHOTS ?? 'e2e/shots';
  mkdirSync(folder, { recursive: true });
  return folder;
}
