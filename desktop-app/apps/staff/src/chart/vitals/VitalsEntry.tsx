import './vitals.css';
import { api } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import { NativeSelect, Skeleton, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { newId } from '../../app/newId';
import { DraftMark } from '../../drafts/DraftMark';
import { useDraft } from '../../drafts/useDraft';
import { WhenField } from '../../forms/WhenField';
import { faultOfWhen, instantOfWhen, type When, whenOf } from '../../forms/when';
import { Failed } from '../../problems/Failed';
import { useSession } from '../../session/SessionContext';
import { nowInstant } from '../../time/dates';
import { useChart } from '../ChartContext';
import { FormDialog } from '../FormDialog';
import { authorOf, openVisitOf } from '../references';
import { useSave } from '../useSave';
import { mustConfirm, questionText } from './questions';
import {
  CONSCIOUSNESS,
  faultsOf,
  LEVELS,
  levelName,
  newsWords,
  observationsOf,
  VITALS,
  type VitalsForm,
  valuesOf,
  vitalName,
} from './vitals';

const PAUSE_MS = 250;
/** Until then a draft that goes on is the same round of measuring. */
const STALE_MS = 10 * 60_000;

interface Kept {
  /** One for the whole form; each observation's id is made of it, so that a repeated save makes no second one. */
  ids: Record<string, string>;
  form: VitalsForm;
  /** When it was measured, if somebody has said so. */
  when?: When;
  /** When the first value was typed. */
  begun?: string;
  /** The time with which it was first saved so: saved again after an answer was lost, it is the same record. */
  at?: string;
}

/** Enters vital signs. What can hardly be right is asked about, never refused: some patients are that ill. */
export function VitalsEntry({ own, onClose }: { own?: string; onClose: () => void }) {
  const { i18n } = useLingui();
  const { session } = useSession();
  const { id, chart } = useChart();
  const save = useSave(id);
  const [fresh] = useState<Kept>(() => ({ ids: idsOf(newId()), form: {} }));
  const draft = useDraft<Kept>({
    key: own ? `vitals:${id}~${own}` : `vitals:${id}`,
    form: 'vitals',
    patient: id,
    initial: fresh,
    apart: (kept, id) => ({ ...kept, ids: idsOf(id), at: undefined }),
  });
  const kept = draft.value;
  const { ids, form } = kept;
  const when = kept.when ?? whenBegun(kept.begun, draft.isResumed);
  const { check, isFresh } = useCheck(form, chart.patient.resource.birthDate, chart.patient.resource.gender);
  const all = check.data?.questions ?? [];
  const questions = all.filter(mustConfirm);
  const asked = JSON.stringify([questions, form]);
  const [confirmed, setConfirmed] = useState('');
  const faults = faultsOf(form);
  const at = kept.at ?? instantOfWhen(when, new Date());
  const observations = observationsOf(form, {
    patient: id,
    at,
    // What was measured before somebody came is none of this visit.
    encounter: openVisitOf(chart, new Date(at).getTime()),
    author: [authorOf(session)],
    idOf: (code) => ids[code] ?? newId(),
  });
  const set = (code: string, value: string) =>
    draft.change({ ...kept, form: { ...form, [code]: value }, begun: kept.begun ?? nowInstant(), at: undefined });
  const store = async () => {
    if (questions.length > 0 && confirmed !== asked) {
      setConfirmed(asked);
      return;
    }
    draft.change({ ...kept, at });
    onClose();
    const isSaved = await save({ resources: observations, what: i18n.t('Saved: vitals') });
    if (isSaved) await draft.drop();
  };
  const isNoTime = faultOfWhen(when, new Date()) !== undefined;
  const mustWait = observations.length > 0 && !isFresh && !check.isError;
  const news = check.data?.news2 && isFresh ? newsWords(i18n, check.data.news2) : undefined;
  if (draft.isLoading) return <Skeleton height={1} />;
  return (
    <FormDialog
      title={i18n.t('Enter vitals')}
      size="xl"
      isKept
      onClose={onClose}
      onSave={store}
      incomplete={observations.length === 0 || faults.length > 0 || mustWait || isNoTime}
      saveLabel={questions.length > 0 && confirmed === asked ? i18n.t('Yes, save it as measured') : i18n.t('Save')}
    >
      {draft.isResumed && <Mark kind="off">{i18n.t('Goes on from your draft')}</Mark>}
      <WhenField
        label={i18n.t('When it was measured')}
        value={when}
        onChange={(chosen) => draft.change({ ...kept, when: chosen, begun: chosen && kept.begun, at: undefined })}
      />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: leaving any of its fields keeps the draft. */}
      <div className="vital-fields" onBlur={draft.flush}>
        {VITALS.map(({ code, unit }, index) => (
          <TextInput
            key={code}
            label={vitalName(i18n, code)}
            inputMode="decimal"
            autoComplete="off"
            dir="ltr"
            rightSection={<span className="soft small">{unit}</span>}
            rightSectionWidth={58}
            data-autofocus={index === 0 || undefined}
            value={form[code] ?? ''}
            onChange={(event) => set(code, event.currentTarget.value)}
            error={faults.includes(code) ? i18n.t('A number, please') : undefined}
          />
        ))}
        <NativeSelect
          label={vitalName(i18n, CONSCIOUSNESS)}
          value={form[CONSCIOUSNESS] ?? ''}
          onChange={(event) => set(CONSCIOUSNESS, event.currentTarget.value)}
          data={[
            { value: '', label: i18n.t('Not looked at') },
            ...LEVELS.map((value) => ({ value, label: levelName(i18n, value) })),
          ]}
        />
      </div>
      <div role="status" className="stack">
        {news && (
          <p className={`told ${news.kind}`}>
            <Mark kind={news.kind}>{news.text}</Mark>
          </p>
        )}
        {all.map((question) => (
          <p key={question.code + question.text} className={mustConfirm(question) ? 'told warn' : 'told'}>
            {mustConfirm(question) ? (
              <Mark kind="warn">{i18n.t('Is this right?')}</Mark>
            ) : (
              <Mark kind="off">{i18n.t('Unusual')}</Mark>
            )}{' '}
            <bdi>{questionText(i18n, question, form)}</bdi>
          </p>
        ))}
      </div>
      {check.isError && <Failed error={check.error} />}
      <DraftMark draft={draft} />
    </FormDialog>
  );
}

/** What was typed a while ago was measured then: a draft that goes on is not of now. */
function whenBegun(begun: string | undefined, isResumed: boolean): When | undefined {
  if (!begun || !isResumed || Date.now() - new Date(begun).getTime() < STALE_MS) return undefined;
  return whenOf(new Date(begun));
}

function idsOf(id: string): Record<string, string> {
  const codes = new Set([...VITALS.map(({ code, panel }) => panel ?? code), CONSCIOUSNESS]);
  return Object.fromEntries([...codes].map((code) => [code, `${id}-${code}`]));
}

function useCheck(form: VitalsForm, birthDate: string | undefined, gender: string | undefined) {
  const now = JSON.stringify({ birthDate, gender, vitals: valuesOf(form) });
  const [calm] = useDebouncedValue(now, PAUSE_MS);
  const check = useQuery({
    queryKey: ['vitals-check', calm],
    queryFn: ({ signal }) => api.checkVitals(JSON.parse(calm), signal),
    enabled: JSON.parse(calm).vitals.length > 0,
  });
  return { check, isFresh: calm === now && !check.isPending };
}
