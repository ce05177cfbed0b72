// The one line that says what is away at the moment, and what happens next. The worst thing is said, and nothing that is not so.
import type { LinkState } from '../link/reconnect';
import type { Level, LevelWhy, Person } from '../messages';
import type { PathState } from '../path/watchdog';
import type { RoomState } from './state';

export type Banner =
  /** This device has no network. */
  | { is: 'offline'; sinceMs: number }
  /** Nobody answers: neither signalling nor media. */
  | { is: 'clinic-away'; sinceMs: number; isFirst: boolean }
  /** Sound and pictures go on, but the clinic's node does not answer: no chat, nobody comes in. */
  | { is: 'clinic-away-media-on'; sinceMs: number }
  /** The media relay is away or full, says the node. */
  | { is: 'relay-away'; sinceMs: number }
  | { is: 'relay-full'; sinceMs: number }
  /** Our own path is being mended. */
  | { is: 'reconnecting'; sinceMs: number; isLong: boolean }
  /** One cannot speak and see at once any more. */
  | { is: 'level'; level: Level; why: LevelWhy }
  /** Somebody else is not reached. */
  | { is: 'other-away'; name: string; sinceMs: number };

/** A hiccup that is over before it is read. */
const CALM_MS = 1_200;
const LONG_MS = 15_000;

export interface Seen {
  nowMs: number;
  isOnline: boolean;
  link: { state: LinkState; sinceMs: number };
  path: { state: PathState; sinceMs: number; refusal?: string };
  level: { level: Level; why?: LevelWhy };
  room: RoomState;
}

export function bannerOf({ nowMs, isOnline, link, path, level, room }: Seen): Banner | undefined {
  const isLinkAway = (link.state === 'away' || link.state === 'opening') && nowMs - link.sinceMs > CALM_MS;
  const isIn = room.you?.state === 'in' && path.state !== 'off';
  const isPathBad = isIn && path.state !== 'flowing' && nowMs - path.sinceMs > CALM_MS;
  const isFirst = room.welcome === undefined;
  if (isLinkAway && !isOnline) return { is: 'offline', sinceMs: link.sinceMs };
  if (isLinkAway && isIn && path.state === 'flowing') return { is: 'clinic-away-media-on', sinceMs: link.sinceMs };
  if (isLinkAway) return { is: 'clinic-away', sinceMs: link.sinceMs, isFirst };
  if (isPathBad && (room.relay.state === 'away' || path.refusal === 'relay-away'))
    return { is: 'relay-away', sinceMs: path.sinceMs };
  if (isPathBad && (room.relay.state === 'full' || path.refusal === 'relay-full'))
    return { is: 'relay-full', sinceMs: path.sinceMs };
  if (isPathBad && path.state === 'connecting' && nowMs - path.sinceMs < 2 * CALM_MS) return undefined;
  if (isPathBad)
    return { is: 'reconnecting', sinceMs: path.sinceMs, isLong: nowMs - path.sinceMs > LONG_MS || level.level === 3 };
  const away = isIn ? awayOf(room.people, room.you?.member) : undefined;
  if (away) return { is: 'other-away', name: away.name, sinceMs: away.sinceMs };
  if (level.level > 0 && level.why && level.why !== 'asked') return { is: 'level', level: level.level, why: level.why };
  return undefined;
}

const awayOf = (people: readonly Person[], me?: string) =>
  people.find((one) => one.member !== me && one.state === 'in' && !one.connected && one.phone !== 'connected');
