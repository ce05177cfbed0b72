import type { Affected } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Dialog } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { today } from '../../time/dates';
import { useDay } from '../useDay';
import { AffectedList } from './AffectedList';

interface Props {
  /** What was saved. */
  title: string;
  affected: Affected;
  onClose: () => void;
}

/** Told once something is saved that takes time away: whose appointments have to be moved because of it. */
export function AffectedDialog({ title, affected, onClose }: Props) {
  const { i18n } = useLingui();
  const zone = useDay(today()).data?.timeZone;
  return (
    <Dialog onClose={onClose} title={title} size="lg" closeButtonProps={{ 'aria-label': i18n.t('Close') }}>
      <div className="stack">
        {zone && <AffectedList affected={affected} timeZone={zone} />}
        <p className="soft">{i18n.t('They stay on the day sheet with a mark until then.')}</p>
        <div className="form-foot">
          <Button data-autofocus onClick={onClose}>
            {i18n.t('Close')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
