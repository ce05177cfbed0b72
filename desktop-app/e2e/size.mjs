// How much script a browser may have to fetch of the built apps: everything, every language, packed as the host sends it.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

for (const app of ['staff', 'patient']) {
  const folder = new URL(`../apps/${app}/dist/assets/`, import.meta.url);
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
  const bytes = scripts.map((name) => gzipSync(readFileSync(new URL(name, folder)), { level: 9 }).length);
  const total = bytes.reduce((sum, one) => sum + one, 0);
  console.log(`figure: ${app}_js_gz_kb ${(total / 1024).toFixed(1)} kB`);
}
