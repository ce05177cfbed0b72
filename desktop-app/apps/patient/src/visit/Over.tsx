/** @jsxImportSource preact */
import type { Ended, Room, RoomView } from '@holdfast/visit-room/entry';
import { StepHead } from '../StepHead';
import { LastResort } from './LastResort';
import { Summary } from './Summary';
import { type Key, useWords } from './words';

const HEADS: Record<Ended['why'], Key> = {
  ended: 'endedHead',
  left: 'leftHead',
  removed: 'removedHead',
  moved: 'movedHead',
  revoked: 'revokedHead',
  expired: 'expiredHead',
};

interface Props {
  room: Room;
  view: RoomView;
  onAgain: (takeOver: boolean) => void;
}

/** It is over for this page: why, and what comes next. */
export function Over({ view, onAgain }: Props) {
  const { say } = useWords();
  const { ended } = view.state;
  if (!ended) return null;
  const { why, summary } = ended;
  return (
    <>
      <StepHead>{say(HEADS[why])}</StepHead>
      {why === 'ended' && <Summary summary={summary} />}
      {why === 'left' && (
        <>
          <p>{say('leaveHint')}</p>
          <button type="button" class="main" onClick={() => onAgain(false)}>
            {say('comeBack')}
          </button>
        </>
      )}
      {why === 'moved' && (
        <>
          <p>{say('elsewhere')}</p>
          <button type="button" class="main" onClick={() => onAgain(true)}>
            {say('takeOver')}
          </button>
        </>
      )}
      {(why === 'revoked' || why === 'expired') && <p>{say('askNew')}</p>}
      {why !== 'ended' && why !== 'moved' && <LastResort call={view.call} />}
    </>
  );
}
