/** @jsxImportSource preact */
import { choosesSpeaker, type Room, type RoomView, sharesScreen } from '@holdfast/visit-room/entry';
import type { VNode } from 'preact';
import { DeviceChoice } from '../check/DeviceChoice';
import { LastResort } from '../LastResort';
import { useWords } from '../words';
import { CaptionField } from './Captions';
import { Privacy } from './Privacy';
import { Sheet } from './Sheet';
import { TroubleChoice } from './TroubleChoice';

interface Props {
  room: Room;
  view: RoomView;
  languages: VNode;
  showsCaptions: boolean;
  onCaptions: (shown: boolean) => void;
  onClose: () => void;
}

/** What is needed seldom. */
export function MorePanel({ room, view, languages, showsCaptions, onCaptions, onClose }: Props) {
  const { say } = useWords();
  const { local, state } = view;
  const role = state.you?.role;
  return (
    <Sheet title={say('more')} onClose={onClose}>
      <TroubleChoice room={room} />
      <section>
        <h3>{say('devicesHead')}</h3>
        <DeviceChoice
          kind="camera"
          label={say('camera')}
          value={local.cameraId}
          onChange={(id) => room.local.open('camera', id)}
        />
        <DeviceChoice
          kind="microphone"
          label={say('microphone')}
          value={local.microphoneId}
          onChange={(id) => room.local.open('microphone', id)}
        />
        {choosesSpeaker() && (
          <DeviceChoice
            kind="speaker"
            label={say('speaker')}
            value={local.speakerId}
            onChange={(id) => room.local.chooseSpeaker(id)}
          />
        )}
        {sharesScreen() && (
          <button
            type="button"
            onClick={() => (local.screen ? room.local.stopScreen() : room.local.shareScreen().then(onClose))}
          >
            {local.screen ? say('unshare') : say('share')}
          </button>
        )}
        <label class="tick">
          <input
            type="checkbox"
            checked={showsCaptions}
            onChange={(event) => onCaptions(event.currentTarget.checked)}
          />
          <span>{say('captions')}</span>
        </label>
        {(role === 'interpreter' || role === 'clinician') && <CaptionField room={room} />}
      </section>
      <Privacy seal={view.seal} />
      <section>
        <h3>{say('phoneHead')}</h3>
        <LastResort call={view.call} />
      </section>
      {languages}
    </Sheet>
  );
}
