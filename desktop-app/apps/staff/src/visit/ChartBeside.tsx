import { useLingui } from '@holdfast/i18n';
import { type ReactNode, useCallback, useState } from 'react';
import { Router, useLocation } from 'wouter';
import ChartScreen from '../chart/ChartScreen';
import { useAbilities } from '../session/SessionContext';

/** Where the chart beside a visit is. Another screen opens it there too: see `showInChart`. */
const places = new EventTarget();

/** Opens a part of the chart that stands beside the visit: "notes/new". */
export const showInChart = (to: string) => places.dispatchEvent(new CustomEvent('show', { detail: to }));

/** The patient's chart, which moves by itself: the address stays the visit's. What leaves the chart leaves the visit's screen. */
export function ChartBeside({ patient }: { patient: string }) {
  const { i18n } = useLingui();
  const { seesPatients } = useAbilities();
  const [, leave] = useLocation();
  const [at, setAt] = useState(`/patients/${patient}`);
  const useChartLocation = useCallback((): [string, (to: string) => void] => {
    const go = (to: string) => {
      const isChart = to.startsWith(`/patients/${patient}`) && !to.includes('/print/');
      if (isChart) setAt(to);
      else leave(to);
    };
    return [at, go];
  }, [at, patient, leave]);
  if (!seesPatients) return null;
  const rest = at.slice(`/patients/${patient}`.length).replace(/^\//, '');
  return (
    <section className="visit-chart" aria-label={i18n.t('Chart')}>
      <Router hook={useChartLocation}>
        <Following onShow={(to) => setAt(`/patients/${patient}/${to}`)}>
          <ChartScreen key={patient} id={patient} rest={rest} />
        </Following>
      </Router>
    </section>
  );
}

function Following({ onShow, children }: { onShow: (to: string) => void; children: ReactNode }) {
  const ref = useCallback(
    (element: HTMLDivElement | null) => {
      if (!element) return;
      const show = (event: Event) => onShow((event as CustomEvent<string>).detail);
      places.addEventListener('show', show);
      return () => places.removeEventListener('show', show);
    },
    [onShow],
  );
  return <div ref={ref}>{children}</div>;
}
