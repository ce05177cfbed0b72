import type { Visit } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { CallFacts } from './CallFacts';
import { ChatPanel } from './ChatPanel';
import { Controls } from './Controls';
import { DeviceFaults } from './DeviceFaults';
import { Downtime } from './Downtime';
import { EndDialog } from './EndDialog';
import { HandOverDialog } from './HandOverDialog';
import { Links } from './Links';
import { Over } from './Over';
import { People } from './People';
import { hearNow, type Running } from './running';
import { Seal } from './Seal';
import { Stage } from './Stage';
import { useRoomView } from './useRoomView';
import { WaitingList } from './WaitingList';
import { WindowPanel } from './WindowPanel';
import { bannerWords, qualityWords, troubleWords } from './words';

interface Props {
  running: Running;
  visit: Visit;
  secret?: string;
}

/** The clinician's side of a running visit. */
export function RoomPanel({ running, visit, secret }: Props) {
  const { i18n } = useLingui();
  const { room, isHere } = running;
  const view = useRoomView(room);
  const [dialog, setDialog] = useState<'end' | 'hand-over'>();
  const { state, banner, local } = view;
  const { kind, text } = qualityWords(i18n, view.quality);
  if (state.ended || state.refused) return <Over running={running} visit={visit} secret={secret} />;
  return (
    <>
      <WaitingList room={room} people={state.people} status={state.status} />
      <section className="panel visit-room" aria-label={i18n.t('Visit with {name}', { name: visit.patient.name })}>
        <header>
          <h2>
            <bdi>{visit.patient.name}</bdi>
          </h2>
          {isHere && <Mark kind={kind}>{i18n.t('You: {quality}', { quality: text })}</Mark>}
        </header>
        <p className={banner ? 'told warn' : 'unseen'} role="status">
          {banner && bannerWords(i18n, banner)}
        </p>
        {view.needsClick && (
          <Button m="xs" onClick={() => hearNow(room)}>
            {i18n.t('Press here to hear the others')}
          </Button>
        )}
        {isHere ? <Stage room={room} view={view} /> : <WindowPanel visit={visit} view={view} secret={secret} />}
        <Controls
          room={room}
          view={view}
          isHere={isHere}
          visit={visit}
          onEnd={() => setDialog('end')}
          onHandOver={() => setDialog('hand-over')}
        />
        {isHere && (local.microphoneFault || local.cameraFault) && <DeviceFaults running={running} />}
      </section>
      {state.troubles.length > 0 && (
        <div className="told warn" role="log">
          <ul className="visit-troubles">
            {state.troubles.map(({ member, name, kind: what, atMs }) => (
              <li key={`${member} ${atMs}`}>
                <bdi>{name}</bdi> {troubleWords(i18n, what)}
              </li>
            ))}
          </ul>
        </div>
      )}
      <People room={room} view={view} visit={visit} />
      <ChatPanel room={room} chat={state.chat} me={state.you?.member} />
      <Seal seal={view.seal} />
      <Links visit={visit} secret={secret} />
      <CallFacts visit={visit} />
      <Downtime visit={visit} />
      {dialog === 'end' && <EndDialog room={room} visit={visit} onClose={() => setDialog(undefined)} />}
      {dialog === 'hand-over' && <HandOverDialog room={room} visit={visit} onClose={() => setDialog(undefined)} />}
    </>
  );
}
