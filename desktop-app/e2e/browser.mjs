import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** Chromium goes nowhere but to the host: no updates, no QUIC, a profile of its own. */
const QUIET = [
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

export function shotsFolder() {
  const folder = process.env.SHOTS ?? 'e2e/shots';
  mkdirSync(folder, { recursive: true });
  return folder;
}
