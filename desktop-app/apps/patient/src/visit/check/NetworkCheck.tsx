/** @jsxImportSource preact */
import { type Room, type RoomView, tryPath, VisitProblem } from '@holdfast/visit-room/entry';
import { useEffect, useState } from 'preact/hooks';
import { LastResort } from '../LastResort';
import { type Key, useWords } from '../words';
import { networkWords } from './network';
import { Row } from './Row';

/** The clinic's relay, by the short way and by the detour through TURN, once the signalling is there. */
export function NetworkCheck({ room, view }: { room: Room; view: RoomView }) {
  const { say } = useWords();
  const [found, setFound] = useState<{ key: Key; isGood: boolean }>();
  const [tries, setTries] = useState(0);
  const isOpen = view.link.state === 'open' && view.state.welcome !== undefined;
  useEffect(() => {
    if (!isOpen || found) return;
    let isOver = false;
    look(room).then((now) => !isOver && setFound(now));
    return () => {
      isOver = true;
    };
  }, [isOpen, tries]);
  const again = () => {
    setFound(undefined);
    setTries(tries + 1);
  };
  return (
    <Row name={say('network')} found={found ? (found.isGood ? 'ok' : 'bad') : 'wait'}>
      {!found && !isOpen && <p>{say('netAway')}</p>}
      {found && <p role={found.isGood ? 'status' : 'alert'}>{say(found.key)}</p>}
      {found && found.key !== 'netGood' && (
        <button type="button" onClick={again}>
          {say('tryAgain')}
        </button>
      )}
      {found && !found.isGood && <LastResort call={view.call} />}
    </Row>
  );
}

async function look(room: Room): Promise<{ key: Key; isGood: boolean }> {
  try {
    const isForced = room.peerWish().forceRelay;
    const direct = isForced ? { ok: false } : await tryPath(room.peerWish(false), room.check);
    // Without a server for it there is no detour to be tried.
    const detour = room.peerWish().ice?.servers.length ? await tryPath(room.peerWish(true), room.check) : { ok: false };
    return networkWords(direct, detour);
  } catch (error) {
    const code = error instanceof VisitProblem ? error.code : 'failed';
    if (code === 'relay-away' || code === 'relay-full') return { key: 'netRelayAway', isGood: false };
    return { key: code === 'away' ? 'netAway' : 'netNone', isGood: false };
  }
}
