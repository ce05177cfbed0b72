import type { AppointmentShown, DaySheet } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Dialog } from '@holdfast/ui';
import { useState } from 'react';
import { VisitActions } from '../../visit/VisitActions';
import { titleOf } from '../names';
import { useDay } from '../useDay';
import { AppointmentActions } from './AppointmentActions';
import { AppointmentFacts } from './AppointmentFacts';
import { CancelForm } from './CancelForm';
import { OtherTime } from './OtherTime';
import { Settle } from './Settle';

interface Props {
  one: AppointmentShown;
  sheet: DaySheet;
  onClose: () => void;
}

/** One appointment: all that is known of it, and what can be done with it. It follows while it is open. */
export function AppointmentDialog({ one, sheet, onClose }: Props) {
  const { i18n } = useLingui();
  const day = useDay(sheet.date);
  const [part, setPart] = useState<'facts' | 'cancel' | 'other-time'>('facts');
  const current = day.data?.appointments.find(({ id }) => id === one.id) ?? one;
  return (
    <Dialog
      onClose={onClose}
      title={<bdi>{titleOf(i18n, current)}</bdi>}
      size="lg"
      closeButtonProps={{ 'aria-label': i18n.t('Close') }}
    >
      <div className="stack">
        <AppointmentFacts one={current} sheet={sheet} />
        {current.unsettled && <Settle one={current} unsettled={current.unsettled} timeZone={sheet.timeZone} />}
        {part === 'facts' && <VisitActions one={current} />}
        {part === 'facts' && !current.unsettled && (
          <AppointmentActions
            one={current}
            sheet={sheet}
            onDone={onClose}
            onCancel={() => setPart('cancel')}
            onOtherTime={() => setPart('other-time')}
          />
        )}
        {part === 'cancel' && <CancelForm one={current} onDone={onClose} onBack={() => setPart('facts')} />}
        {part === 'other-time' && (
          <OtherTime one={current} sheet={sheet} onDone={onClose} onBack={() => setPart('facts')} />
        )}
      </div>
    </Dialog>
  );
}
