/** @jsxImportSource preact */
import { choosesSpeaker, type LocalView, type Room, tone } from '@holdfast/visit-room/entry';
import { useState } from 'preact/hooks';
import { useWords } from '../words';
import { DeviceChoice } from './DeviceChoice';
import { Row } from './Row';

/** A tone: only whoever hears it knows. */
export function SpeakerCheck({ room, local }: { room: Room; local: LocalView }) {
  const { say } = useWords();
  const [heard, setHeard] = useState<'open' | 'asked' | 'ok' | 'bad'>('open');
  const play = () => tone(local.speakerId).then(() => setHeard('asked'));
  return (
    <Row name={say('speaker')} found={heard === 'asked' ? 'open' : heard}>
      {choosesSpeaker() && (
        <DeviceChoice
          kind="speaker"
          label={say('speaker')}
          value={local.speakerId}
          onChange={(id) => room.local.chooseSpeaker(id)}
        />
      )}
      {heard === 'bad' && <p role="alert">{say('toneFix')}</p>}
      <button type="button" onClick={play}>
        {say('tonePlay')}
      </button>
      {heard === 'asked' && (
        <fieldset>
          <legend>{say('toneAsk')}</legend>
          <div class="pair">
            <button type="button" onClick={() => setHeard('ok')}>
              {say('yes')}
            </button>
            <button type="button" onClick={() => setHeard('bad')}>
              {say('no')}
            </button>
          </div>
        </fieldset>
      )}
    </Row>
  );
}
