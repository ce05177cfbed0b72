import type { MemberId, Person, Slots } from '../messages';
import { WANT_LARGE_PX, WANT_SMALL_PX } from './layout';

/** What is shown of one other person, or of one screen. */
export interface Tile {
  /** Stable as long as it is the same person's camera or screen. */
  key: string;
  person: Person;
  kind: 'person' | 'screen';
  videoSlot?: number;
  audioSlot?: number;
}

/**
 * Tiles for everybody else who is in, in an order that keeps still: screens, clinicians, patients, the others; each by who came first.
 * One who has no slot (or whose slot message has not come yet) has a tile without a picture.
 */
export function tilesOf(people: readonly Person[], slots: Slots | undefined, me: MemberId): Tile[] {
  const others = people.filter(({ member, state }) => member !== me && state === 'in');
  const tiles: Tile[] = [];
  for (const person of others) {
    const at = (kind: 'camera' | 'screen') =>
      slots?.video.findIndex((slot) => slot?.member === person.member && slot.kind === kind) ?? -1;
    const audio = slots?.audio.findIndex((slot) => slot?.member === person.member) ?? -1;
    const screen = at('screen');
    const camera = at('camera');
    if (person.screen && screen >= 0)
      tiles.push({ key: `${person.member} screen`, person, kind: 'screen', videoSlot: screen });
    tiles.push({
      key: person.member,
      person,
      kind: 'person',
      ...(camera >= 0 && { videoSlot: camera }),
      ...(audio >= 0 && { audioSlot: audio }),
    });
  }
  return tiles.sort((a, b) => rank(a) - rank(b) || a.person.sinceMs - b.person.sinceMs || (a.key < b.key ? -1 : 1));
}

const ROLES: Person['role'][] = ['clinician', 'patient', 'interpreter', 'family'];
const rank = ({ kind, person }: Tile) => (kind === 'screen' ? -1 : ROLES.indexOf(person.role));

/** Which heights to ask the relay for: the first picture large, the others small; none where pictures are not wanted. */
export function wantsOf(tiles: readonly Tile[], slots: number, pictures: boolean) {
  const first = tiles.find(({ videoSlot }) => videoSlot !== undefined);
  return Array.from({ length: slots }, (_, slot) => {
    const tile = tiles.find(({ videoSlot }) => videoSlot === slot);
    const isLarge = tile && (tile === first || tile.kind === 'screen' || tiles.length <= 2);
    return { slot, maxHeight: !pictures || !tile ? 0 : isLarge ? WANT_LARGE_PX : WANT_SMALL_PX };
  });
}
