import { useLingui } from '@holdfast/i18n';
import { NativeSelect } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { Contained } from '../../problems/Failed';
import { ageOn } from '../../time/age';
import { today } from '../../time/dates';
import { useChart } from '../ChartContext';
import { GROWN_AT } from '../growth/growth';
import { LastVitals } from './LastVitals';
import { VitalsEntry } from './VitalsEntry';
import { LOINC, VITALS, vitalName } from './vitals';

const Trend = lazy(() => import('../results/Trend'));
const Growth = lazy(() => import('../growth/Growth'));

/** Stands for weight and height by age, where others are codes. */
const GROWTH = 'growth';

/** Vital signs: the last ones, their course, and the form that enters new ones. */
export default function Vitals({ adding, item }: { adding: boolean; item: string }) {
  const { i18n } = useLingui();
  const { chart, go } = useChart();
  const { birthDate } = chart.patient.resource;
  const age = ageOn(birthDate, today());
  const grows = age !== undefined && age.years < GROWN_AT;
  const [shown, setShown] = useState(grows ? GROWTH : '8480-6');
  const courses = VITALS.map(({ code }) => ({ value: code, label: vitalName(i18n, code) }));
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
              value={shown}
              onChange={(event) => setShown(event.currentTarget.value)}
              data={grows ? [{ value: GROWTH, label: i18n.t('Growth') }, ...courses] : courses}
            />
          </header>
          <div className="body">
            <Contained key={shown}>
              <Suspense>
                {shown === GROWTH && birthDate ? (
                  <Growth birthDate={birthDate} />
                ) : (
                  <Trend code={`${LOINC}|${shown}`} name={vitalName(i18n, shown)} />
                )}
              </Suspense>
            </Contained>
          </div>
        </section>
      </div>
      {adding && <VitalsEntry own={item.split('~')[1]} onClose={() => go('vitals')} />}
    </>
  );
}
