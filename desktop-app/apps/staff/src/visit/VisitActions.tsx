import { type AppointmentShown, type Visit, visits } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { useToast } from '@holdfast/ui';
import { Button, Checkbox, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { newId } from '../app/newId';
import { Failed } from '../problems/Failed';
import { useAbilities } from '../session/SessionContext';
import { addressOf, copy } from './links';
import { secrets } from './running';

/** Of an appointment: the visit by video, and the patient's link to it. */
export function VisitActions({ one }: { one: AppointmentShown }) {
  const { i18n } = useLingui();
  const { writes, seesCharts, books } = useAbilities();
  const [, go] = useLocation();
  const say = useToast();
  const client = useQueryClient();
  const [id] = useState(newId);
  const [linkId] = useState(newId);
  const [isSealed, setSealed] = useState(false);
  const [shown, setShown] = useState('');
  const found = useQuery({
    queryKey: ['visits', one.id],
    queryFn: ({ signal }) => visits.of(one.id, signal),
    retry: false,
  });
  const known = found.data?.[0];
  /** The appointment's visit: it is made by the first of whatever is done with it. */
  const visit = async (): Promise<Visit> => {
    if (known) return known;
    const made = await visits.create({ id, appointment: one.id, sealed: isSealed || undefined });
    if (made.sealed && !secrets.has(made.id)) {
      const { newSecret } = await import('@holdfast/visit-room/seal');
      secrets.set(made.id, newSecret());
    }
    client.invalidateQueries({ queryKey: ['visits', one.id] });
    return made;
  };
  const start = useMutation({
    mutationFn: visit,
    onSuccess: (made) => {
      const secret = secrets.get(made.id);
      go(`/visit/${made.id}${secret ? `/${secret}` : ''}`);
    },
  });
  const link = useMutation({
    mutationFn: async () => {
      const made = await visit();
      const old = made.links.find(({ role, revoked }) => role === 'patient' && !revoked);
      const name = one.patient?.name ?? '';
      const given = old ?? (await visits.link(made.id, { id: linkId, role: 'patient', name, singleDevice: true }));
      return addressOf(given, secrets.get(made.id)) ?? '';
    },
    onSuccess: async (address) => {
      if (await copy(address))
        say({ text: i18n.t('The link of {name} is copied.', { name: one.patient?.name ?? '' }) });
      else setShown(address);
    },
  });
  const isOpen = one.status !== 'cancelled' && one.status !== 'no-show' && one.status !== 'requested';
  if (!one.patient || one.withheld || !writes || !isOpen) return null;
  // A sealed visit whose key is in another window: a link from here would lack it.
  const lacksSecret = known?.sealed === true && !secrets.has(known.id);
  return (
    <div className="stack visit-actions">
      <div className="form-foot">
        {seesCharts && (
          <Button variant="default" onClick={() => start.mutate()} loading={start.isPending} disabled={found.isPending}>
            {known ? i18n.t('Open the visit') : i18n.t('Start the visit')}
          </Button>
        )}
        {(seesCharts || books) && (
          <Button
            variant="default"
            onClick={() => link.mutate()}
            loading={link.isPending}
            disabled={found.isPending || lacksSecret}
          >
            {i18n.t('Copy the patient’s link')}
          </Button>
        )}
        {!known && (
          <Checkbox
            label={i18n.t('Encrypted end to end')}
            checked={isSealed}
            onChange={(event) => setSealed(event.currentTarget.checked)}
          />
        )}
      </div>
      {lacksSecret && (
        <p className="soft">{i18n.t('Its key is in the window where it was begun: copy the link there.')}</p>
      )}
      {shown && (
        <TextInput
          label={i18n.t('Link')}
          readOnly
          dir="ltr"
          value={shown}
          onFocus={(event) => event.currentTarget.select()}
        />
      )}
      {(start.isError || link.isError) && <Failed error={start.error ?? link.error} />}
    </div>
  );
}
