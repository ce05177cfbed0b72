import { api, type DesktopSetup, onSignedOut, Problem, type Session } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Toasts } from '@holdfast/ui';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { Contained, Failed } from '../problems/Failed';
import { EnrolDesktop } from './EnrolDesktop';
import { Entrance } from './Entrance';
import { FirstRun } from './FirstRun';
import { flushAll } from './leaving';
import { rememberPerson } from './recentPeople';
import { SessionContext } from './SessionContext';
import { SignIn } from './SignIn';
import { useIdle } from './useIdle';

const Workplace = lazy(() => import('../shell/Workplace'));

/** A desk in a busy corridor: long enough to turn to a patient, short enough that nobody else reads on. */
const IDLE_MS = 5 * 60_000;

async function currentSession(): Promise<Session | null> {
  try {
    return await api.session();
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}

/** First run, sign-in, or the work of who is signed in. */
export function Gate() {
  const { i18n } = useLingui();
  const client = useQueryClient();
  const setup = useQuery({ queryKey: ['setup'], queryFn: api.setup, staleTime: 0 });
  const first = useQuery({ queryKey: ['session'], queryFn: currentSession, staleTime: Number.POSITIVE_INFINITY });
  // Who was last signed in: their screen stays, hidden, while it is locked.
  const [known, setKnown] = useState<Session | null>(null);
  const [isLocked, setLocked] = useState(false);
  const session = known ?? first.data ?? null;

  const lock = useCallback(async () => {
    setLocked(true);
    await flushAll();
    await api.signOut().catch(() => undefined);
  }, []);
  useEffect(() => onSignedOut(() => setLocked(true)), []);
  useIdle(IDLE_MS, lock, session !== null && !isLocked);

  const enter = (next: Session) => {
    rememberPerson(next.user);
    if (next.user.id !== session?.user.id) {
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'setup' && queryKey[0] !== 'session' });
      window.location.hash = '/';
    }
    setKnown(next);
    setLocked(false);
    client.invalidateQueries();
  };

  const state = useMemo(
    () => session && setup.data && { session, setup: setup.data, lock },
    [session, setup.data, lock],
  );

  if (setup.isError)
    return (
      <Entrance>
        <Failed error={setup.error} retry={setup.refetch} />
      </Entrance>
    );
  if (first.isError)
    return (
      <Entrance>
        <Failed error={first.error} retry={first.refetch} />
      </Entrance>
    );
  if (!setup.data || first.isPending) return <Entrance />;
  const { enrolled }: DesktopSetup = setup.data;
  if (enrolled === false) return <EnrolDesktop onDone={() => client.invalidateQueries()} />;
  if (setup.data.needsFirstAdmin && !session) return <FirstRun setup={setup.data} onDone={enter} />;
  return (
    <>
      {state && (
        <div hidden={isLocked} inert={isLocked} key={state.session.user.id}>
          <SessionContext value={state}>
            <Toasts closeLabel={i18n.t('Close')} label={i18n.t('Messages')}>
              <Contained>
                <Suspense>
                  <Workplace active={!isLocked} />
                </Suspense>
              </Contained>
            </Toasts>
          </SessionContext>
          {/* Dialogs and menus open in here, so that the lock hides them too. */}
          <div id="overlays" />
        </div>
      )}
      {(!session || isLocked) && <SignIn setup={setup.data} locked={isLocked ? session : null} onDone={enter} />}
    </>
  );
}
