/** @jsxImportSource preact */
import type { DeviceFault, LocalView, Room } from '@holdfast/visit-room/entry';
import { useState } from 'preact/hooks';
import { SelfView } from '../SelfView';
import { type Key, useWords } from '../words';
import { DeviceChoice } from './DeviceChoice';
import { Row } from './Row';

const FIXES: Record<DeviceFault, Key> = {
  denied: 'camDenied',
  blocked: 'camBlocked',
  none: 'camNone',
  'in-use': 'camInUse',
  insecure: 'insecure',
  unsupported: 'unsupported',
  failed: 'camFailed',
};

export function CameraCheck({ room, local }: { room: Room; local: LocalView }) {
  const { say } = useWords();
  const [isWithout, setWithout] = useState(false);
  const found = local.hasCamera ? 'ok' : isWithout ? 'none' : local.cameraFault ? 'bad' : 'wait';
  const again = () => {
    setWithout(false);
    room.local.open('camera');
  };
  return (
    <Row name={say('camera')} found={found}>
      {local.hasCamera && (
        <>
          <div class="self-box">
            <SelfView track={room.local.cameraTrack} label={say('camSelf')} />
          </div>
          <p class="hint">{say('camSelf')}</p>
        </>
      )}
      {found === 'bad' && local.cameraFault && <p role="alert">{say(FIXES[local.cameraFault])}</p>}
      <DeviceChoice
        kind="camera"
        label={say('camera')}
        value={local.cameraId}
        onChange={(id) => room.local.open('camera', id)}
      />
      {(found === 'bad' || found === 'none') && (
        <div class="pair">
          <button type="button" onClick={again}>
            {say('tryAgain')}
          </button>
          {found === 'bad' && (
            <button type="button" onClick={() => setWithout(true)}>
              {say('goWithoutCam')}
            </button>
          )}
        </div>
      )}
    </Row>
  );
}
