import { type AppointmentShown, type DaySheet, type FreeSlot, type Refusal, refusalOf } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { whoseOf } from '../book/BookDialog';
import { WhoField } from '../book/pickers';
import { RefusalPanel } from '../book/RefusalPanel';
import { SlotSearch } from '../book/SlotSearch';
import { namesOf, titleOf, withWords } from '../names';
import { useChange } from '../useChange';
import { timeAt } from '../zone';

interface Props {
  one: AppointmentShown;
  sheet: DaySheet;
  /** What was refused before this was asked. */
  refused?: Refusal;
  onDone: () => void;
  onBack: () => void;
}

/** Finds another time for an appointment, and moves it there. */
export function OtherTime({ one, sheet, refused, onDone, onBack }: Props) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { move, complain } = useChange();
  const names = namesOf(sheet);
  const [who, setWho] = useState(() => one.resources.find((ref) => ref.startsWith('Practitioner/')) ?? 'any');
  const [slot, setSlot] = useState<Pick<FreeSlot, 'start' | 'resources'>>();
  const [refusal, setRefusal] = useState(refused);
  const [isPending, setPending] = useState(false);
  const submit = async () => {
    if (!slot || isPending) return;
    setPending(true);
    const time = timeAt(slot.start, sheet.timeZone, locale);
    const where = withWords(slot.resources, names);
    const text = i18n.t('{name} is moved to {time}, {where}.', { name: titleOf(i18n, one), time, where });
    try {
      await move(one, one, { start: slot.start, resources: slot.resources }, text);
      onDone();
    } catch (error) {
      const why = refusalOf(error);
      if (why) setRefusal(why);
      else complain(error);
    } finally {
      setPending(false);
    }
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {refusal && (
        <RefusalPanel
          refusal={refusal}
          timeZone={sheet.timeZone}
          names={names}
          whose={(held) => whoseOf(i18n, sheet, held)}
          value={slot}
          onChoose={setSlot}
        />
      )}
      <WhoField sheet={sheet} value={who} onChange={setWho} />
      <SlotSearch
        type={one.type.id}
        wanted={[who]}
        patient={one.patient?.id}
        date={sheet.date}
        timeZone={sheet.timeZone}
        names={names}
        value={slot}
        onChange={setSlot}
      />
      <div className="form-foot">
        <Button type="submit" disabled={!slot} loading={isPending}>
          {i18n.t('Move it there')}
        </Button>
        <Button variant="subtle" onClick={onBack}>
          {i18n.t('Back')}
        </Button>
      </div>
    </form>
  );
}
