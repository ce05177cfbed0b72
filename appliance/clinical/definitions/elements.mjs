// elements.tsv: what each R4 type is made of.

/** Types whose elements every user has anyhow: named once, as the base of the others. */
const BASES = ['Element', 'BackboneElement', 'Resource', 'DomainResource'];
const TYPE_OF = 'http://hl7.org/fhirpath/System.';
const FHIR_TYPE = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type';

/** The table's text, and the URLs of the value sets that are bound as required. */
export function elementTable(structures) {
  const byName = new Map(structures.map((one) => [one.name, one]));
  const inherited = new Map(
    BASES.map((name) => [name, new Set(byName.get(name).snapshot.element.slice(1).map((e) => e.path.split('.')[1]))]),
  );
  const bound = new Set();
  const lines = [];
  const complex = structures.filter((one) => one.kind !== 'primitive-type');
  for (const structure of complex.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const base = structure.baseDefinition?.split('/').pop() ?? '';
    const groups = new Map([[structure.name, { base, elements: [] }]]);
    for (const element of structure.snapshot.element.slice(1)) {
      const parent = element.path.slice(0, element.path.lastIndexOf('.'));
      const isGroup = element.type?.some((t) => t.code === 'BackboneElement' || t.code === 'Element');
      if (isGroup) groups.set(element.path, { base: element.type[0].code, elements: [] });
      groups.get(parent)?.elements.push(element);
    }
    for (const [name, group] of groups) {
      const skipped = inherited.get(group.base) ?? new Set();
      lines.push(`${name}\t${group.base}`);
      for (const element of group.elements) {
        const own = element.path.slice(element.path.lastIndexOf('.') + 1);
        if (!skipped.has(own)) lines.push(`\t${row(own, element, bound)}`);
      }
    }
  }
  return { table: `${lines.join('\n')}\n`, bound };
}

function row(name, element, bound) {
  const isRequired = element.binding?.strength === 'required' && element.binding.valueSet;
  const set = isRequired ? element.binding.valueSet.split('|')[0] : '';
  if (set) bound.add(set);
  const summary = element.isSummary ? 's' : '';
  return [name, `${element.min}..${element.max}`, types(element).join(' '), summary, set.split('/').pop()].join('\t').trimEnd();
}

function types(element) {
  if (element.contentReference) return [element.contentReference.split('#').pop()];
  return element.type.map((type) => {
    if (type.code === 'BackboneElement' || type.code === 'Element') return element.path;
    if (type.code.startsWith(TYPE_OF)) return element.path === 'Resource.id' ? 'id' : (fhirType(type) ?? 'string');
    const targets = (type.targetProfile ?? []).map((url) => url.split('/').pop());
    return targets.length > 0 && type.code === 'Reference' ? `Reference(${targets.join('|')})` : type.code;
  });
}

/** The FHIR type of an element that is defined by FHIRPath's. R4 says `string` of a resource's id, in error. */
const fhirType = (type) => type.extension?.find((one) => one.url === FHIR_TYPE)?.valueUrl;
