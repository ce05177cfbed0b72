import './chart.css';
import { useLingui } from '@holdfast/i18n';
import { useShortcut } from '@holdfast/ui';
import { Skeleton } from '@mantine/core';
import { Suspense, useEffect, useMemo, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { ahead, type Part, part } from '../app/part';
import { Contained, Failed } from '../problems/Failed';
import { useAbilities } from '../session/SessionContext';
import { BreakGlass } from './BreakGlass';
import { ChartContext, useChartQuery } from './ChartContext';
import { ChartHeader } from './ChartHeader';
import { type ChartAction, chartActionsOf, type Section, sectionsOf } from './chartActions';
import { mayBeKeptBack } from './glass';
import { Overview } from './Overview';

const SECTIONS: Record<string, Part<{ adding: boolean; item: string }>> = {
  notes: part(() => import('./notes/Notes')),
  vitals: part(() => import('./vitals/Vitals')),
  problems: part(() => import('./problems/Problems')),
  allergies: part(() => import('./allergies/Allergies')),
  medicines: part(() => import('./medicines/Medicines')),
  results: part(() => import('./results/Results')),
  immunizations: part(() => import('./immunizations/Immunizations')),
  documents: part(() => import('./documents/Documents')),
  family: part(() => import('./family/Family')),
  timeline: part(() => import('./timeline/Timeline')),
  details: part(() => import('./details/Details')),
};

/** One patient's chart. `rest` is the part of the address behind the patient's: section, and what of it. */
export default function ChartScreen({ id, rest }: { id: string; rest: string }) {
  const query = useChartQuery(id);
  const { seesPatients } = useAbilities();
  useEffect(() => ahead(Object.values(SECTIONS)), []);
  const [, go] = useLocation();
  const chart = query.data;
  const state = useMemo(() => chart && { id, chart, go: (to: string) => go(`/patients/${id}/${to}`) }, [id, chart, go]);
  if (query.isError && !chart) {
    return mayBeKeptBack(query.error, seesPatients) ? (
      <BreakGlass id={id} error={query.error} onOpen={query.refetch} retry={query.refetch} />
    ) : (
      <Failed error={query.error} retry={query.refetch} />
    );
  }
  if (!state) return <Waiting />;
  const [section = '', item = ''] = rest.split('/');
  return (
    <ChartContext value={state}>
      <Contained>
        <ChartHeader />
      </Contained>
      <Tabs current={section} id={id} />
      <div className="screen chart-body">
        <Contained key={section}>
          <Suspense fallback={<Skeleton height={320} />}>
            <SectionOf section={section} item={item} />
          </Suspense>
        </Contained>
      </div>
    </ChartContext>
  );
}

function Waiting() {
  return (
    <div aria-hidden>
      <Skeleton height={76} radius={0} />
      <Skeleton height={38} mt={1} radius={0} />
      <Skeleton height={380} m="md" w="auto" />
    </div>
  );
}

function SectionOf({ section, item }: { section: string; item: string }) {
  const { i18n } = useLingui();
  const { seesCharts } = useAbilities();
  const shown = seesCharts ? section : 'details';
  const Found = SECTIONS[shown];
  if (shown === '') return <Overview />;
  if (!Found) return <p className="empty">{i18n.t('There is no such part of a chart.')}</p>;
  return <Found adding={item.split('~')[0] === 'new'} item={item} />;
}

function Tabs({ current, id }: { current: string; id: string }) {
  const { i18n } = useLingui();
  const { keeps, seesCharts } = useAbilities();
  const sections = sectionsOf(i18n).filter(({ path }) => seesCharts || path === 'details');
  const here = seesCharts ? current : 'details';
  return (
    <nav className="tabs no-print" aria-label={i18n.t('Parts of the chart')}>
      <ul>
        {sections.map((section) => (
          <Tab key={section.path} section={section} id={id} isHere={section.path === here} />
        ))}
      </ul>
      {seesCharts &&
        chartActionsOf(i18n)
          .filter(({ kind }) => keeps(kind))
          .map((action) => <Shortcut key={action.to} action={action} id={id} />)}
    </nav>
  );
}

function Tab({ section, id, isHere }: { section: Section; id: string; isHere: boolean }) {
  const place = useRef<HTMLLIElement>(null);
  // On a small screen the tabs are a strip, in which the current one has to be seen.
  useEffect(() => {
    if (isHere) place.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [isHere]);
  return (
    <li ref={place}>
      <Link href={`/patients/${id}${section.path && `/${section.path}`}`} aria-current={isHere ? 'page' : undefined}>
        {section.name}
      </Link>
    </li>
  );
}

function Shortcut({ action, id }: { action: ChartAction; id: string }) {
  const [, go] = useLocation();
  useShortcut(action.keys, () => go(`/patients/${id}/${action.to}`));
  return null;
}
