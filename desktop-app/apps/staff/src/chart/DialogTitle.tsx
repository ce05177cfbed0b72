import { useLingui } from '@holdfast/i18n';
import { type ReactNode, use } from 'react';
import { mrnOf, nameOf } from '../fhir/words';
import { genderWords } from '../patients/genderWords';
import { ageOn, ageWords } from '../time/age';
import { today } from '../time/dates';
import { ChartContext } from './ChartContext';

/**
 * What a dialog does, and for whom: it covers the head of the chart, and whoever was called away must see whose chart this is. It is
 * the dialog's name to screen readers too.
 */
export function DialogTitle({ children }: { children: ReactNode }) {
  const { i18n } = useLingui();
  const patient = use(ChartContext)?.chart.patient.resource;
  if (!patient) return children;
  const age = ageWords(i18n, ageOn(patient.birthDate, patient.deceasedDateTime?.slice(0, 10) ?? today()));
  return (
    <>
      {children}{' '}
      <span className="dialog-patient number">
        <strong>
          <bdi>{nameOf(patient.name) || i18n.t('No name')}</bdi>
        </strong>
        {age && <span>{age}</span>} <span>{genderWords(i18n, patient.gender)}</span>{' '}
        <span>
          {i18n.t('MRN')} <bdi dir="ltr">{mrnOf(patient) || '–'}</bdi>
        </span>
      </span>
    </>
  );
}
