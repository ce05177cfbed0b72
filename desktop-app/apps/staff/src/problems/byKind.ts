import type { Problem } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';
import type { Trouble } from './words';

type Kind =
  | 'sealed'
  | 'step'
  | 'moved-on'
  | 'unfit'
  | 'reason'
  | 'elsewhere'
  | 'coming'
  | 'too-long'
  | 'gone'
  | 'settled'
  | 'joined'
  | 'busy'
  | 'slow'
  | 'file'
  | 'wide'
  | 'fault';

/** The host's codes (appliance/api/src/error/facts.rs) by what a person makes of them. */
const KINDS: Record<string, Kind> = {
  signed: 'sealed',
  immutable: 'sealed',
  'illegal-step': 'step',
  'status-step-forbidden': 'step',
  'stale-version': 'moved-on',
  'already-there': 'moved-on',
  exists: 'moved-on',
  'id-taken': 'moved-on',
  'version-required': 'moved-on',
  'no-match': 'moved-on',
  'many-matches': 'moved-on',
  'invalid-resource': 'unfit',
  'bad-body': 'unfit',
  'bad-query': 'unfit',
  'bad-parameter': 'unfit',
  'person-refused': 'unfit',
  'draft-refused': 'unfit',
  'file-refused': 'unfit',
  value: 'unfit',
  structure: 'unfit',
  required: 'unfit',
  'reason-missing': 'reason',
  'not-held': 'elsewhere',
  coming: 'coming',
  'resource-too-large': 'too-long',
  'resource-overgrown': 'too-long',
  'save-too-large': 'too-long',
  gone: 'gone',
  'no-conflict': 'settled',
  'no-such-choice': 'settled',
  'linked-elsewhere': 'joined',
  closing: 'busy',
  overtaken: 'busy',
  retry: 'busy',
  database: 'busy',
  closed: 'busy',
  'index-behind': 'busy',
  'too-many-streams': 'busy',
  'timed-out': 'slow',
  'body-too-slow': 'slow',
  'body-broken': 'slow',
  'chunk-differs': 'file',
  'chunk-digest': 'file',
  'chunk-length': 'file',
  'file-damaged': 'file',
  'file-empty': 'file',
  'file-incomplete': 'file',
  'file-unfinished': 'file',
  'no-such-chunk': 'file',
  'search-too-wide': 'wide',
  defect: 'fault',
  damaged: 'fault',
  'database-damaged': 'fault',
};

/** What went wrong by its code, several of which tell a person the same. Nothing of a code that is not known here. */
export function wordsByKind(i18n: I18n, { code }: Problem): Pick<Trouble, 'what' | 'todo'> | undefined {
  const kind = Object.hasOwn(KINDS, code) ? KINDS[code] : undefined;
  return kind && wordsOf(i18n)[kind];
}

function wordsOf(i18n: I18n): Record<Kind, Pick<Trouble, 'what' | 'todo'>> {
  const again = i18n.t('Wait a moment, then try again.');
  const look = i18n.t('Look at it as it is now, then decide.');
  return {
    sealed: {
      what: i18n.t('This is signed or closed, and does not change any more.'),
      todo: i18n.t('Add to it instead.'),
    },
    step: { what: i18n.t('This cannot follow what it is now.'), todo: look },
    'moved-on': { what: i18n.t('Somebody changed this meanwhile.'), todo: look },
    unfit: {
      what: i18n.t('Something in it cannot be saved as it is.'),
      todo: i18n.t('Look at the fields again: a date, a number or an unusual sign may be wrong.'),
    },
    reason: { what: i18n.t('A reason is needed.'), todo: i18n.t('Say it in a sentence.') },
    elsewhere: {
      what: i18n.t('This is not held here, and head office cannot be asked now.'),
      todo: i18n.t('Try again when the link is back.'),
    },
    coming: { what: i18n.t('Head office has this, and it is on its way here.'), todo: again },
    'too-long': { what: i18n.t('This is too large.'), todo: i18n.t('Shorten the text, or make two of it.') },
    gone: { what: i18n.t('This was deleted.'), todo: look },
    settled: { what: i18n.t('This was settled meanwhile.'), todo: look },
    joined: {
      what: i18n.t('This record is joined to another one already.'),
      todo: i18n.t('Join that one instead, or take them apart first.'),
    },
    busy: { what: i18n.t('The host of this app is busy.'), todo: again },
    slow: {
      what: i18n.t('That took too long.'),
      todo: i18n.t('It may have been saved all the same: look before you repeat it.'),
    },
    file: { what: i18n.t('The file did not come through whole.'), todo: i18n.t('Choose it again.') },
    wide: { what: i18n.t('Too much fits this.'), todo: i18n.t('Type more of it.') },
    fault: {
      what: i18n.t('The host of this app has a fault.'),
      todo: i18n.t('Tell whoever looks after the system now. What was saved is safe.'),
    },
  };
}
