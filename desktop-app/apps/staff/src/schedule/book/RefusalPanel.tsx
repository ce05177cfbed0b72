import type { FreeSlot, Refusal } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import { Checkbox, TextInput } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { Names } from '../names';
import { withWords } from '../names';
import { mayOverbook, refusalWords } from '../refusalWords';
import { clockAt, dayAt } from '../zone';
import { SlotChoice } from './SlotChoice';

interface Props {
  refusal: Refusal;
  timeZone: string;
  names: Names;
  /** Who has an appointment of this id, where that is known here. */
  whose: (appointment: string) => string | undefined;
  value?: Pick<FreeSlot, 'start' | 'resources'>;
  onChoose: (slot: FreeSlot) => void;
  /** The reason to book it all the same; nothing while that is not chosen. Left out where nobody may. */
  overbook?: { reason: string | undefined; onChange: (reason: string | undefined) => void };
}

/** Why a time was refused, who holds it, what is free instead, and the way to book it all the same. */
export function RefusalPanel({ refusal, timeZone, names, whose, value, onChoose, overbook }: Props) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { by, instead } = refusal;
  const panel = useRef<HTMLDivElement>(null);
  // It stands below what was filled in: nobody has to look for it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each refusal.
  useEffect(() => {
    panel.current?.scrollIntoView({ block: 'nearest' });
  }, [refusal]);
  // There the other appointment is the patient's own.
  const isOwn = refusal.code === 'patient-elsewhere' || refusal.code === 'patient-in-session';
  const holder = !isOwn && by?.appointment && whose(by.appointment);
  return (
    <div ref={panel} className="told danger stack" role="alert">
      <p>
        <Mark kind="danger">{refusalWords(i18n, refusal)}</Mark>{' '}
        {holder && (
          <span>
            {i18n.t('It is held by')} <bdi>{holder}</bdi>.
          </span>
        )}
        {isOwn && by?.start && (
          <span>
            {i18n.t('At {time}', { time: clockAt(by.start, timeZone, locale) })}
            {by.resource && (
              <>
                : <bdi>{by.resource}</bdi>
              </>
            )}
            .
          </span>
        )}
        {by?.until && (
          <span>
            {' '}
            {i18n.t('It comes back at {time} on {day} if nobody takes it.', {
              time: clockAt(by.until, timeZone, locale),
              day: dayAt(by.until, timeZone, locale),
            })}
          </span>
        )}
      </p>
      {instead.length > 0 && (
        <fieldset className="fields" style={{ gridTemplateColumns: 'minmax(0, 1fr)', margin: 0 }}>
          <legend>{i18n.t('Free instead')}</legend>
          <div className="slots">
            {instead.map((slot) => (
              <SlotChoice
                key={`${slot.start} ${slot.resources.join()}`}
                slot={slot}
                because={slot.because}
                timeZone={timeZone}
                where={withWords(slot.resources, names)}
                isChosen={slot.start === value?.start && slot.resources.join() === value.resources.join()}
                onChoose={() => onChoose(slot)}
              />
            ))}
          </div>
        </fieldset>
      )}
      {overbook && mayOverbook(refusal) && (
        <>
          <Checkbox
            label={i18n.t('Book it all the same, as overbooked')}
            checked={overbook.reason !== undefined}
            onChange={(event) => overbook.onChange(event.currentTarget.checked ? '' : undefined)}
          />
          {overbook.reason !== undefined && (
            <TextInput
              label={i18n.t('Why it has to be overbooked')}
              dir="auto"
              value={overbook.reason}
              onChange={(event) => overbook.onChange(event.currentTarget.value)}
            />
          )}
        </>
      )}
    </div>
  );
}
