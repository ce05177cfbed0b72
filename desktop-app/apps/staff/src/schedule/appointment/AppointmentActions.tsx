import type { AppointmentShown, DaySheet, FlowStatus } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Button, NativeSelect } from '@mantine/core';
import { useAbilities } from '../../session/SessionContext';
import { useContinuity } from '../../shell/ContinuityProvider';
import { titleOf } from '../names';
import { RoomField } from '../RoomField';
import { isAhead, isHere, nextStep, STEPS, statusWords, stepWords } from '../status';
import { useChange } from '../useChange';

interface Props {
  one: AppointmentShown;
  sheet: DaySheet;
  onDone: () => void;
  onCancel: () => void;
  onOtherTime: () => void;
}

/** What can be done with an appointment, the likeliest first. */
export function AppointmentActions({ one, sheet, onDone, onCancel, onOtherTime }: Props) {
  const { i18n } = useLingui();
  const { books } = useAbilities();
  const { setStatus } = useChange();
  const { now } = useContinuity();
  const name = titleOf(i18n, one);
  const next = nextStep(one.status);
  if (!books || one.withheld) return null;
  const become = (status: FlowStatus) => {
    setStatus(one, status, i18n.t('{name}: {status}', { name, status: statusWords(i18n, status) }));
    onDone();
  };
  // Whoever is expected later may still come.
  const mayBeMissed = one.status === 'no-show' || Date.parse(one.start) <= now;
  // Nobody is checked in on another day.
  const mayStep = sheet.now !== undefined || !['booked', 'no-show'].includes(one.status);
  const isOnWay = mayStep && ((STEPS as readonly FlowStatus[]).includes(one.status) || one.status === 'no-show');
  return (
    <>
      <div className="form-foot">
        {one.status === 'requested' && (
          <Button data-autofocus onClick={() => become('booked')}>
            {i18n.t('Confirm')}
          </Button>
        )}
        {next && one.patient && mayStep && (
          <Button data-autofocus onClick={() => become(next)}>
            {stepWords(i18n, next)}
          </Button>
        )}
        {isAhead(one.status) && (
          <Button variant="default" onClick={onOtherTime}>
            {i18n.t('Another time')}
          </Button>
        )}
        {one.status === 'booked' && one.patient && mayBeMissed && (
          <Button variant="default" onClick={() => become('no-show')}>
            {i18n.t('Did not come')}
          </Button>
        )}
        {isAhead(one.status) && (
          <Button variant="subtle" onClick={onCancel}>
            {one.status === 'requested' ? i18n.t('Decline') : i18n.t('Cancel it')}
          </Button>
        )}
      </div>
      {isOnWay && one.patient && (
        <div className="in-line">
          <NativeSelect
            size="xs"
            label={i18n.t('State')}
            value={one.status}
            onChange={(event) => become(event.currentTarget.value as FlowStatus)}
            data={[...STEPS, ...(mayBeMissed ? (['no-show'] as const) : [])].map((status) => ({
              value: status,
              label: statusWords(i18n, status),
            }))}
          />
          {isHere(one.status) && (
            <RoomField
              label={i18n.t('Room')}
              sheet={sheet}
              value={one.room}
              onChange={(room) => setStatus(one, one.status, i18n.t('{name}: room changed', { name }), { room })}
            />
          )}
        </div>
      )}
    </>
  );
}
