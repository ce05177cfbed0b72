import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** What was measured: the versions of the peer's parts. */
export function versions() {
  const of = (name) => require(`${name}/package.json`).version;
  return { node: process.version, pouchdb: of('pouchdb'), 'express-pouchdb': of('express-pouchdb'), express: of('express') };
}
