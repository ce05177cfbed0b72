// Where the published package departs from R4 (4.0.1): it carries elements, types and targets of its own and of later
// releases. Found by comparing every element with the R4 definitions inside the npm package `fhir` 4.12.0.

/** Types that R4 does not have. */
const NOT_TYPES = new Set(['SubscriptionStatus']);

/** Elements that R4 does not have, by the type they were added to. */
const NOT_ELEMENTS = {
  Meta: ['project', 'author', 'onBehalfOf', 'account', 'accounts', 'compartment', 'deleted'],
  Binary: ['url'],
  DeviceDefinition: ['classification', 'bodySite'],
  HealthcareService: ['offeredIn'],
  ObservationDefinition: ['publisher'],
  ResearchStudy: [
    'name', 'label', 'descriptionSummary', 'studyDesign', 'region', 'classifier', 'associatedParty', 'progressStatus',
    'whyStopped', 'recruitment', 'comparisonGroup', 'outcomeMeasure', 'result',
  ],
  'ResearchStudy.objective': ['description'],
};

/** Search parameters that R4 does not have, as `Type.code`. */
export const NOT_PARAMETERS = new Set(['DeviceDefinition.classification']);

/** Reference targets that R4 does not have. */
const NOT_TARGETS = new Set(['Bot', 'ClientApplication']);

const VALUE_SETS = 'http://hl7.org/fhir/ValueSet/';

/** Where R4 binds another value set. */
const BOUND = { 'DetectedIssue.status': `${VALUE_SETS}observation-status` };

/** Where R4 has another type. */
const TYPED = { 'Bundle.entry.response.outcome': [{ code: 'Resource' }] };

/** A type that was replaced by a later release's, as R4 has it: https://hl7.org/fhir/R4/evidencevariable.html. */
const CHARACTERISTIC = [
  element('description', 0, '1', ['string']),
  element('definition[x]', 1, '1', [
    { code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Group'] },
    'canonical', 'CodeableConcept', 'Expression', 'DataRequirement', 'TriggerDefinition',
  ], { isSummary: true }),
  element('usageContext', 0, '*', ['UsageContext']),
  element('exclude', 0, '1', ['boolean']),
  element('participantEffective[x]', 0, '1', ['dateTime', 'Period', 'Duration', 'Timing']),
  element('timeFromStart', 0, '1', ['Duration']),
  element('groupMeasure', 0, '1', ['code'], { binding: { strength: 'required', valueSet: `${VALUE_SETS}group-measure` } }),
];

function element(name, min, max, types, more = {}) {
  const type = types.map((one) => (typeof one === 'string' ? { code: one } : one));
  return { path: `EvidenceVariable.characteristic.${name}`, min, max, type, ...more };
}

/** The structures as R4 has them. */
export function corrected(structures) {
  return structures.filter((one) => !NOT_TYPES.has(one.name)).map(correctStructure);
}

function correctStructure(structure) {
  const dropped = Object.entries(NOT_ELEMENTS)
    .filter(([type]) => type.split('.')[0] === structure.name)
    .flatMap(([type, names]) => names.map((name) => `${type}.${name}`));
  const isDropped = ({ path }) => dropped.some((one) => path === one || path.startsWith(`${one}.`));
  let elements = structure.snapshot.element.filter((one) => !isDropped(one)).map(correctElement);
  if (structure.name === 'EvidenceVariable') {
    const group = 'EvidenceVariable.characteristic';
    const inherited = ['id', 'extension', 'modifierExtension'].map((name) => `${group}.${name}`);
    elements = elements
      .filter((one) => !one.path.startsWith(`${group}.`) || inherited.includes(one.path))
      .map((one) => (one.path === group ? { ...one, min: 1 } : one));
    elements.push(...CHARACTERISTIC);
  }
  return { ...structure, snapshot: { ...structure.snapshot, element: elements } };
}

function correctElement(element) {
  const type = (TYPED[element.path] ?? element.type)?.map((one) =>
    one.targetProfile ? { ...one, targetProfile: one.targetProfile.filter((url) => !NOT_TARGETS.has(url.split('/').pop())) } : one,
  );
  const valueSet = BOUND[element.path];
  const binding = valueSet ? { ...element.binding, valueSet } : element.binding;
  return { ...element, type, binding };
}
