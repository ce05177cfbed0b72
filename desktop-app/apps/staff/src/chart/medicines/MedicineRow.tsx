import { useLingui, useLocale } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import { textOf } from '../../fhir/words';
import { showDate } from '../../time/dates';
import { conceptOf, dosageOf, isActive, type Medicine } from './medicine';

/** A medicine and how it is taken. */
export function MedicineRow({ medicine }: { medicine: Medicine }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const since =
    medicine.resourceType === 'MedicationRequest'
      ? medicine.authoredOn
      : (medicine.effectivePeriod?.start ?? medicine.effectiveDateTime);
  return (
    <>
      <bdi className="main">{textOf(conceptOf(medicine)) || i18n.t('Not named')}</bdi>
      <bdi className="soft">{dosageOf(medicine)}</bdi>
      {since && <span className="soft small">{i18n.t('since {date}', { date: showDate(since, locale) })}</span>}
      {!isActive(medicine) && <Mark kind="off">{i18n.t('Stopped')}</Mark>}
    </>
  );
}
