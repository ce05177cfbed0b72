// How much a browser may have to fetch of the built apps, packed as the host sends it: of each app every script and every language; of
// the page for visits what comes before "Join".
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** More than this before "Join" is too much over 3G. */
const PAGE_KB = 40;
const distOf = (app) => new URL(`../apps/${app}/dist/`, import.meta.url);
const packed = (file) => gzipSync(readFileSync(file), { level: 9 }).length;
const kb = (bytes) => (bytes / 1024).toFixed(1);

for (const app of ['staff', 'patient']) {
  const folder = new URL('assets/', distOf(app));
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
  const total = scripts.reduce((sum, name) => sum + packed(new URL(name, folder)), 0);
  console.log(`figure: ${app}_js_gz_kb ${kb(total)} kB`);
}

// The page itself, what it names, the largest language, and what a sealed visit needs.
const dist = distOf('patient');
const html = readFileSync(new URL('visit.html', dist), 'utf8');
const named = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, file]) => file);
const entry = named.find((file) => /\/visit-[^/]+\.js$/.test(file));
const script = readFileSync(new URL(entry, dist), 'utf8');
const later = [...new Set([...script.matchAll(/[\w-]+\.js/g)].map(([file]) => file))].filter((file) =>
  readdirSync(new URL('assets/', dist)).includes(file),
);
const sizeOf = (file) => packed(new URL(`assets/${file}`, dist));
const languages = later.filter((file) => /^(?:es|fr|ar)-/.test(file)).map(sizeOf);
const sealed = later.filter((file) => /^(?:seal|attach)-/.test(file)).map(sizeOf);
if (languages.length === 0) throw new Error(`no languages are named in ${entry}: this looks at the wrong file`);
const all = [
  packed(new URL('visit.html', dist)),
  ...named.map((file) => packed(new URL(file, dist))),
  Math.max(...languages),
  ...sealed,
];
const total = all.reduce((sum, one) => sum + one, 0);
console.log(`figure: patient_page_gz_kb ${kb(total)} kB`);
if (total > PAGE_KB * 1024) {
  console.error(`the page for visits has ${kb(total)} kB before "Join": more than ${PAGE_KB}`);
  process.exitCode = 1;
}
