import type { Visit } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { type Room, type RoomView, sharesScreen } from '@holdfast/visit-room';
import { Button } from '@mantine/core';
import {
  IconArrowsExchange,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhone,
  IconScreenShare,
  IconVideo,
  IconVideoOff,
  IconVolume,
  IconX,
} from '@tabler/icons-react';
import { useState } from 'react';
import { BridgeDialog } from './BridgeDialog';

interface Props {
  room: Room;
  view: RoomView;
  isHere: boolean;
  visit: Visit;
  onEnd: () => void;
  onHandOver: () => void;
}

/** What one does in a visit: always there, always in the same place. */
export function Controls({ room, view, isHere, visit, onEnd, onHandOver }: Props) {
  const { i18n } = useLingui();
  const [isCalling, setCalling] = useState(false);
  const { local, soundOnly, state } = view;
  const leads = state.people.find(({ member }) => member === state.you?.member)?.leads === true;
  return (
    <div className="visit-controls" role="toolbar" aria-label={i18n.t('In the visit')}>
      {isHere && (
        <>
          <Button
            variant={local.audio ? 'default' : 'filled'}
            leftSection={
              local.audio ? <IconMicrophone size={16} aria-hidden /> : <IconMicrophoneOff size={16} aria-hidden />
            }
            onClick={() => (local.hasMicrophone ? room.local.mute(local.audio) : room.local.open('microphone'))}
          >
            {local.audio ? i18n.t('Mute') : i18n.t('Unmute')}
          </Button>
          <Button
            variant={local.camera ? 'default' : 'filled'}
            leftSection={local.camera ? <IconVideo size={16} aria-hidden /> : <IconVideoOff size={16} aria-hidden />}
            onClick={() => room.local.showCamera(!local.camera)}
          >
            {local.camera ? i18n.t('Camera off') : i18n.t('Camera on')}
          </Button>
          <Button
            variant={soundOnly ? 'filled' : 'default'}
            leftSection={<IconVolume size={16} aria-hidden />}
            onClick={() => room.soundOnly(!soundOnly)}
          >
            {soundOnly ? i18n.t('Video again') : i18n.t('Sound only')}
          </Button>
        </>
      )}
      <Button variant="default" leftSection={<IconPhone size={16} aria-hidden />} onClick={() => setCalling(true)}>
        {i18n.t('Call by telephone')}
      </Button>
      {isHere && sharesScreen() && (
        <Button
          variant={local.screen ? 'filled' : 'default'}
          leftSection={<IconScreenShare size={16} aria-hidden />}
          onClick={() => (local.screen ? room.local.stopScreen() : room.local.shareScreen())}
        >
          {local.screen ? i18n.t('Stop sharing') : i18n.t('Share the screen')}
        </Button>
      )}
      {leads && (
        <Button variant="default" leftSection={<IconArrowsExchange size={16} aria-hidden />} onClick={onHandOver}>
          {i18n.t('Hand over')}
        </Button>
      )}
      <Button color="red.9" leftSection={<IconX size={16} aria-hidden />} onClick={onEnd}>
        {i18n.t('End the visit')}
      </Button>
      {isCalling && <BridgeDialog room={room} people={state.people} visit={visit} onClose={() => setCalling(false)} />}
    </div>
  );
}
