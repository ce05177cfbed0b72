import type { AllergyIntolerance } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import { textOf } from '../../fhir/words';

/** What somebody does not tolerate, how it shows, and whether it may kill. */
export function AllergyRow({ allergy }: { allergy: AllergyIntolerance }) {
  const { i18n } = useLingui();
  const shows = allergy.reaction?.flatMap(({ manifestation }) => manifestation.map(textOf)).filter(Boolean) ?? [];
  return (
    <>
      <bdi className="main">{textOf(allergy.code) || i18n.t('Not named')}</bdi>
      {shows.length > 0 && <bdi className="soft">{shows.join(', ')}</bdi>}
      {allergy.criticality === 'high' && <Mark kind="danger">{i18n.t('Severe')}</Mark>}
    </>
  );
}
