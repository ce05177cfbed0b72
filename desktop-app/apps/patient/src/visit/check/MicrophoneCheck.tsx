/** @jsxImportSource preact */
import { type DeviceFault, type LocalView, meter, type Room } from '@holdfast/visit-room/entry';
import { useEffect, useState } from 'preact/hooks';
import { type Key, useWords } from '../words';
import { DeviceChoice } from './DeviceChoice';
import { Row } from './Row';

const FIXES: Record<DeviceFault, Key> = {
  denied: 'micDenied',
  blocked: 'micBlocked',
  none: 'micNone',
  'in-use': 'micInUse',
  insecure: 'insecure',
  unsupported: 'unsupported',
  failed: 'micFailed',
};

/** Louder than a quiet room. */
const HEARD = 0.25;
const QUIET_MS = 6_000;

export function MicrophoneCheck({ room, local }: { room: Room; local: LocalView }) {
  const { say } = useWords();
  const [level, setLevel] = useState(0);
  const [isHeard, setHeard] = useState(false);
  const [isQuiet, setQuiet] = useState(false);
  const [isWithout, setWithout] = useState(false);
  const track = room.local.audioTrack;
  useEffect(() => {
    if (!track) return;
    setQuiet(false);
    const timer = setTimeout(() => setQuiet(true), QUIET_MS);
    const stop = meter(track, (loud) => {
      setLevel(loud);
      if (loud > HEARD) setHeard(true);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [track]);
  const found = local.hasMicrophone ? 'ok' : isWithout ? 'none' : local.microphoneFault ? 'bad' : 'wait';
  return (
    <Row name={say('microphone')} found={found}>
      {local.hasMicrophone && (
        <>
          <div
            class="meter"
            role="meter"
            aria-label={say('micLevel')}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.round(level * 100)}
          >
            <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
              <rect width={level * 100} height="8" />
            </svg>
          </div>
          <p class="hint" role="status">
            {isQuiet && !isHeard ? say('micQuiet') : say('micSpeak')}
          </p>
        </>
      )}
      {found === 'bad' && local.microphoneFault && <p role="alert">{say(FIXES[local.microphoneFault])}</p>}
      <DeviceChoice
        kind="microphone"
        label={say('microphone')}
        value={local.microphoneId}
        onChange={(id) => room.local.open('microphone', id)}
      />
      {(found === 'bad' || found === 'none') && (
        <div class="pair">
          <button
            type="button"
            onClick={() => {
              setWithout(false);
              room.local.open('microphone');
            }}
          >
            {say('tryAgain')}
          </button>
          {found === 'bad' && (
            <button type="button" onClick={() => setWithout(true)}>
              {say('goWithoutMic')}
            </button>
          )}
        </div>
      )}
    </Row>
  );
}
