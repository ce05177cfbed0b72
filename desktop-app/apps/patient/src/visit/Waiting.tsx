/** @jsxImportSource preact */
import type { ClinicStatus, Room, RoomView } from '@holdfast/visit-room/entry';
import { useState } from 'preact/hooks';
import { StepHead } from '../StepHead';
import { MuteButton, ShowButton } from './buttons';
import { minutesOf } from './clock';
import { LastResort } from './LastResort';
import { SealNotice } from './SealNotice';
import { SelfView } from './SelfView';
import { type Key, type Spoken, useWords } from './words';

interface Props {
  room: Room;
  view: RoomView;
  onKnock: () => Promise<void>;
}

/** Has knocked: what the clinic does, how long it has been, and how one looks meanwhile. */
export function Waiting({ room, view, onKnock }: Props) {
  const words = useWords();
  const { say, language } = words;
  const { you, status } = view.state;
  const [hasFailed, setFailed] = useState(false);
  const knock = () => {
    setFailed(false);
    onKnock().catch(() => setFailed(true));
  };
  if (you?.state !== 'waiting') {
    const head: Key = you?.why === 'removed' ? 'removedHead' : 'declinedHead';
    return (
      <>
        <StepHead key={head}>{say(head)}</StepHead>
        {you?.reason && (
          <p class="told" dir="auto">
            {you.reason}
          </p>
        )}
        {hasFailed && <p role="alert">{say('errOther')}</p>}
        <button type="button" class="main" onClick={knock}>
          {say('knockAgain')}
        </button>
        <LastResort call={view.call} />
      </>
    );
  }
  const minutes = Math.floor((room.nodeNow() - you.sinceMs) / 60_000);
  const head: Key = you.why === 'back' || you.why === 'removed' ? 'waitBackHead' : 'waitHead';
  return (
    <>
      <StepHead key={head}>{say(head)}</StepHead>
      <p class="told big" role="status">
        {statusOf(words, status)}
      </p>
      <p class="number">{minutes < 1 ? say('waitJust') : say('waitSince', { time: minutesOf(minutes, language) })}</p>
      <p>{say('waitStay')}</p>
      <SealNotice seal={view.seal} />
      <div class="self-box">
        <SelfView track={room.local.cameraTrack} label={say('selfView')} />
        {!view.local.camera && <p class="nobody">{say('noPicture')}</p>}
      </div>
      <div class="pair">
        <MuteButton room={room} local={view.local} />
        <ShowButton room={room} local={view.local} />
      </div>
      <details>
        <summary>{say('phoneHead')}</summary>
        <LastResort call={view.call} />
      </details>
      <button type="button" onClick={() => room.leave().catch(() => undefined)}>
        {say('leave')}
      </button>
    </>
  );
}

function statusOf({ say, language }: Spoken, status?: ClinicStatus): string {
  const name = status?.name;
  switch (status?.state) {
    case 'ready':
      return name ? say('waitReady', { name }) : say('waitReadyNobody');
    case 'busy':
      return name ? say('waitBusy', { name }) : say('waitBusyNobody');
    case 'soon':
      return say('waitSoon', { time: minutesOf(status.minutes ?? 5, language) });
    default:
      return say('waitAway');
  }
}
