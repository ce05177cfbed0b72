import type { AppointmentShown, Stranded } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';
import { titleOf } from '../names';
import { statusWords } from '../status';

/** What is out of the ordinary about an appointment, in words. */
export function flagsOf(i18n: I18n, one: AppointmentShown): string[] {
  const { group } = one;
  return [
    one.unsettled ? i18n.t('To decide') : one.conflict && i18n.t('Conflict'),
    one.patient?.deceased && i18n.t('Deceased'),
    isTwice(one) && i18n.t('Patient booked twice at this time'),
    ...new Set((one.stranded ?? []).map((why) => strandedWords(i18n, why))),
    one.overbook && i18n.t('Overbooked'),
    one.walkIn && i18n.t('Walk-in'),
    one.remote && i18n.t('Remote'),
    group && i18n.t('{taken} of {capacity} places', { taken: group.taken, capacity: group.capacity }),
  ].filter((flag): flag is string => Boolean(flag));
}

/** Whether its patient, or one of its group, is expected elsewhere at the same time. */
function isTwice({ elsewhere, group }: AppointmentShown): boolean {
  return Boolean(elsewhere?.length || group?.places.some((place) => place.elsewhere?.length));
}

/** Why an appointment cannot stay as it is. */
export function strandedWords(i18n: I18n, { ref = '', why }: Stranded): string {
  if (why === 'type') return i18n.t('Type not offered any more');
  if (why === 'holiday') return i18n.t('On a holiday');
  const [kind = ''] = ref.split('/');
  const off: Record<string, string> = {
    Practitioner: i18n.t('Person is off'),
    Location: i18n.t('Room not available'),
    Device: i18n.t('Equipment not available'),
  };
  const gone: Record<string, string> = {
    Practitioner: i18n.t('Needs another person'),
    Location: i18n.t('Needs another room'),
    Device: i18n.t('Needs other equipment'),
  };
  return (why === 'off' ? off : gone)[kind] ?? i18n.t('Cannot stay as it is');
}

/** The mark of a status takes the room of so many letters. */
const MARK_LETTERS = 2;
/** A dot between two spaces. */
const BETWEEN = 2;

/** How many letters are written of an appointment. */
export function lettersOf(i18n: I18n, one: AppointmentShown): number {
  const texts = [titleOf(i18n, one), statusWords(i18n, one.status), ...flagsOf(i18n, one)];
  if (one.patient) texts.push(one.type.name);
  return texts.reduce((sum, text) => sum + text.length + BETWEEN, MARK_LETTERS);
}
