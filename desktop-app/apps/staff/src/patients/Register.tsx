import { api, type Patient } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { useShortcut } from '@holdfast/ui';
import { Button, Skeleton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Redirect, useLocation } from 'wouter';
import { useHistoryState } from 'wouter/use-browser-location';
import { newId } from '../app/newId';
import { DraftMark } from '../drafts/DraftMark';
import { useDraft } from '../drafts/useDraft';
import { Failed } from '../problems/Failed';
import { Screen } from '../shell/Screen';
import { useThrowAway } from '../undo/useThrowAway';
import { consentOf } from './consent';
import { Likely } from './Likely';
import { Registered } from './Registered';
import { RegistrationFields } from './RegistrationFields';
import { EMPTY, patientOf, type Registration } from './registration';

/** A registration has an address of its own, so that it goes on after a reload, and another one does not come in its way. */
export default function Register({ params }: { params: { id?: string } }) {
  const state: unknown = useHistoryState();
  const [fresh] = useState(newId);
  if (!params.id) return <Redirect to={`/register/${fresh}`} replace state={state} />;
  return <Registering key={params.id} id={params.id} />;
}

/** Registers a patient; those who may be the same person are shown while typing. */
function Registering({ id }: { id: string }) {
  const { i18n } = useLingui();
  const asked = useAskedName();
  const [fresh] = useState<Registration>(() => ({ ...EMPTY, ...asked }));
  const key = `register:${id}`;
  const draft = useDraft<Registration>({ key, form: 'registration', initial: fresh, apart: (form) => form });
  const [, go] = useLocation();
  const form = draft.value;
  const register = useMutation({
    mutationFn: () => save(patientIdOf(draft.key), form),
    onSuccess: () => draft.drop(),
  });
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (!register.isPending && (form.family.trim() || form.given.trim())) register.mutate();
  };
  const throwDraftAway = useThrowAway();
  const throwAway = async () => {
    const thrown = { key: draft.key, form: 'registration', body: form, to: `/register/${id}`, drop: draft.drop };
    // Of an empty form there is nothing to bring back.
    await (JSON.stringify(form) === JSON.stringify(fresh) ? draft.drop() : throwDraftAway(thrown));
    go('/');
  };
  useShortcut('mod+enter', submit);
  if (register.isSuccess) return <Registered {...register.data} name={`${form.given} ${form.family}`} />;
  return (
    <Screen title={i18n.t('Register a patient')} actions={<DraftMark draft={draft} />}>
      {draft.isLoading ? (
        <Skeleton height={480} />
      ) : (
        <form className="with-side" onSubmit={submit} onBlur={draft.flush}>
          <div className="panel">
            <div className="body">
              <RegistrationFields form={form} onChange={draft.change} isNew />
              {register.isError && <Failed error={register.error} retry={submit} />}
              <div className="form-foot">
                <Button type="submit" loading={register.isPending}>
                  {i18n.t('Register')}
                </Button>
                <Button variant="subtle" onClick={throwAway}>
                  {i18n.t('Throw away')}
                </Button>
              </div>
            </div>
          </div>
          <Likely form={form} />
        </form>
      )}
    </Screen>
  );
}

/** One id for each draft, so that a repeated save registers nobody twice. */
function patientIdOf(key: string): string {
  return key.replace('register:', '').replace('~', '-');
}

async function save(id: string, form: Registration) {
  const patient: Patient = patientOf(form, { resourceType: 'Patient', id });
  const saved = await api.register(patient);
  if (form.consent) await api.save(consentOf(saved.id));
  return saved;
}

/** The search brings what was typed: digits are no name. */
function useAskedName(): Partial<Registration> {
  const state: unknown = useHistoryState();
  const asked = typeof state === 'string' ? state.trim() : '';
  if (/\d/.test(asked)) return {};
  const parts = asked.split(/\s+/);
  return parts.length > 1 ? { given: parts.slice(0, -1).join(' '), family: parts.at(-1) } : { family: asked };
}
