import { useLingui } from '@holdfast/i18n';
import { NativeSelect } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { Contained } from '../../problems/Failed';
import { useChart } from '../ChartContext';
import { LastVitals } from './LastVitals';
import { VitalsEntry } from './VitalsEntry';
import { LOINC, VITALS, vitalName } from './vitals';

const Trend = lazy(() => import('../results/Trend'));

/** Vital signs: the last ones, their course, and the form that enters new ones. */
export default function Vitals({ adding }: { adding: boolean }) {
  const { i18n } = useLingui();
  const { go } = useChart();
  const [code, setCode] = useState('8480-6');
  return (
    <>
      <div className="with-side reversed">
        <div className="side">
          <LastVitals />
        </div>
        <section className="panel" aria-label={i18n.t('Course')}>
          <header>
            <h2>{i18n.t('Course')}</h2>
            <NativeSelect
              aria-label={i18n.t('Shown')}
              size="xs"
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
              data={VITALS.map((vital) => ({ value: vital.code, label: vitalName(i18n, vital.code) }))}
            />
          </header>
          <div className="body">
            <Contained key={code}>
              <Suspense>
                <Trend code={`${LOINC}|${code}`} name={vitalName(i18n, code)} />
              </Suspense>
            </Contained>
          </div>
        </section>
      </div>
      {adding && <VitalsEntry onClose={() => go('vitals')} />}
    </>
  );
}
