import './schedule.css';
import { useLingui } from '@holdfast/i18n';
import { Skeleton } from '@mantine/core';
import { Suspense, useEffect, useRef } from 'react';
import { Link, Redirect } from 'wouter';
import { ahead, type Part, part } from '../app/part';
import { Contained } from '../problems/Failed';
import { useAbilities } from '../session/SessionContext';
import { today } from '../time/dates';
import { UndoProvider } from '../undo/UndoProvider';
import { partsOf } from './parts';
import { useDay } from './useDay';

const PARTS: Record<string, Part<{ rest: string[] }>> = {
  day: part(() => import('./day/DayView')),
  rooms: part(() => import('./day/RoomView')),
  week: part(() => import('./week/WeekView')),
  flow: part(() => import('./flow/FlowBoard')),
  waiting: part(() => import('./waitlist/Waitlist')),
  requests: part(() => import('./waitlist/Requests')),
  setup: part(() => import('./setup/Setup')),
  rights: part(() => import('./rights/RightsView')),
  demand: part(() => import('./demand/DemandView')),
  print: part(() => import('./print/DayPrint')),
};

/** The schedule: `rest` is the part of the address behind it, what is shown and of which day. */
export default function ScheduleScreen({ rest }: { rest: string }) {
  const { i18n } = useLingui();
  const { managesPeople } = useAbilities();
  const [name = '', ...more] = rest.split('/').map(decodeURIComponent);
  useEffect(() => ahead([PARTS.day, PARTS.rooms, PARTS.flow, PARTS.week].filter((one) => one !== undefined)), []);
  const Shown = PARTS[name];
  const isOpen = managesPeople || !['setup', 'rights', 'demand'].includes(name);
  if (name === '') return <Redirect to="/schedule/day" replace />;
  return (
    <UndoProvider>
      <div className="schedule">
        <Tabs current={name} />
        <Contained key={name}>
          <Suspense fallback={<Skeleton height={320} m="md" w="auto" />}>
            {Shown && isOpen ? (
              <Shown rest={more} />
            ) : (
              <p className="empty">{i18n.t('There is no such part of the schedule.')}</p>
            )}
          </Suspense>
        </Contained>
      </div>
    </UndoProvider>
  );
}

function Tabs({ current }: { current: string }) {
  const { i18n } = useLingui();
  const { managesPeople } = useAbilities();
  const { data } = useDay(today());
  const bar = useRef<HTMLElement>(null);
  // On a narrow screen not all of them are seen at once.
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each part that is opened.
  useEffect(() => {
    bar.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [current]);
  const counts: Record<string, number | undefined> = { waiting: data?.waitlist, requests: data?.requests };
  return (
    <nav ref={bar} className="tabs no-print" aria-label={i18n.t('Parts of the schedule')}>
      <ul>
        {partsOf(i18n, managesPeople).map(({ path, name }) => (
          <li key={path}>
            <Link href={`/schedule/${path}`} aria-current={path === current ? 'page' : undefined}>
              {name}
              {(counts[path] ?? 0) > 0 && <span className="tab-count number">{counts[path]}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
