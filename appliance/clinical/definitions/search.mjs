// search.tsv: R4's search parameters, and the paths that their index rows are read off.

import { NOT_PARAMETERS } from './corrections.mjs';

const KINDS = ['token', 'string', 'date', 'reference', 'quantity', 'number', 'uri'];
/** Answered without rows of their own: by columns, or by the narrative's words. */
const BUILT_IN = ['_id', '_lastUpdated', '_text', '_content', '_query', '_filter', '_list', '_has', '_type'];
/** Which types of a choice element a parameter of each kind reads. */
const READ = {
  token: ['code', 'Coding', 'CodeableConcept', 'Identifier', 'ContactPoint', 'boolean', 'string', 'id', 'uri', 'canonical', 'oid', 'uuid'],
  string: ['string', 'markdown', 'HumanName', 'Address', 'Annotation', 'CodeableConcept', 'id', 'uri'],
  date: ['date', 'dateTime', 'instant', 'Period', 'Timing'],
  reference: ['Reference', 'canonical', 'uri', 'url', 'oid'],
  quantity: ['Quantity', 'SimpleQuantity', 'Age', 'Duration', 'Count', 'Distance', 'Money', 'MoneyQuantity', 'Range', 'SampledData'],
  number: ['integer', 'decimal', 'positiveInt', 'unsignedInt', 'Range'],
  uri: ['uri', 'url', 'canonical', 'oid', 'uuid'],
};
const FIRST_NUMBER = 10;

/** The table's text. Numbers that `before`, the table as it stands, gives are kept for ever. */
export function searchTable(parameters, structures, before) {
  const elements = new Elements(structures);
  const types = structures.filter((one) => one.kind === 'resource' && !one.abstract).map((one) => one.name).sort();
  const numbers = new Numbers(before, types);
  const lines = [];
  for (const type of ['Resource', ...types]) {
    const own = parameters.filter((one) => isOf(one, type) && !NOT_PARAMETERS.has(`${type}.${one.code}`)).sort((a, b) => (a.code < b.code ? -1 : 1));
    const uses = own.flatMap((parameter) => {
      const found = alternatives(parameter.expression, type)
        .map((alternative) => slotOf(alternative, parameter.type, type, elements))
        .filter((slot) => slot !== undefined);
      if (found.length === 0) throw new Error(`${type}.${parameter.code}: ${parameter.expression}`);
      return found.map((slot) => ({ ...slot, parameter }));
    });
    const slots = merged(uses).map((slot) => ({ ...slot, number: numbers.of(type, slot.kind, slot.paths) }));
    lines.push(type, ...slots.map(({ number, kind, paths }) => `\t=${number}\t${kind}\t${paths}`));
    for (const parameter of own) {
      const list = slots.flatMap(({ number, users }) => users.get(parameter)?.map((to) => (to ? `${number}:${to}` : number)) ?? []);
      lines.push(`\t${parameter.code}\t${parameter.type}\t${list.join(' ')}\t${targets(parameter)}`.trimEnd());
    }
  }
  return `${lines.join('\n')}\n`;
}

/** What is always read together is one slot: paths that the same parameters read in the same way. */
function merged(uses) {
  const byPaths = new Map();
  for (const { kind, paths, target, parameter } of uses) {
    const key = `${kind}\t${paths}`;
    const slot = byPaths.get(key) ?? { kind, paths, users: new Map() };
    byPaths.set(key, slot);
    slot.users.set(parameter, [...(slot.users.get(parameter) ?? []), target ?? '']);
  }
  const out = new Map();
  for (const slot of byPaths.values()) {
    const how = [...slot.users].map(([parameter, to]) => `${parameter.code} ${to}`).join(',');
    const key = `${slot.kind}\t${how}`;
    const same = out.get(key);
    out.set(key, same ? { ...same, paths: `${same.paths},${slot.paths}` } : slot);
  }
  return [...out.values()];
}

/** The types that a reference may lead to; none for "any". */
function targets(parameter) {
  const types = parameter.type === 'reference' ? (parameter.target ?? []) : [];
  return types.length > 100 ? '' : types.join('|');
}

function isOf(parameter, type) {
  if (!KINDS.includes(parameter.type) || BUILT_IN.includes(parameter.code) || !parameter.expression) return false;
  return parameter.base.includes(type);
}

/** The parts of an expression that start at the type: each a list of steps. */
function alternatives(expression, type) {
  return split(expression)
    .map((text) => text.trim().replace(/^\((.*)\)$/, '$1'))
    .map((text) => steps(/^[a-z]/.test(text) ? `${type}.${text}` : text)) // InsurancePlan: "name | alias"
    .filter(([first]) => first.name === type || (first.name === 'Resource' && type === 'Resource'));
}

/** At the bars that stand in no parentheses. */
function split(expression) {
  const out = [''];
  let depth = 0;
  for (const c of expression) {
    depth += c === '(' ? 1 : c === ')' ? -1 : 0;
    if (c === '|' && depth === 0) out.push('');
    else out[out.length - 1] += c;
  }
  return out;
}

function steps(text) {
  const plain = text
    .replace(/\(([^()]*\.(?:ofType|as)\([A-Za-z]+\))\)/g, '$1') // (Observation.value.ofType(string)).text
    .replace(/\.exists\(\) and .*$/, '.exists()');
  const out = [];
  const pattern = /([A-Za-z]+)(?:\(([^()]*(?:\(\)[^()]*)?)\))?(?:\[0\])?\.?/gy;
  for (let match = pattern.exec(plain); match; match = pattern.exec(plain)) {
    const [, name, argument] = match;
    if (argument === undefined) out.push({ name });
    else if (name === 'ofType' || name === 'as') out.at(-1).type = argument;
    else if (name === 'exists') out.at(-1).exists = true;
    else if (name === 'where' && argument.startsWith('resolve() is ')) out.at(-1).target = argument.slice(13);
    else if (name === 'where') out.at(-1).filter = argument.replaceAll("'", '');
    else throw new Error(`cannot read ${text}`);
    if (pattern.lastIndex === plain.length) return out;
  }
  throw new Error(`cannot read ${text}`);
}

/** The rows that an alternative reads: kind, paths of JSON names, and the type a reference must lead to. */
function slotOf(alternative, kind, type, elements) {
  let open = [{ type, path: '' }];
  let target;
  for (const step of alternative.slice(1)) {
    target = step.target ?? target;
    open = open.flatMap(({ type: at, path }) => elements.step(at, step, kind).map((next) => ({
      type: next.type,
      path: `${path}${path && '.'}${next.name}${step.filter ? `[${step.filter}]` : ''}${step.exists ? '?' : ''}`,
    })));
  }
  const paths = [...new Set(open.map((one) => one.path))].join(',');
  return paths === '' ? undefined : { kind, paths, target };
}

/** Which JSON names an element has, by type. */
class Elements {
  constructor(structures) {
    this.byPath = new Map();
    for (const structure of structures) {
      structure.snapshot?.element.slice(1).forEach((element) => this.byPath.set(element.path, element));
    }
  }

  step(at, step, kind) {
    const plain = this.byPath.get(`${at}.${step.name}`);
    const choice = this.byPath.get(`${at}.${step.name}[x]`);
    const element = plain ?? choice;
    if (!element) throw new Error(`${at} has no ${step.name}`);
    if (element.contentReference) return [{ name: step.name, type: element.contentReference.slice(1) }];
    const codes = element.type.map((one) => one.code);
    if (plain) return [{ name: step.name, type: codes[0] === 'BackboneElement' || codes[0] === 'Element' ? `${at}.${step.name}` : codes[0] }];
    const wanted = step.type ? [step.type] : codes.filter((code) => step.exists || READ[kind].includes(code));
    return wanted.map((code) => ({ name: step.name + code[0].toUpperCase() + code.slice(1), type: code }));
  }
}

/** Stable numbers: 1000 × place of the type + n, never changed and never used again for something else. */
class Numbers {
  constructor(before, types) {
    this.types = types;
    this.known = new Map();
    let type = '';
    for (const line of before.split('\n')) {
      if (!line.startsWith('\t')) type = line;
      const [, number, kind, paths] = line.match(/^\t=(\d+)\t(\w+)\t(.*)$/) ?? [];
      if (number) this.known.set(`${type}\t${kind}\t${paths}`, Number(number));
    }
  }

  of(type, kind, paths) {
    const key = `${type}\t${kind}\t${paths}`;
    if (!this.known.has(key)) {
      const base = 1000 * (this.types.indexOf(type) + 1);
      const taken = [...this.known.values()].filter((number) => number >= base && number < base + 1000);
      this.known.set(key, Math.max(base + FIRST_NUMBER - 1, ...taken) + 1);
    }
    return this.known.get(key);
  }
}
