import type { Person } from '../messages';
import type { SealFault } from './sframe';

/** How the end-to-end encryption of a visit stands, in a word for which a page has words. */
export type SealState =
  | { is: 'off' }
  /** The link has no secret, or one that is cut short. */
  | { is: 'no-secret' }
  /** This browser cannot. */
  | { is: 'cannot' }
  | { is: 'on'; phrase: number[] }
  /** Somebody has another secret: neither side sees or hears the other. */
  | { is: 'other-secret'; phrase: number[]; names: string[] };

export interface SealSeen {
  sealed: boolean;
  can: boolean;
  secret?: { check: string; phrase: number[] };
  me?: string;
  people: readonly Person[];
  /** By member: frames opened, and not, of late. */
  counts: ReadonlyMap<string, { opened: number; failed: number; fault?: SealFault }>;
}

/** So many frames fail before it is said: the first ones of a new key may be lost. */
const SURE = 20;

export function sealStateOf({ sealed, can, secret, me, people, counts }: SealSeen): SealState {
  if (!sealed) return { is: 'off' };
  if (!can) return { is: 'cannot' };
  if (!secret) return { is: 'no-secret' };
  const others = people.filter(
    ({ member, state, seal }) =>
      member !== me &&
      state === 'in' &&
      // The frames are proof; what the node says of the secret is only sooner.
      (isFailing(counts.get(member)) || (seal !== undefined && seal !== secret.check && !counts.get(member)?.opened)),
  );
  if (others.length === 0) return { is: 'on', phrase: secret.phrase };
  return { is: 'other-secret', phrase: secret.phrase, names: others.map(({ name }) => name) };
}

const isFailing = (count: { opened: number; failed: number } | undefined) =>
  count !== undefined && count.failed >= SURE && count.failed > count.opened;
