import type { ChartRecord, CodeableConcept, Condition } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { newId } from '../../app/newId';
import { textOf } from '../../fhir/words';
import { CodeField } from '../../forms/CodeField';
import { DateField } from '../../forms/DateField';
import { useSession } from '../../session/SessionContext';
import { nowInstant, today } from '../../time/dates';
import { useChart } from '../ChartContext';
import { FormDialog } from '../FormDialog';
import { enteredInError } from '../inError';
import { RecordPanel } from '../RecordPanel';
import { authorOf, subjectOf } from '../references';
import { type Saveable, useSave } from '../useSave';
import { ProblemRow } from './ProblemRow';
import { isOpenProblem } from './problem';

const CLINICAL = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
const VERIFIED = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';
const CATEGORY = 'http://terminology.hl7.org/CodeSystem/condition-category';

/** What is wrong, and what was. */
export default function Problems({ adding }: { adding: boolean }) {
  const { i18n } = useLingui();
  const { chart, id, go } = useChart();
  const save = useSave(id);
  const [edited, setEdited] = useState<ChartRecord<Condition>>();
  const close = () => {
    setEdited(undefined);
    if (adding) go('problems');
  };
  const setState = (problem: Condition, code: 'active' | 'resolved') =>
    save({
      resources: [
        {
          ...problem,
          clinicalStatus: { coding: [{ system: CLINICAL, code }] },
          abatementDateTime: code === 'resolved' ? today() : undefined,
        } as Saveable,
      ],
      what:
        code === 'resolved'
          ? i18n.t('{name} is over', { name: textOf(problem.code) })
          : i18n.t('{name} is open again', { name: textOf(problem.code) }),
    });
  const sorted = [...chart.problems, ...(chart.pastProblems ?? [])].sort(
    (a, b) => Number(isOpenProblem(b.resource)) - Number(isOpenProblem(a.resource)),
  );
  return (
    <>
      <RecordPanel
        title={i18n.t('Problems')}
        records={sorted}
        empty={i18n.t('No problems recorded yet.')}
        add={{ to: 'problems/new', label: i18n.t('Add a problem') }}
        row={({ resource }) => <ProblemRow problem={resource} />}
        actions={(record) => [
          { label: i18n.t('Edit'), run: () => setEdited(record) },
          isOpenProblem(record.resource)
            ? { label: i18n.t('It is over'), run: () => setState(record.resource, 'resolved') }
            : { label: i18n.t('Open it again'), run: () => setState(record.resource, 'active') },
          {
            label: i18n.t('Entered in error'),
            run: () =>
              save({
                resources: [enteredInError(record.resource) as Saveable],
                what: i18n.t('{name} is taken out of the chart', { name: textOf(record.resource.code) }),
              }),
          },
        ]}
      />
      {(adding || edited) && <ProblemForm edited={edited} onClose={close} />}
    </>
  );
}

function ProblemForm({ edited, onClose }: { edited?: ChartRecord<Condition>; onClose: () => void }) {
  const { i18n } = useLingui();
  const { session } = useSession();
  const { id } = useChart();
  const save = useSave(id);
  // What was on the screen when the form opened, whatever arrives meanwhile.
  const [opened] = useState(edited);
  const problem = opened?.resource;
  const [newRecord] = useState(newId);
  const [code, setCode] = useState<CodeableConcept>(problem?.code ?? {});
  const [onset, setOnset] = useState(problem?.onsetDateTime ?? '');
  const [note, setNote] = useState(problem?.note?.[0]?.text ?? '');
  const store = () => {
    const resource: Saveable = {
      ...(problem ?? {
        clinicalStatus: { coding: [{ system: CLINICAL, code: 'active' }] },
        verificationStatus: { coding: [{ system: VERIFIED, code: 'confirmed' }] },
        category: [{ coding: [{ system: CATEGORY, code: 'problem-list-item' }] }],
        recordedDate: nowInstant(),
        recorder: authorOf(session),
      }),
      resourceType: 'Condition',
      id: problem?.id ?? newRecord,
      subject: problem?.subject ?? subjectOf(id),
      code,
      onsetDateTime: onset || undefined,
      note: note.trim() ? [{ ...problem?.note?.[0], text: note.trim() }] : undefined,
    };
    save({
      resources: [resource],
      seen: opened && { [resource.id]: opened.version },
      what: i18n.t('Saved: {name}', { name: textOf(code) }),
    });
    onClose();
  };
  return (
    <FormDialog
      title={problem ? i18n.t('Edit the problem') : i18n.t('Add a problem')}
      onClose={onClose}
      onSave={store}
      incomplete={!code.text?.trim()}
    >
      <CodeField
        label={i18n.t('Problem')}
        description={i18n.t('ICD-10-CM, or your own words')}
        system="icd10cm"
        value={code}
        onChange={setCode}
        autoFocus
      />
      <DateField label={i18n.t('Since')} value={onset} onChange={setOnset} />
      <Textarea
        label={i18n.t('Remark')}
        dir="auto"
        autosize
        minRows={2}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
