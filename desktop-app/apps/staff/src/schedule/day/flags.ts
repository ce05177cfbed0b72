import type { AppointmentShown } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';
import { titleOf } from '../names';
import { statusWords } from '../status';

/** What is out of the ordinary about an appointment, in words. */
export function flagsOf(i18n: I18n, one: AppointmentShown): string[] {
  const { group } = one;
  return [
    one.unsettled ? i18n.t('To decide') : one.conflict && i18n.t('Conflict'),
    one.overbook && i18n.t('Overbooked'),
    one.walkIn && i18n.t('Walk-in'),
    one.remote && i18n.t('Remote'),
    group && i18n.t('{taken} of {capacity} places', { taken: group.taken, capacity: group.capacity }),
  ].filter((flag): flag is string => Boolean(flag));
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
