import type { AppointmentShown, DaySheet } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useAbilities } from '../../session/SessionContext';
import { useContinuity } from '../../shell/ContinuityProvider';
import { AppointmentDialog } from '../appointment/AppointmentDialog';
import { flagsOf } from '../day/flags';
import { namesOf, titleOf, withWords } from '../names';
import { RoomField } from '../RoomField';
import { isHere, nextStep, statusWords, stepWords } from '../status';
import { useChange } from '../useChange';
import { LONG_WAIT_MINUTES, minutesSince, waitWords } from '../waitWords';
import { clockAt } from '../zone';

/** Somebody on their way through the clinic: one press leads to the next step. */
export function FlowCard({ one, sheet }: { one: AppointmentShown; sheet: DaySheet }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { now } = useContinuity();
  const { books } = useAbilities();
  const { setStatus } = useChange();
  const [isOpen, setOpen] = useState(false);
  const name = titleOf(i18n, one);
  const next = nextStep(one.status);
  const waits = isHere(one.status);
  const minutes = minutesSince(one.since, now);
  const isLate = one.status === 'booked' && Date.parse(one.start) < now;
  const practitioners = one.resources.filter((ref) => ref.startsWith('Practitioner/'));
  return (
    <li className={`flow-card of-${one.status}`}>
      <button type="button" className="link-button flow-name" onClick={() => setOpen(true)}>
        <bdi>{name}</bdi>
      </button>
      <p className="small">
        <span className="number">{clockAt(one.start, sheet.timeZone, locale)}</span> · <bdi>{one.type.name}</bdi>
        {practitioners.length > 0 && (
          <>
            {' '}
            · <bdi>{withWords(practitioners, namesOf(sheet))}</bdi>
          </>
        )}
      </p>
      <p className="flow-marks">
        {waits && (
          <Mark kind={minutes >= LONG_WAIT_MINUTES ? 'warn' : 'busy'}>
            {i18n.t('for {wait}', { wait: waitWords(i18n, minutes) })}
          </Mark>
        )}
        {isLate && (
          <Mark kind="warn">{i18n.t('late by {wait}', { wait: waitWords(i18n, minutesSince(one.start, now)) })}</Mark>
        )}
        {flagsOf(i18n, one).map((flag) => (
          <span key={flag} className="flag small">
            {flag}
          </span>
        ))}
      </p>
      {books && (
        <div className="flow-foot">
          {waits && (
            <RoomField
              aria-label={i18n.t('Room of {name}', { name })}
              sheet={sheet}
              value={one.room}
              onChange={(room) => setStatus(one, one.status, i18n.t('{name}: room changed', { name }), { room })}
            />
          )}
          {next && (
            <Button
              size="compact-xs"
              className="flow-step"
              variant={one.status === 'booked' ? 'filled' : 'default'}
              aria-label={i18n.t('{name}: {status}', { name, status: stepWords(i18n, next) })}
              onClick={() =>
                setStatus(one, next, i18n.t('{name}: {status}', { name, status: statusWords(i18n, next) }))
              }
            >
              {stepWords(i18n, next)}
            </Button>
          )}
        </div>
      )}
      {isOpen && <AppointmentDialog one={one} sheet={sheet} onClose={() => setOpen(false)} />}
    </li>
  );
}
