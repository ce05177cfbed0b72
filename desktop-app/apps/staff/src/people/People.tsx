import { api, type Person } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Mark, Panel, ScrollX } from '@holdfast/ui';
import { Button, Skeleton } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Failed } from '../problems/Failed';
import { Screen } from '../shell/Screen';
import { showDate } from '../time/dates';
import { listWords } from '../time/listWords';
import { PersonForm } from './PersonForm';
import { PinForm } from './PinForm';
import { roleWords } from './roles';

/** Who may sign in, and as what. */
export default function People() {
  const { i18n } = useLingui();
  const [open, setOpen] = useState<{ form: 'person' | 'pin'; person?: Person }>();
  const people = useQuery({ queryKey: ['people'], queryFn: api.people });
  const close = () => setOpen(undefined);
  return (
    <Screen
      title={i18n.t('People')}
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen({ form: 'person' })}>
          {i18n.t('Add a person')}
        </Button>
      }
    >
      <Panel title={i18n.t('Who may sign in')} flush>
        {people.isPending && <Skeleton height={240} m="sm" />}
        {people.isError && <Failed error={people.error} retry={people.refetch} />}
        {people.data && (
          <ScrollX label={i18n.t('Who may sign in')}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{i18n.t('Name')}</th>
                  <th scope="col">{i18n.t('Login name')}</th>
                  <th scope="col">{i18n.t('Roles')}</th>
                  <th scope="col">{i18n.t('State')}</th>
                  <th scope="col">{i18n.t('Confirmed until')}</th>
                  <th scope="col">
                    <span className="unseen">{i18n.t('Actions')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {people.data.map((person) => (
                  <Line
                    key={person.id}
                    person={person}
                    onEdit={() => setOpen({ form: 'person', person })}
                    onPin={() => setOpen({ form: 'pin', person })}
                  />
                ))}
              </tbody>
            </table>
          </ScrollX>
        )}
      </Panel>
      {open?.form === 'person' && <PersonForm person={open.person} onClose={close} />}
      {open?.form === 'pin' && open.person && <PinForm person={open.person} onClose={close} />}
    </Screen>
  );
}

function Line({ person, onEdit, onPin }: { person: Person; onEdit: () => void; onPin: () => void }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const until = person.confirmedUntil ? showDate(new Date(person.confirmedUntil).toISOString(), locale) : '–';
  return (
    <tr>
      <th scope="row" dir="auto">
        {person.name}
      </th>
      <td>
        <bdi dir="ltr">{person.login}</bdi>
      </td>
      <td>
        {listWords(
          person.roles.map((role) => roleWords(i18n, role)),
          locale,
        )}
      </td>
      <td>
        {person.active ? <Mark kind="ok">{i18n.t('Active')}</Mark> : <Mark kind="danger">{i18n.t('Ended')}</Mark>}
        {person.hasPin === false && person.active && <Mark kind="warn">{i18n.t('No PIN yet')}</Mark>}
      </td>
      <td className="number">{until}</td>
      <td className="end">
        <Button
          size="compact-xs"
          variant="default"
          onClick={onEdit}
          aria-label={i18n.t('Change {name}', { name: person.name })}
        >
          {i18n.t('Change')}
        </Button>{' '}
        <Button
          size="compact-xs"
          variant="default"
          onClick={onPin}
          aria-label={i18n.t('New PIN for {name}', { name: person.name })}
        >
          {i18n.t('PIN')}
        </Button>
      </td>
    </tr>
  );
}
