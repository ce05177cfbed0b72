import { type Visit, type VisitLink, visits } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Mark, Panel, useToast } from '@holdfast/ui';
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { newId } from '../app/newId';
import { Failed } from '../problems/Failed';
import { addressOf, copy } from './links';
import { roleWords } from './words';

type Invited = 'patient' | 'family' | 'interpreter';

/** Links of a visit: who has one, a further one, and the end of one. */
export function Links({ visit, secret }: { visit: Visit; secret?: string }) {
  const { i18n } = useLingui();
  const client = useQueryClient();
  const [role, setRole] = useState<Invited>('interpreter');
  const [name, setName] = useState('');
  const [id, setId] = useState(newId);
  const again = () => client.invalidateQueries({ queryKey: ['visit', visit.id] });
  const invite = useMutation({
    mutationFn: () => visits.link(visit.id, { id, role, name: name.trim(), singleDevice: true }),
    onSuccess: () => {
      setName('');
      setId(newId());
      again();
    },
  });
  const revoke = useMutation({ mutationFn: (link: string) => visits.revoke(visit.id, link), onSuccess: again });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) invite.mutate();
  };
  const shown = visit.links.filter((link) => link.role !== 'clinician' && !link.revoked);
  return (
    <Panel title={i18n.t('Links')} flush>
      <ul className="rows">
        {shown.map((link) => (
          <li key={link.id}>
            <span className="main">
              <bdi>{link.name}</bdi>
            </span>
            <span className="soft">{roleWords(i18n, link.role)}</span>
            {link.used && <Mark kind="ok">{i18n.t('used')}</Mark>}
            <span className="end">
              <CopyButton link={link} secret={secret} />
              <Button size="compact-sm" variant="subtle" onClick={() => revoke.mutate(link.id)}>
                {i18n.t('Take back')}
              </Button>
            </span>
          </li>
        ))}
      </ul>
      {(invite.isError || revoke.isError) && <Failed error={invite.error ?? revoke.error} />}
      <form className="visit-invite" onSubmit={submit}>
        <NativeSelect
          label={i18n.t('Invite')}
          size="xs"
          value={role}
          onChange={(event) => setRole(event.currentTarget.value as Invited)}
          data={(['patient', 'family', 'interpreter'] as const).map((value) => ({
            value,
            label: roleWords(i18n, value),
          }))}
        />
        <TextInput
          label={i18n.t('Name')}
          size="xs"
          dir="auto"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" size="xs" variant="default" loading={invite.isPending}>
          {i18n.t('Make a link')}
        </Button>
      </form>
    </Panel>
  );
}

function CopyButton({ link, secret }: { link: VisitLink; secret?: string }) {
  const { i18n } = useLingui();
  const say = useToast();
  const [shown, setShown] = useState('');
  const address = addressOf(link, secret);
  if (!address) return null;
  const press = async () => {
    if (await copy(address)) say({ text: i18n.t('The link of {name} is copied.', { name: link.name }) });
    // Where a page may not copy, a person can.
    else setShown(address);
  };
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={press}>
        {i18n.t('Copy the link')}
      </Button>
      {shown && (
        <TextInput
          size="xs"
          readOnly
          value={shown}
          aria-label={i18n.t('Link')}
          onFocus={(event) => event.currentTarget.select()}
        />
      )}
    </>
  );
}
