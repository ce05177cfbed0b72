import type { Role, Session, Setup } from '@holdfast/api';
import { createContext, use } from 'react';

export interface SessionState {
  session: Session;
  setup: Setup;
  /** Hides the screen and asks for a PIN; what is on it stays as it is. */
  lock: () => void;
}

export const SessionContext = createContext<SessionState | null>(null);

/** Who is signed in. Only below the gate. */
export function useSession(): SessionState {
  const state = use(SessionContext);
  if (!state) throw new Error('no session: this is rendered outside of the gate');
  return state;
}

const TREATS: readonly string[] = ['nurse', 'clinician', 'pharmacist', 'system'];
const MANAGES: readonly string[] = ['manager', 'admin'];

/** What somebody's work brings onto the screen. What they may do is decided by the host, each time. */
export function abilitiesOf({ user, mode, keeps }: Session) {
  const has = (roles: readonly string[]) => user.roles.some((role: Role | 'system') => roles.includes(role));
  return {
    seesCharts: has(TREATS),
    seesPatients: has([...TREATS, 'front-desk', 'manager']),
    seesSchedule: has([...TREATS, 'front-desk', 'manager']),
    managesPeople: has(MANAGES),
    readsTrail: has(MANAGES),
    writes: mode === 'full',
    /** Whether they book, move and check in. */
    books: mode === 'full' && keeps.includes('Appointment'),
    /** Whether they add and change records of this type. */
    keeps: (kind: string) => keeps.includes(kind),
  };
}

export function useAbilities() {
  return abilitiesOf(useSession().session);
}
