/** @jsxImportSource preact */
import { hasWebRtc, type Room, type RoomView } from '@holdfast/visit-room/entry';
import { useEffect, useState } from 'preact/hooks';
import { StepHead } from '../../StepHead';
import { LastResort } from '../LastResort';
import { SealNotice } from '../SealNotice';
import { useWords } from '../words';
import { CameraCheck } from './CameraCheck';
import { MicrophoneCheck } from './MicrophoneCheck';
import { NetworkCheck } from './NetworkCheck';
import { SpeakerCheck } from './SpeakerCheck';

interface Props {
  room: Room;
  view: RoomView;
  onJoin: () => Promise<void>;
}

/** Looks at camera, microphone, speaker and network; nothing that fails keeps anybody out. */
export function DeviceCheck({ room, view, onJoin }: Props) {
  const { say } = useWords();
  const [isBegun, setBegun] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [hasFailed, setFailed] = useState(false);
  const { local, state } = view;
  const canCall = hasWebRtc();
  const begin = () => {
    setBegun(true);
    // One question of the browser's after the other: two at once are not understood.
    room.local.open('microphone').then(() => room.local.open('camera'));
  };
  // Who has said yes before is asked nothing: the check begins by itself.
  useEffect(() => {
    navigator.permissions
      ?.query({ name: 'camera' as PermissionName })
      .then(({ state: given }) => given === 'granted' && begin())
      .catch(() => undefined);
  }, []);
  const join = () => {
    setBusy(true);
    setFailed(false);
    onJoin()
      .catch(() => setFailed(true))
      .finally(() => setBusy(false));
  };
  return (
    <>
      <StepHead>{say('checkHead')}</StepHead>
      {!canCall && (
        <div class="trouble" role="alert">
          <p>{say('netNoWebRtc')}</p>
          <LastResort call={view.call} />
        </div>
      )}
      {!isBegun && canCall && (
        <>
          <p>{say('checkAsk')}</p>
          <button type="button" class="main" onClick={begin}>
            {say('checkStart')}
          </button>
        </>
      )}
      {isBegun && (
        <>
          <MicrophoneCheck room={room} local={local} />
          <CameraCheck room={room} local={local} />
          <SpeakerCheck room={room} local={local} />
          <NetworkCheck room={room} view={view} />
        </>
      )}
      <SealNotice seal={view.seal} />
      {(isBegun || !canCall) && (
        <section class="join">
          {canCall && !local.hasMicrophone && <p>{say('joinWithoutMic')}</p>}
          {canCall && local.hasMicrophone && !local.hasCamera && <p>{say('joinWithoutCam')}</p>}
          {hasFailed && (
            <p class="fault" role="alert">
              {say('errOther')}
            </p>
          )}
          <button type="button" class={canCall ? 'main' : ''} onClick={join} disabled={isBusy || !state.welcome}>
            {isBusy ? say('loading') : local.hasMicrophone ? say('join') : say('joinAnyway')}
          </button>
        </section>
      )}
    </>
  );
}
