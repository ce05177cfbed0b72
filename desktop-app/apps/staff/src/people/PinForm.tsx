import { api, type Person } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { useToast } from '@holdfast/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { FormDialog } from '../chart/FormDialog';
import { Failed } from '../problems/Failed';
import { PinField } from '../session/PinField';
import { pinFault } from '../session/pin';

/** Gives somebody another PIN: they have forgotten theirs. */
export function PinForm({ person, onClose }: { person: Person; onClose: () => void }) {
  const { i18n } = useLingui();
  const client = useQueryClient();
  const say = useToast();
  const [pin, setPin] = useState('');
  const fault = pin ? pinFault(i18n, pin) : '';
  const save = useMutation({
    mutationFn: () => api.setPin(person.id, pin),
    onSuccess: () => {
      client.invalidateQueries({ queryKey: ['people'] });
      say({ text: i18n.t('{name} has a new PIN.', { name: person.name }) });
      onClose();
    },
  });
  return (
    <FormDialog
      title={i18n.t('New PIN for {name}', { name: person.name })}
      onClose={onClose}
      onSave={() => !save.isPending && save.mutate()}
      incomplete={!pin || fault !== ''}
      size="sm"
    >
      <PinField
        label={i18n.t('New PIN')}
        description={i18n.t('6 to 12 digits, not a run or a repetition')}
        error={fault}
        data-autofocus
        value={pin}
        onChange={(event) => setPin(event.currentTarget.value)}
      />
      {save.isError && <Failed error={save.error} />}
    </FormDialog>
  );
}
