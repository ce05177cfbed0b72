import type { AppointmentShown, DaySheet } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Dialog } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { VisitActions } from '../../visit/VisitActions';
import { titleOf } from '../names';
import { findIn } from '../places';
import { useDay } from '../useDay';
import { AppointmentActions } from './AppointmentActions';
import { AppointmentFacts } from './AppointmentFacts';
import { CancelForm } from './CancelForm';
import { GroupPlaces } from './GroupPlaces';
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
  const [placeId, setPlace] = useState<string>();
  const found = day.data && findIn(day.data, placeId ?? one.id);
  const opened = (day.data && findIn(day.data, one.id)) ?? one;
  // A place that is not there any more leads back to its session.
  const current = found ?? opened;
  const session = current.id === opened.id ? undefined : opened;
  const open = (id: string | undefined) => {
    setPart('facts');
    setPlace(id);
  };
  // After one of a group comes the next.
  const done = () => (session ? open(undefined) : onClose());
  return (
    <Dialog
      onClose={onClose}
      title={<bdi>{titleOf(i18n, current)}</bdi>}
      size="lg"
      closeButtonProps={{ 'aria-label': i18n.t('Close') }}
    >
      <div className="stack">
        {session && (
          <p>
            <Button size="compact-xs" variant="default" onClick={() => open(undefined)}>
              {i18n.t('Back to {name}', { name: titleOf(i18n, session) })}
            </Button>
          </p>
        )}
        <AppointmentFacts one={current} sheet={sheet} />
        {current.group && <GroupPlaces group={current.group} sheet={sheet} onOpen={open} />}
        {current.unsettled && <Settle one={current} unsettled={current.unsettled} timeZone={sheet.timeZone} />}
        {part === 'facts' && <VisitActions one={current} />}
        {part === 'facts' && !current.unsettled && (
          <AppointmentActions
            one={current}
            sheet={sheet}
            onDone={done}
            onCancel={() => setPart('cancel')}
            onOtherTime={() => setPart('other-time')}
          />
        )}
        {part === 'cancel' && <CancelForm one={current} onDone={done} onBack={() => setPart('facts')} />}
        {part === 'other-time' && (
          <OtherTime one={current} sheet={sheet} onDone={done} onBack={() => setPart('facts')} />
        )}
      </div>
    </Dialog>
  );
}
