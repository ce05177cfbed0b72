// What every patient who books at the hub needs: the page's address, the codes that come to their telephone, times that are for sale.
import { readFile } from 'node:fs/promises';
import { must } from './report.mjs';

export const url = process.env.HOLDFAST_HUB_URL ?? 'http://127.0.0.1:8090/book/dev-clinic';
/** A type of the clinic's that shares time with the web. */
export const TYPE = process.env.SCHEDULE_TYPE ?? 'Consultation';
const codes = process.env.HOLDFAST_CODES ?? '../.run/codes';
/** A node looks every minute for what is to be granted. */
const GRANTED_WITHIN_MS = 150_000;
const CODE_WITHIN_MS = 10_000;

/** All codes that came to a telephone so far. */
export async function received(contact) {
  const text = await readFile(codes, 'utf8').catch(() => '');
  const lines = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return lines.filter((line) => line.contact === contact.replaceAll(' ', '')).map(({ code }) => code);
}

/** The next code after so many. */
export async function nextCode(contact, before) {
  const until = Date.now() + CODE_WITHIN_MS;
  while (Date.now() < until) {
    const all = await received(contact);
    if (all.length > before) return all.at(-1);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no code has come to ${codes}`);
}

/** Waits until the hub may sell something, so that a booking is confirmed at once. */
export async function granted() {
  const clinic = new URL(url.replace('/book/', '/api/book/clinic/'));
  const { types } = await (await fetch(clinic)).json();
  const { id } = types.find(({ name }) => name === TYPE);
  const until = Date.now() + GRANTED_WITHIN_MS;
  for (;;) {
    const { request, slots } = await (await fetch(`${clinic}/free?type=${id}`)).json();
    if (!request && slots.length > 1) return;
    must(Date.now() < until, `nothing of ${TYPE} is for sale`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
