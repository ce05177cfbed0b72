/** @jsxImportSource preact */
import type { Room, RoomView } from '@holdfast/visit-room/entry';
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { StepHead } from '../../StepHead';
import { BannerLine } from '../BannerLine';
import { SealNotice } from '../SealNotice';
import { SelfView } from '../SelfView';
import { type Key, useWords } from '../words';
import { AskedList } from './AskedList';
import { Captions } from './Captions';
import { ChatPanel } from './ChatPanel';
import { Controls, type Panel } from './Controls';
import { LeavePanel } from './LeavePanel';
import { MorePanel } from './MorePanel';
import { Tiles } from './Tiles';
import { useSounds } from './useSounds';

const QUALITY: Record<RoomView['quality'], Key> = { good: 'qGood', fair: 'qFair', poor: 'qPoor', lost: 'qLost' };

interface Props {
  room: Room;
  view: RoomView;
  languages: VNode;
}

/** The visit. */
export function Call({ room, view, languages }: Props) {
  const { say } = useWords();
  const [panel, setPanel] = useState<Panel>();
  const [showsCaptions, setCaptions] = useState(false);
  const opener = useRef<Element | null>(null);
  const hear = useSounds(room, view);
  const { state, local, media } = view;
  const { chat, you } = state;
  const [readUpTo, setReadUpTo] = useState(() => chat.at(-1)?.seq ?? 0);
  const last = chat.at(-1)?.seq ?? 0;
  useEffect(() => {
    if (panel === 'chat') setReadUpTo(last);
  }, [panel, last]);
  const fresh = chat.filter(({ seq, member }) => seq > readUpTo && member !== you?.member).length;
  const open = (next: Panel) => {
    opener.current = document.activeElement;
    setPanel(panel === next ? undefined : next);
  };
  const close = () => {
    setPanel(undefined);
    if (opener.current instanceof HTMLElement) opener.current.focus();
  };
  return (
    <div class={`call ${panel ? 'with-panel' : ''} ${view.quality === 'lost' ? 'stale' : ''}`}>
      <header class="call-head">
        <StepHead>{say('inVisit')}</StepHead>
        <p class={`quality ${view.quality}`}>{say(QUALITY[view.quality])}</p>
      </header>
      <div class="call-body">
        <BannerLine banner={view.banner} call={view.call} />
        <SealNotice seal={view.seal} />
        {you?.role === 'clinician' && <AskedList room={room} people={state.people} />}
        {view.needsClick && (
          <button type="button" class="main" onClick={hear}>
            {say('hear')}
          </button>
        )}
        <div class="stage">
          <Tiles room={room} view={view} />
          <div class={`own ${view.tiles.length === 0 ? 'alone' : ''}`}>
            <SelfView track={media.level.level < 2 ? room.local.cameraTrack : undefined} label={say('selfView')} />
            <p class="tag">
              {say('you')}
              {!local.audio && ` · ${say('othersMuted')}`}
            </p>
          </div>
        </div>
        {showsCaptions && <Captions lines={state.captions} />}
      </div>
      {panel === 'chat' && <ChatPanel room={room} chat={chat} me={you?.member} onClose={close} />}
      {panel === 'more' && (
        <MorePanel
          room={room}
          view={view}
          languages={languages}
          showsCaptions={showsCaptions}
          onCaptions={setCaptions}
          onClose={close}
        />
      )}
      {panel === 'leave' && <LeavePanel room={room} onClose={close} />}
      <Controls room={room} view={view} panel={panel} fresh={fresh} onPanel={open} />
      {/* What comes while its panel is closed is read aloud all the same. */}
      <p class="unseen" role="log">
        {panel !== 'chat' && last > readUpTo && chat.at(-1) ? `${chat.at(-1)?.name}: ${chat.at(-1)?.text}` : ''}
      </p>
    </div>
  );
}
