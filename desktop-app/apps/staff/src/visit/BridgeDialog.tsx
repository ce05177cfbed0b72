import type { Visit } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Dialog } from '@holdfast/ui';
import { type Person, type Room, VisitProblem } from '@holdfast/visit-room';
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { CallFacts } from './CallFacts';

interface Props {
  room: Room;
  people: Person[];
  visit: Visit;
  onClose: () => void;
}

/** Calls somebody into the visit by telephone, or says by which number they come in. */
export function BridgeDialog({ room, people, visit, onClose }: Props) {
  const { i18n } = useLingui();
  const [phone, setPhone] = useState(visit.patient.phone ?? '');
  const [fault, setFault] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const patient = people.find(({ role }) => role === 'patient');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFault(undefined);
    room
      .bridge({ do: 'call', member: patient?.member, phone: phone.trim(), name: visit.patient.name })
      .then(onClose, (error) => setFault(error instanceof VisitProblem ? error.code : 'failed'))
      .finally(() => setBusy(false));
  };
  return (
    <Dialog onClose={onClose} title={i18n.t('Call by telephone')} closeButtonProps={{ 'aria-label': i18n.t('Close') }}>
      <form className="stack" onSubmit={submit}>
        {visit.call.canCall ? (
          <>
            <TextInput
              label={i18n.t('Telephone number')}
              dir="ltr"
              type="tel"
              value={phone}
              onChange={(event) => setPhone(event.currentTarget.value)}
              data-autofocus
            />
            {fault && (
              <p className="told danger" role="alert">
                {i18n.t('The call did not come about. Call from your own telephone, and document here.')}
              </p>
            )}
            <Button type="submit" loading={isBusy} disabled={!phone.trim()}>
              {i18n.t('Call {name} into the visit', { name: visit.patient.name })}
            </Button>
          </>
        ) : (
          <p>{i18n.t('This clinic’s bridge cannot call out. Call from your own telephone.')}</p>
        )}
        <CallFacts visit={visit} />
      </form>
    </Dialog>
  );
}
