import type { PathFound } from '@holdfast/visit-room/entry';
import type { Key } from '../words';

/** Slower than this is noticed when two talk. */
const SLOW_MS = 300;
const LOSSY_PCT = 10;

/** What two paths tell: the short one, and the detour through TURN. */
export function networkWords(direct: PathFound, detour: PathFound): { key: Key; isGood: boolean } {
  if (!direct.ok && !detour.ok) return { key: 'netNone', isGood: false };
  if (!direct.ok) return { key: 'netDetour', isGood: true };
  const isSlow = (direct.rttMs ?? 0) > SLOW_MS || (direct.lostPct ?? 0) > LOSSY_PCT;
  if (isSlow) return { key: 'netFair', isGood: true };
  return { key: detour.ok ? 'netGood' : 'netDirect', isGood: true };
}
