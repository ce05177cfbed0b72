/** @jsxImportSource preact */
import type { Room, RoomView } from '@holdfast/visit-room/entry';
import { MuteButton, ShowButton, Tool } from '../buttons';
import { useWords } from '../words';

export type Panel = 'chat' | 'more' | 'leave';

interface Props {
  room: Room;
  view: RoomView;
  panel?: Panel;
  fresh: number;
  onPanel: (panel: Panel) => void;
}

/** What one does in a visit, always in the same place. */
export function Controls({ room, view, panel, fresh, onPanel }: Props) {
  const { say } = useWords();
  const { local, soundOnly } = view;
  return (
    <div class="controls">
      <MuteButton room={room} local={local} />
      <ShowButton room={room} local={local} />
      <Tool
        icon="ear"
        kind={soundOnly ? 'off' : ''}
        text={soundOnly ? say('pictures') : say('soundOnly')}
        onClick={() => room.soundOnly(!soundOnly)}
      />
      <Tool
        icon="chat"
        text={say('chat')}
        count={fresh}
        label={fresh > 0 ? say('chatNew', { count: fresh }) : undefined}
        expanded={panel === 'chat'}
        onClick={() => onPanel('chat')}
      />
      <Tool icon="more" text={say('more')} expanded={panel === 'more'} onClick={() => onPanel('more')} />
      <Tool
        icon="leave"
        kind="danger"
        text={say('leave')}
        expanded={panel === 'leave'}
        onClick={() => onPanel('leave')}
      />
    </div>
  );
}
