import { api, type Consent, path } from '@holdfast/api';
import { type I18n, useLingui, useLocale } from '@holdfast/i18n';
import { Mark, type MarkKind, Panel, useToast } from '@holdfast/ui';
import { Button, Skeleton } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { textOf } from '../../fhir/words';
import { aboutOf, type ConsentState, consentOf, stateOf } from '../../patients/consent';
import { Failed } from '../../problems/Failed';
import { useAbilities } from '../../session/SessionContext';
import { showDate, today } from '../../time/dates';
import { useChart } from '../ChartContext';
import type { Saveable } from '../useSave';

const MOST = 50;

/** What the patient has agreed to and what not; it can be withdrawn at any time, and what was said before stays readable. */
export function Consents() {
  const { i18n } = useLingui();
  const { id } = useChart();
  const writes = useAbilities().keeps('Consent');
  const client = useQueryClient();
  const say = useToast();
  const key = ['consents', id];
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.search<Consent>(path('Consent', { patient: id, _count: MOST }), signal),
  });
  const save = useMutation({
    mutationFn: (consent: Consent & Saveable) => api.save(consent, consent.meta?.versionId),
    onSuccess: () => say({ text: i18n.t('Saved: consent') }),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
  const known = (query.data?.entry ?? []).flatMap(({ resource }) => {
    const state = resource && stateOf(resource, today());
    return resource && state ? [{ consent: resource, state }] : [];
  });
  known.sort((a, b) => (b.consent.dateTime ?? '').localeCompare(a.consent.dateTime ?? ''));
  const withdraw = (consent: Consent) => save.mutate({ ...consent, status: 'inactive' } as Consent & Saveable);
  const isMissing =
    query.isSuccess && !known.some(({ consent, state }) => state === 'given' && aboutOf(consent) === 'treatment');
  return (
    <Panel
      title={i18n.t('Consent')}
      flush
      actions={
        writes &&
        isMissing && (
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => save.mutate(consentOf(id))}
            loading={save.isPending}
          >
            {i18n.t('Record consent')}
          </Button>
        )
      }
    >
      {query.isPending && <Skeleton height={48} m="sm" />}
      {query.isError && <Failed error={query.error} retry={query.refetch} />}
      {query.isSuccess && known.length === 0 && (
        <p className="empty">{i18n.t('Nothing recorded. Ask whether the clinic may keep a record.')}</p>
      )}
      <ul className="rows">
        {known.map(({ consent, state }) => (
          <Line
            key={consent.id}
            consent={consent}
            state={state}
            onWithdraw={writes && state === 'given' ? () => withdraw(consent) : undefined}
          />
        ))}
      </ul>
      {save.isError && <Failed error={save.error} />}
    </Panel>
  );
}

function Line({ consent, state, onWithdraw }: { consent: Consent; state: ConsentState; onWithdraw?: () => void }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const [kind, words] = stateWords(i18n)[state];
  return (
    <li>
      <span>
        <bdi>{subjectWords(i18n, consent)}</bdi>
        <br />
        <Mark kind={kind}>{words}</Mark> <span className="soft small">{showDate(consent.dateTime, locale)}</span>
      </span>
      {onWithdraw && (
        <span className="end">
          <Button size="compact-xs" variant="default" onClick={onWithdraw}>
            {i18n.t('Withdraw')}
          </Button>
        </span>
      )}
    </li>
  );
}

function subjectWords(i18n: I18n, consent: Consent): string {
  const about = aboutOf(consent);
  if (about === 'treatment') return i18n.t('The clinic keeps and uses a record');
  if (about === 'sharing') return i18n.t('Others who treat the patient see the record');
  return textOf(consent.policyRule) || textOf(consent.category?.[0]) || textOf(consent.scope);
}

function stateWords(i18n: I18n): Record<ConsentState, [MarkKind, string]> {
  return {
    given: ['ok', i18n.t('Agrees')],
    refused: ['danger', i18n.t('Does not agree')],
    withdrawn: ['off', i18n.t('Withdrawn')],
    waiting: ['busy', i18n.t('Asked, no answer yet')],
  };
}
