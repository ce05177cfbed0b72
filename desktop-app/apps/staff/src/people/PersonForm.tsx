import { type Affected, api, type Person, type Role } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { useToast } from '@holdfast/ui';
import { Checkbox, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { FormDialog } from '../chart/FormDialog';
import { Failed } from '../problems/Failed';
import { AffectedDialog } from '../schedule/setup/AffectedDialog';
import { PinField } from '../session/PinField';
import { pinFault } from '../session/pin';
import { ROLES, roleWords } from './roles';

/** Adds or changes somebody. Ending a sign-in takes effect as soon as the news arrives, everywhere. */
export function PersonForm({ person, onClose }: { person?: Person; onClose: () => void }) {
  const { i18n } = useLingui();
  const client = useQueryClient();
  const say = useToast();
  const [name, setName] = useState(person?.name ?? '');
  const [login, setLogin] = useState(person?.login ?? '');
  const [roles, setRoles] = useState<Role[]>(person?.roles ?? []);
  const [active, setActive] = useState(person?.active ?? true);
  const [pin, setPin] = useState('');
  const fault = pin ? pinFault(i18n, pin) : '';
  const save = useMutation({
    mutationFn: async (): Promise<{ affected?: Affected }> =>
      person
        ? ((await api.changePerson({
            id: person.id,
            version: person.version,
            name: name.trim(),
            login: login.trim(),
            roles,
            active,
          })) as { affected?: Affected })
        : api.addPerson({ name: name.trim(), login: login.trim(), roles, pin }).then(() => ({})),
    onSuccess: ({ affected }) => {
      client.invalidateQueries({ queryKey: ['people'] });
      client.invalidateQueries({ queryKey: ['schedule'] });
      say({ text: i18n.t('Saved: {name}', { name }) });
      if (!affected) onClose();
    },
  });
  const isIncomplete = !name.trim() || !login.trim() || roles.length === 0 || (!person && (!pin || fault !== ''));
  const affected = save.data?.affected;
  if (affected)
    return <AffectedDialog title={i18n.t('Saved: {name}', { name })} affected={affected} onClose={onClose} />;
  return (
    <FormDialog
      title={person ? i18n.t('Change {name}', { name: person.name }) : i18n.t('Add a person')}
      onClose={onClose}
      onSave={() => !save.isPending && save.mutate()}
      incomplete={isIncomplete}
    >
      <TextInput
        label={i18n.t('Name')}
        dir="auto"
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label={i18n.t('Login name')}
        dir="ltr"
        autoCapitalize="none"
        autoComplete="off"
        value={login}
        onChange={(event) => setLogin(event.currentTarget.value)}
      />
      <Checkbox.Group label={i18n.t('Roles')} value={roles} onChange={(value) => setRoles(value as Role[])}>
        <Stack gap="xs" mt="xs">
          {ROLES.map((role) => (
            <Checkbox key={role} value={role} label={roleWords(i18n, role)} />
          ))}
        </Stack>
      </Checkbox.Group>
      {person ? (
        <Checkbox
          label={i18n.t('May sign in')}
          description={i18n.t(
            'Without it they are out at once and nobody is booked with them any more; what they write later elsewhere is held for review.',
          )}
          checked={active}
          onChange={(event) => setActive(event.currentTarget.checked)}
        />
      ) : (
        <PinField
          label={i18n.t('First PIN')}
          description={i18n.t('6 to 12 digits, not a run or a repetition')}
          error={fault}
          value={pin}
          onChange={(event) => setPin(event.currentTarget.value)}
        />
      )}
      {save.isError && <Failed error={save.error} />}
    </FormDialog>
  );
}
