import type { Observation } from '@holdfast/api';
import { type I18n, useLingui } from '@holdfast/i18n';
import { Mark, type MarkKind, Panel, ScrollX } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { quantityText, rangeText, textOf } from '../../fhir/words';
import { Contained } from '../../problems/Failed';
import { When } from '../../time/When';
import { useChart } from '../ChartContext';
import { SavedMark } from '../SavedMark';

const Trend = lazy(() => import('./Trend'));

/** Laboratory results with their flags; one of them as a course. */
export default function Results() {
  const { i18n } = useLingui();
  const { chart } = useChart();
  const [shown, setShown] = useState<{ code: string; name: string }>();
  return (
    <div className={shown ? 'with-side' : undefined}>
      <Panel title={i18n.t('Results')} flush>
        {chart.results.length === 0 && (
          <p className="empty">{i18n.t('No results yet. They appear here as the laboratory sends them.')}</p>
        )}
        {chart.results.length > 0 && (
          <ScrollX label={i18n.t('Results')}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{i18n.t('Test')}</th>
                  <th scope="col" className="end">
                    {i18n.t('Value')}
                  </th>
                  <th scope="col">{i18n.t('Flag')}</th>
                  <th scope="col">{i18n.t('Normal')}</th>
                  <th scope="col">{i18n.t('When')}</th>
                  <th scope="col">{i18n.t('State')}</th>
                  <th scope="col">
                    <span className="unseen">{i18n.t('Action')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {chart.results.map((record) => (
                  <tr key={record.resource.id}>
                    <th scope="row" dir="auto">
                      {textOf(record.resource.code)}
                    </th>
                    <td className="end number">
                      <bdi dir="ltr">{valueText(record.resource)}</bdi>
                    </td>
                    <td>
                      <Flag observation={record.resource} />
                    </td>
                    <td className="number soft">
                      <bdi dir="ltr">{rangeOf(record.resource)}</bdi>
                    </td>
                    <td className="number">
                      <When at={record.resource.effectiveDateTime ?? record.resource.issued} />
                    </td>
                    <td>
                      <SavedMark record={record} />
                    </td>
                    <td className="end">
                      <CourseButton observation={record.resource} onShow={setShown} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollX>
        )}
      </Panel>
      {shown && (
        <Panel title={shown.name} className="side">
          <Contained key={shown.code}>
            <Suspense>
              <Trend code={shown.code} name={shown.name} />
            </Suspense>
          </Contained>
        </Panel>
      )}
    </div>
  );
}

function CourseButton({
  observation,
  onShow,
}: {
  observation: Observation;
  onShow: (shown: { code: string; name: string }) => void;
}) {
  const { i18n } = useLingui();
  const coding = observation.code.coding?.[0];
  const name = textOf(observation.code);
  if (!coding?.code || observation.valueQuantity === undefined) return null;
  return (
    <Button
      size="compact-xs"
      variant="default"
      onClick={() => onShow({ code: `${coding.system ?? ''}|${coding.code}`, name })}
      aria-label={i18n.t('Course of {name}', { name })}
    >
      {i18n.t('Course')}
    </Button>
  );
}

function valueText(observation: Observation): string {
  return (
    quantityText(observation.valueQuantity) ||
    textOf(observation.valueCodeableConcept) ||
    (observation.valueString ?? '')
  );
}

function rangeOf({ referenceRange }: Observation): string {
  const range = referenceRange?.[0];
  if (!range) return '';
  if (range.text) return range.text;
  const [low, high] = [range.low, range.high].map((end) => quantityText(end && { ...end, unit: undefined }));
  return rangeText(low, high);
}

function Flag({ observation }: { observation: Observation }) {
  const { i18n } = useLingui();
  const code = observation.interpretation?.[0]?.coding?.[0]?.code;
  const found = code && flagWords(i18n, code);
  if (!found) return null;
  return <Mark kind={found[0]}>{found[1]}</Mark>;
}

function flagWords(i18n: I18n, code: string): [MarkKind, string] | undefined {
  const words: Record<string, [MarkKind, string]> = {
    N: ['ok', i18n.t('Normal')],
    H: ['warn', i18n.t('High')],
    L: ['warn', i18n.t('Low')],
    HH: ['danger', i18n.t('Critically high')],
    LL: ['danger', i18n.t('Critically low')],
    A: ['warn', i18n.t('Abnormal')],
    AA: ['danger', i18n.t('Critically abnormal')],
    POS: ['warn', i18n.t('Positive')],
    NEG: ['ok', i18n.t('Negative')],
  };
  return words[code];
}
