/** @jsxImportSource preact */
import type { Room } from '@holdfast/visit-room/entry';
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { BannerLine } from './BannerLine';
import { DeviceCheck } from './check/DeviceCheck';
import { LinkTrouble } from './LinkTrouble';
import { Over } from './Over';
import { Start } from './Start';
import { useLazy } from './useLazy';
import { useRoom } from './useRoom';
import { Waiting } from './Waiting';
import { useWords } from './words';

type Step = 'start' | 'check' | 'joined';

interface Props {
  room: Room;
  languages: VNode;
}

/** Where somebody is on the way into the visit, and back out of it. */
export function VisitPage({ room, languages }: Props) {
  const { say } = useWords();
  const view = useRoom(room);
  const { state, call } = view;
  const [step, setStep] = useState<Step>('start');
  const isIn = state.you?.state === 'in';
  // The visit itself is fetched while somebody looks at their devices.
  const Call = useLazy(() => import('./call/Call').then(({ Call }) => Call), step !== 'start' || isIn);
  const title = call.clinic ? say('titleAt', { clinic: call.clinic }) : say('title');
  useEffect(() => {
    document.title = title;
  }, [title]);
  // One who was in, and loads the page again, comes back without being asked anything.
  const rejoins = step === 'start' && (isIn || state.you?.state === 'waiting');
  useEffect(() => {
    if (rejoins) rejoin(room).then(() => setStep('joined'));
  }, [rejoins, room]);
  const join = async () => {
    await room.knock();
    setStep('joined');
  };
  const again = (takeOver: boolean) => {
    setStep('start');
    room.again(takeOver);
  };
  if (state.ended) return framed(<Over room={room} view={view} onAgain={again} />, languages);
  if (state.refused) return framed(<LinkTrouble refused={state.refused} call={call} onAgain={again} />, languages);
  if (step === 'joined' && isIn && Call) return <Call room={room} view={view} languages={languages} />;
  return framed(
    <>
      <p class="clinic">
        <bdi>{title}</bdi>
      </p>
      <BannerLine banner={view.banner} call={call} />
      {step === 'start' && <Start view={view} link={room.link} onNext={() => setStep('check')} />}
      {step === 'check' && <DeviceCheck room={room} view={view} onJoin={join} />}
      {step === 'joined' &&
        (isIn ? <p role="status">{say('loading')}</p> : <Waiting room={room} view={view} onKnock={join} />)}
    </>,
    languages,
  );
}

const framed = (content: VNode, languages: VNode) => (
  <>
    {languages}
    <main>{content}</main>
  </>
);

/** Takes the devices as they were allowed before. */
async function rejoin(room: Room) {
  await Promise.all([room.local.open('microphone'), room.local.open('camera')]);
}
