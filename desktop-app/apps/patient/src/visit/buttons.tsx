/** @jsxImportSource preact */
import type { LocalView, Room } from '@holdfast/visit-room/entry';
import { Icon, type IconName } from './icons';
import { useWords } from './words';

interface Props {
  icon: IconName;
  text: string;
  onClick: () => void;
  kind?: string;
  /** What it does is under way, or how many are new: in words for a screen reader. */
  label?: string;
  expanded?: boolean;
  count?: number;
}

/** A button of the bar below: a sign, and its word. The word says what pressing it does. */
export function Tool({ icon, text, onClick, kind = '', label, expanded, count }: Props) {
  return (
    <button type="button" class={`tool ${kind}`} onClick={onClick} aria-label={label} aria-expanded={expanded}>
      <Icon name={icon} />
      <span>{text}</span>
      {count ? (
        <span class="count" aria-hidden="true">
          {count}
        </span>
      ) : null}
    </button>
  );
}

interface LocalProps {
  room: Room;
  local: LocalView;
}

export function MuteButton({ room, local }: LocalProps) {
  const { say } = useWords();
  // Without a microphone the button gets one.
  const press = () => (local.hasMicrophone ? room.local.mute(local.audio) : room.local.open('microphone'));
  return (
    <Tool
      icon={local.audio ? 'mic' : 'micOff'}
      kind={local.audio ? '' : 'off'}
      text={local.audio ? say('mute') : say('unmute')}
      onClick={press}
    />
  );
}

export function ShowButton({ room, local }: LocalProps) {
  const { say } = useWords();
  return (
    <Tool
      icon={local.camera ? 'cam' : 'camOff'}
      kind={local.camera ? '' : 'off'}
      text={local.camera ? say('camOff') : say('camOn')}
      onClick={() => room.local.showCamera(!local.camera)}
    />
  );
}
