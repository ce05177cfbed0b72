import './shell.css';
import { useLingui } from '@holdfast/i18n';
import { TOAST_MS, useShortcut } from '@holdfast/ui';
import { Skeleton } from '@mantine/core';
import { Suspense, useEffect, useRef, useState } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { ahead, part } from '../app/part';
import { Contained } from '../problems/Failed';
import { useAbilities, useSession } from '../session/SessionContext';
import { UndoProvider } from '../undo/UndoProvider';
import { VisitBar } from '../visit/VisitBar';
import { ContinuityBanner } from './ContinuityBanner';
import { ContinuityProvider } from './ContinuityProvider';
import { Rail } from './Rail';
import { Screen } from './Screen';
import { SearchDialog } from './SearchDialog';
import { ShortcutList } from './ShortcutList';
import { TopBar } from './TopBar';
import { workspacesOf } from './workspaces';

const Today = part(() => import('../today/Today'));
const Register = part(() => import('../patients/Register'));
const ChartScreen = part(() => import('../chart/ChartScreen'));
const EncounterPrint = part(() => import('../print/EncounterPrint'));
const SummaryPrint = part(() => import('../print/SummaryPrint'));
const ScheduleScreen = part(() => import('../schedule/ScheduleScreen'));
const VisitScreen = part(() => import('../visit/VisitScreen'));
const Conflicts = part(() => import('../conflicts/Conflicts'));
const People = part(() => import('../people/People'));
const ReviewQueue = part(() => import('../people/ReviewQueue'));
const Trail = part(() => import('../audit/Trail'));
const LinkPage = part(() => import('./LinkPage'));
const ChangePin = part(() => import('../session/ChangePin'));

/** Everything that somebody who is signed in sees. */
export default function Workplace({ active }: { active: boolean }) {
  const { i18n } = useLingui();
  const { session, lock } = useSession();
  const abilities = useAbilities();
  const [, go] = useLocation();
  const [dialog, setDialog] = useState<'search' | 'shortcuts' | null>(null);
  const close = () => setDialog(null);
  useEffect(
    () => (abilities.seesPatients ? ahead([ChartScreen, Today, Register]) : undefined),
    [abilities.seesPatients],
  );
  const search = () => {
    // Whoever searches will open a chart: its program is here before a name is typed.
    ChartScreen.fetch().catch(() => undefined);
    setDialog('search');
  };
  useShortcut('mod+k', search, active && abilities.seesPatients);
  useShortcut('?', () => setDialog('shortcuts'), active);
  useShortcut('mod+shift+l', lock, active);
  return (
    <ContinuityProvider active={active}>
      {/* By key only what its message still tells of: nobody takes back what is out of sight. */}
      <UndoProvider lastsMs={TOAST_MS} active={active}>
        <div className="shell">
          <button type="button" className="skip" onClick={focusMain}>
            {i18n.t('Skip to the content')}
          </button>
          <Rail workspaces={workspacesOf(i18n, abilities)} active={active} />
          <div className="stage">
            <TopBar onSearch={search} onShortcuts={() => setDialog('shortcuts')} />
            <ContinuityBanner />
            <VisitBar />
            {session.mode === 'read-only' && (
              <p className="banner warn" role="status">
                {i18n.t(
                  'You can read, and not change anything: your sign-in was not confirmed by head office for too long.',
                )}
              </p>
            )}
            <Main />
          </div>
        </div>
        {dialog === 'search' && (
          <SearchDialog
            onClose={close}
            onGo={(to, name) => {
              close();
              go(to, { state: name });
            }}
          />
        )}
        {dialog === 'shortcuts' && <ShortcutList onClose={close} />}
      </UndoProvider>
    </ContinuityProvider>
  );
}

function focusMain() {
  document.getElementById('main')?.focus();
}

function Main() {
  const [location] = useLocation();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const screen = location.split('/').slice(0, 3).join('/');
  // A new screen is read from its start, by screen readers too; the first one leaves the focus where the browser has it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it runs when the screen changes.
  useEffect(() => {
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
    main.current?.scrollTo(0, 0);
  }, [screen]);
  return (
    <main id="main" ref={main} tabIndex={-1}>
      <Contained key={screen}>
        <Suspense fallback={<Waiting />}>
          <Screens />
        </Suspense>
      </Contained>
    </main>
  );
}

function Waiting() {
  return <Skeleton height={240} m="md" aria-hidden />;
}

function Screens() {
  const { managesPeople, readsTrail, seesPatients, seesSchedule } = useAbilities();
  return (
    <Switch>
      <Route path="/">{seesPatients ? <Today /> : <Redirect to="/people" />}</Route>
      {seesSchedule && <Route path="/schedule/*?">{({ '*': rest }) => <ScheduleScreen rest={rest ?? ''} />}</Route>}
      {seesPatients && (
        <Route path="/visit/:id/:secret?">{({ id, secret }) => <VisitScreen key={id} id={id} secret={secret} />}</Route>
      )}
      <Route path="/register/:id?" component={Register} />
      <Route path="/patients/:id/print/summary">{({ id }) => <SummaryPrint id={id} />}</Route>
      <Route path="/patients/:id/print/encounter/:encounter">
        {({ id, encounter }) => <EncounterPrint id={id} encounter={encounter} />}
      </Route>
      <Route path="/patients/:id/*?">{({ id, '*': rest }) => <ChartScreen key={id} id={id} rest={rest ?? ''} />}</Route>
      <Route path="/conflicts/:type?/:id?" component={Conflicts} />
      <Route path="/link" component={LinkPage} />
      <Route path="/pin" component={ChangePin} />
      {managesPeople && <Route path="/people" component={People} />}
      {managesPeople && <Route path="/review" component={ReviewQueue} />}
      {readsTrail && <Route path="/trail/:patient?" component={Trail} />}
      <Route>
        <NotHere />
      </Route>
    </Switch>
  );
}

function NotHere() {
  const { i18n } = useLingui();
  return (
    <Screen title={i18n.t('Nothing is here')}>
      <p>{i18n.t('There is nothing at this address. Choose a workspace, or press Ctrl K to find a patient.')}</p>
    </Screen>
  );
}
