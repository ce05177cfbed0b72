import './hit.css';
import type { PatientHit } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import { ageOn, ageWords } from '../time/age';
import { showDate, today } from '../time/dates';
import { genderWords } from './genderWords';

/** Who somebody is, in one line: enough not to take them for another. */
export function HitLine({ hit }: { hit: PatientHit }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const facts = [genderWords(i18n, hit.gender), hit.city].filter(Boolean).join(' · ');
  return (
    <span className="hit">
      <span className="hit-name">
        <bdi>{hit.name || i18n.t('No name')}</bdi>
        {hit.otherNames && hit.otherNames.length > 0 && <bdi className="soft small"> {hit.otherNames.join(', ')}</bdi>}
      </span>
      <span className="hit-born number">
        {showDate(hit.birthDate, locale)} <span className="soft">{ageWords(i18n, ageOn(hit.birthDate, today()))}</span>
      </span>
      <span className="soft">{facts}</span>
      <span className="hit-end number">
        {hit.deceased && <Mark kind="off">{i18n.t('Deceased')}</Mark>}
        {(hit.conflicts ?? 0) > 0 && <Mark kind="warn">{i18n.t('Conflict')}</Mark>}
        {hit.phone && (
          <bdi dir="ltr" className="soft">
            {hit.phone}
          </bdi>
        )}
        <bdi dir="ltr">{hit.mrn}</bdi>
      </span>
    </span>
  );
}
