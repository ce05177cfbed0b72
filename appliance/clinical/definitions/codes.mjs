// codes.tsv: the codes of the value sets that R4 binds as required, where it lists them all.

/** The table's text: value set, then its `system` lines, each with its codes. */
export function codeTable(bound, terminology) {
  const valueSets = index(terminology, 'ValueSet');
  const codeSystems = index(terminology, 'CodeSystem');
  const lines = [];
  for (const url of [...bound].sort()) {
    const systems = expand(url, valueSets, codeSystems);
    if (!systems) continue;
    lines.push(url.split('/').pop());
    for (const [system, codes] of systems) lines.push(`\t${system}\t${[...codes].join(' ')}`);
  }
  return `${lines.join('\n')}\n`;
}

const index = (resources, type) => new Map(resources.filter((one) => one.resourceType === type).map((one) => [one.url, one]));

/** System to codes; `undefined` for a set that is not listed in full (languages, media types, units). */
function expand(url, valueSets, codeSystems) {
  const include = valueSets.get(url.split('|')[0])?.compose?.include;
  if (!include || valueSets.get(url).compose.exclude) return undefined;
  const out = new Map();
  for (const part of include) {
    if (part.filter || part.valueSet) return undefined;
    const concepts = part.concept ?? listed(codeSystems.get(part.system));
    if (!concepts || concepts.length === 0) return undefined;
    const codes = out.get(part.system) ?? new Set();
    concepts.forEach((one) => codes.add(one.code));
    out.set(part.system, codes);
  }
  return out;
}

/** Every concept of a code system, the nested ones too. */
function listed(system) {
  if (!system || system.content !== 'complete') return undefined;
  const flat = (concepts) => concepts.flatMap((one) => [one, ...flat(one.concept ?? [])]);
  return flat(system.concept ?? []);
}
