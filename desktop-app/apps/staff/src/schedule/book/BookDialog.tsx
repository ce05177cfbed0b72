import { type DaySheet, refusalOf } from '@holdfast/api';
import { type I18n, useLingui } from '@holdfast/i18n';
import { Checkbox, Textarea, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { newId } from '../../app/newId';
import { FormDialog } from '../../chart/FormDialog';
import { PatientField } from '../../patients/PatientField';
import { Failed } from '../../problems/Failed';
import { namesOf, titleOf, useTypes } from '../names';
import { findIn } from '../places';
import { whyWords } from '../refusalWords';
import { AbilityFields } from './AbilityFields';
import { Instances } from './Instances';
import { PlaceField, TypeField, WhoField } from './pickers';
import { RefusalPanel } from './RefusalPanel';
import { RepeatFields } from './RepeatFields';
import { NO_REPEAT, ruleOf } from './rule';
import { SlotSearch } from './SlotSearch';
import { useBook } from './useBook';
import { useSeries, useSeriesPreview } from './useSeries';
import { type BookForm, bookingOf, isComplete, type Wish, wantedOf } from './wish';

interface Props {
  wish: Wish;
  sheet: DaySheet;
  onClose: () => void;
}

/** Books an appointment, or a series of them. A refusal says who holds the time and what is free instead. */
export function BookDialog({ wish, sheet, onClose }: Props) {
  const { i18n } = useLingui();
  const [id] = useState(newId);
  const types = useTypes();
  const names = useMemo(() => namesOf(sheet), [sheet]);
  const [asked] = useState(() => wish.start && { start: wish.start, resources: wish.resource ? [wish.resource] : [] });
  const [form, setForm] = useState<BookForm>({
    patient: wish.patient,
    type: wish.type ?? '',
    who: wish.resource && isPractitioner(sheet, wish.resource) ? wish.resource : 'any',
    place: wish.resource && !isPractitioner(sheet, wish.resource) ? wish.resource : 'any',
    note: '',
    slot: asked || undefined,
  });
  const [repeat, setRepeat] = useState(NO_REPEAT);
  const [except, setExcept] = useState<string[]>([]);
  const [overbook, setOverbook] = useState<string>();
  const type = types.data?.find((one) => one.id === form.type);
  const book = useBook(onClose);
  const series = useSeries(id, onClose);
  // Another choice is another question: what was refused before does not stand beside it.
  const set = (change: Partial<BookForm>) => {
    setForm((now) => ({ ...now, ...change }));
    setOverbook(undefined);
    book.reset();
  };
  const chooseType = (chosen: string) => set({ type: chosen, minutes: undefined, remote: undefined });
  const isSeries = repeat.every !== 'never';
  const rule = ruleOf(repeat, except);
  const filled = type && isComplete(form, type) ? bookingOf(id, form, type, overbook?.trim()) : undefined;
  const booking = filled && { ...filled, fromWaitlist: wish.fromWaitlist };
  const preview = useSeriesPreview(id, isSeries ? booking : undefined, ruleOf(repeat));
  const isPending = book.isPending || series.isPending;
  const refusal = refusalOf(book.error);
  const isOverbooking = overbook !== undefined;
  const isReady = booking && (!isSeries || rule) && (!isOverbooking || overbook.trim() !== '');
  const save = () => {
    if (!booking || isPending || !isReady) return;
    if (isSeries && rule) series.mutate({ booking, rule });
    else book.mutate(booking);
  };
  const isRequest = sheet.canBook === 'requests-only';
  return (
    <FormDialog
      title={isRequest ? i18n.t('File a request for an appointment') : i18n.t('Book an appointment')}
      onClose={onClose}
      onSave={save}
      incomplete={!isReady || isPending}
      saveLabel={isRequest ? i18n.t('File the request') : isOverbooking ? i18n.t('Overbook') : i18n.t('Book')}
      size="xl"
    >
      {isRequest && (
        <p className="told warn">
          {whyWords(i18n, sheet.why)}{' '}
          {i18n.t('What you book here is filed as a request, which is answered when the node is back.')}
        </p>
      )}
      <PatientField
        label={i18n.t('Patient')}
        autoFocus={!wish.patient}
        value={form.patient}
        onChange={(hit) => set({ patient: hit })}
      />
      <div className="fields">
        <TypeField types={types.data ?? []} value={form.type} onChange={chooseType} autoFocus={Boolean(wish.patient)} />
        <TextInput
          label={i18n.t('Minutes')}
          inputMode="numeric"
          value={form.minutes ?? String(type?.minutes ?? '')}
          onChange={(event) => set({ minutes: event.currentTarget.value })}
        />
        <WhoField sheet={sheet} value={form.who} onChange={(who) => set({ who })} />
        <PlaceField sheet={sheet} value={form.place} onChange={(place) => set({ place })} />
        <AbilityFields
          skill={form.skill ?? ''}
          language={form.language ?? ''}
          onSkill={(skill) => set({ skill, slot: undefined })}
          onLanguage={(language) => set({ language, slot: undefined })}
        />
      </div>
      {types.isError && <Failed error={types.error} retry={types.refetch} />}
      <SlotSearch
        type={form.type}
        wanted={wantedOf(form)}
        skill={form.skill}
        language={form.language}
        patient={form.patient?.id}
        date={sheet.date}
        timeZone={sheet.timeZone}
        names={names}
        asked={asked || undefined}
        value={form.slot}
        onChange={(slot) => set({ slot })}
      />
      <div className="fields" style={{ marginBlockEnd: 0 }}>
        <Textarea
          label={i18n.t('Remark')}
          dir="auto"
          autosize
          minRows={1}
          value={form.note}
          onChange={(event) => set({ note: event.currentTarget.value })}
        />
        {!wish.fromWaitlist && !isRequest && <RepeatFields value={repeat} onChange={setRepeat} />}
      </div>
      <Checkbox
        label={i18n.t('Remote: by video or phone')}
        checked={form.remote ?? type?.remote ?? false}
        onChange={(event) => set({ remote: event.currentTarget.checked })}
      />
      {isSeries && preview.data && (
        <Instances instances={preview.data.instances} timeZone={sheet.timeZone} except={except} onExcept={setExcept} />
      )}
      {isSeries && preview.isError && <Failed error={preview.error} retry={preview.refetch} />}
      {refusal && (
        <RefusalPanel
          refusal={refusal}
          timeZone={sheet.timeZone}
          names={names}
          whose={(held) => whoseOf(i18n, sheet, held)}
          value={form.slot}
          onChoose={(slot) => {
            setForm((now) => ({ ...now, slot }));
            setOverbook(undefined);
          }}
          overbook={{ reason: overbook, onChange: setOverbook }}
        />
      )}
      {book.isError && !refusal && <Failed error={book.error} />}
      {series.isError && <Failed error={series.error} />}
    </FormDialog>
  );
}

function isPractitioner(sheet: DaySheet, ref: string): boolean {
  return sheet.resources.some((one) => one.ref === ref && one.kind === 'practitioner');
}

/** Whose an appointment of the day is. */
export function whoseOf(i18n: I18n, sheet: DaySheet, appointment: string): string | undefined {
  const found = findIn(sheet, appointment);
  return found && titleOf(i18n, found);
}
