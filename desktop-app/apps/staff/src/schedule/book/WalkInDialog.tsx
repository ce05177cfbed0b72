import { type Booking, type DaySheet, type FreeSlot, type PatientHit, refusalOf } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Button } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import { newId } from '../../app/newId';
import { FormDialog } from '../../chart/FormDialog';
import { PatientField } from '../../patients/PatientField';
import { Failed } from '../../problems/Failed';
import { useContinuity } from '../../shell/ContinuityProvider';
import { namesOf, useTypes } from '../names';
import { whoseOf } from './BookDialog';
import { TypeField, WhoField } from './pickers';
import { RefusalPanel } from './RefusalPanel';
import { useBook } from './useBook';

const MINUTE_MS = 60_000;

/** Somebody stands at the desk without an appointment: who, what for, with whom, and they are in. */
export function WalkInDialog({ sheet, onClose }: { sheet: DaySheet; onClose: () => void }) {
  const { i18n } = useLingui();
  const { now } = useContinuity();
  const [id] = useState(newId);
  const types = useTypes();
  const names = useMemo(() => namesOf(sheet), [sheet]);
  const [patient, setPatient] = useState<PatientHit>();
  const [type, setType] = useState('');
  const [who, setWho] = useState('any');
  const [slot, setSlot] = useState<FreeSlot>();
  const [overbook, setOverbook] = useState<string>();
  const book = useBook(onClose);
  const refusal = refusalOf(book.error);
  const again =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      set(value);
      setOverbook(undefined);
      setSlot(undefined);
      book.reset();
    };
  const isReady = patient && type && (overbook === undefined || overbook.trim());
  const save = () => {
    if (!patient || !isReady || book.isPending) return;
    const booking: Booking = {
      id,
      type,
      patient: patient.id,
      start: slot?.start ?? new Date(Math.floor(now / MINUTE_MS) * MINUTE_MS).toISOString(),
      resources: slot?.resources ?? (who.includes('/') ? [who] : []),
      walkIn: true,
      overbook: overbook ? { reason: overbook.trim() } : undefined,
    };
    book.mutate(booking);
  };
  return (
    <FormDialog
      title={i18n.t('Take in a walk-in')}
      onClose={onClose}
      onSave={save}
      incomplete={!isReady || book.isPending}
      saveLabel={overbook === undefined ? i18n.t('Take in') : i18n.t('Overbook')}
    >
      <PatientField label={i18n.t('Patient')} autoFocus value={patient} onChange={again(setPatient)} />
      {!patient && (
        <Button
          size="compact-xs"
          variant="subtle"
          component={Link}
          href="/register"
          leftSection={<IconUserPlus size={14} aria-hidden />}
          style={{ justifySelf: 'start' }}
        >
          {i18n.t('Register a patient')}
        </Button>
      )}
      <div className="fields">
        <TypeField types={types.data ?? []} value={type} onChange={again(setType)} />
        <WhoField sheet={sheet} value={who} onChange={again(setWho)} />
      </div>
      {types.isError && <Failed error={types.error} retry={types.refetch} />}
      {refusal && (
        <RefusalPanel
          refusal={refusal}
          timeZone={sheet.timeZone}
          names={names}
          whose={(held) => whoseOf(i18n, sheet, held)}
          value={slot}
          onChoose={setSlot}
          overbook={{ reason: overbook, onChange: setOverbook }}
        />
      )}
      {book.isError && !refusal && <Failed error={book.error} />}
    </FormDialog>
  );
}
