/** @jsxImportSource preact */
import type { Banner, CallFacts } from '@holdfast/visit-room/entry';
import { LastResort } from './LastResort';
import { type Key, useWords } from './words';

const KEYS: Record<Exclude<Banner['is'], 'level' | 'reconnecting' | 'clinic-away'>, Key> = {
  offline: 'bOffline',
  'clinic-away-media-on': 'bClinicOn',
  'relay-away': 'bRelay',
  'relay-full': 'bFull',
  'other-away': 'bOther',
};
const LEVELS: Key[] = ['bLevel1', 'bLevel1', 'bLevel2', 'bLevel3'];

function keyOf(banner: Banner): Key {
  if (banner.is === 'level') return LEVELS[banner.level] ?? 'bLevel1';
  if (banner.is === 'reconnecting') return banner.isLong ? 'bLong' : 'bReconnecting';
  if (banner.is === 'clinic-away') return banner.isFirst ? 'bFirst' : 'bClinic';
  return KEYS[banner.is];
}

/** After so long the telephone is offered. */
const PATIENCE_MS = 10_000;

/** What is away, and what happens next. It is there before it has words, so that they are read aloud when they come. */
export function BannerLine({ banner, call }: { banner?: Banner; call: CallFacts }) {
  const { say } = useWords();
  const isHard = banner?.is === 'level' ? banner.level === 3 : banner && Date.now() - banner.sinceMs > PATIENCE_MS;
  const isMild = banner?.is === 'level' || banner?.is === 'other-away' || banner?.is === 'clinic-away-media-on';
  return (
    <div class={banner ? `banner ${isMild ? 'mild' : ''}` : 'unseen'}>
      <p role="status">{banner && say(keyOf(banner), 'name' in banner ? { name: banner.name } : undefined)}</p>
      {isHard && banner?.is !== 'other-away' && <LastResort call={call} />}
    </div>
  );
}
