import type { ChartRecord } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import { Link } from 'wouter';
import { useSession } from '../session/SessionContext';

/** Where a record is by now, and whether somebody has to decide something about it. */
export function SavedMark({ record }: { record: ChartRecord }) {
  const { i18n } = useLingui();
  const { setup } = useSession();
  const { resource, savedAt, conflicts } = record;
  if (conflicts.length > 0) {
    return (
      <Link href={`/conflicts/${resource.resourceType}/${resource.id}`}>
        <Mark kind="danger">{i18n.t('Two values: settle')}</Mark>
      </Link>
    );
  }
  if (savedAt === 'saving') return <Mark kind="busy">{i18n.t('Saving…')}</Mark>;
  if (savedAt === 'head-office') return <Mark kind="ok">{i18n.t('At head office')}</Mark>;
  if (savedAt === 'node' || setup.host === 'node') return <Mark kind="off">{i18n.t('At the clinic’s node')}</Mark>;
  return <Mark kind="off">{i18n.t('Saved here')}</Mark>;
}
