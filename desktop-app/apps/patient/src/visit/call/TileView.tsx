/** @jsxImportSource preact */
import type { Tile } from '@holdfast/visit-room';
import { attach, midOf } from '@holdfast/visit-room/call';
import { type Person, qualityShown, type Role, type Room, type RoomView } from '@holdfast/visit-room/entry';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Key, type Say, useWords } from '../words';

const ROLES: Record<Role, Key> = {
  clinician: 'roleClinician',
  patient: 'rolePatient',
  interpreter: 'roleInterpreter',
  family: 'roleFamily',
};
const QUALITY: Partial<Record<RoomView['quality'], Key>> = { fair: 'pFair', poor: 'pPoor', lost: 'pLost' };
/** Louder than breathing. */
const SPEAKS = 0.03;

interface Props {
  room: Room;
  tile: Tile;
  media: RoomView['media'];
}

/** One other person: their picture if there is one, who they are, and what is the matter with them. */
export function TileView({ room, tile, media }: Props) {
  const { say } = useWords();
  const video = useRef<HTMLVideoElement>(null);
  const [hasPicture, setPicture] = useState(false);
  const { person, kind, videoSlot, audioSlot } = tile;
  const wants = videoSlot !== undefined && (kind === 'screen' || person.camera) && media.level.level < 2;
  const track = wants ? room.trackOf('video', videoSlot) : undefined;
  useEffect(() => {
    if (video.current) attach(video.current, track);
    if (!track) setPicture(false);
  }, [track]);
  const seen = () => {
    setPicture(true);
    room.sawFrame();
  };
  const isSpeaking = audioSlot !== undefined && (media.levels[midOf('audio', audioSlot)] ?? 0) > SPEAKS;
  const name = kind === 'screen' ? say('screenOf', { name: person.name }) : person.name;
  const shows = wants && hasPicture && person.connected;
  return (
    <li class={`tile ${kind} ${isSpeaking ? 'speaks' : ''}`}>
      <video
        ref={video}
        class={shows ? '' : 'hidden'}
        muted
        playsInline
        autoPlay
        onLoadedData={seen}
        onPlaying={seen}
        aria-label={name}
      />
      {!shows && (
        <span class="initials" aria-hidden="true">
          {initialsOf(person.name)}
        </span>
      )}
      <p class="tag">
        <strong>
          <bdi>{name}</bdi>
        </strong>{' '}
        {kind === 'person' && <span class="role">{say(ROLES[person.role])}</span>}
        {notesOf(say, person, kind).map((note) => (
          <span key={note}> · {note}</span>
        ))}
      </p>
    </li>
  );
}

function notesOf(say: Say, person: Person, kind: Tile['kind']): string[] {
  if (kind === 'screen') return [];
  const quality = QUALITY[qualityShown(person)];
  return [
    ...(person.phone ? [say('byPhone')] : []),
    ...(quality ? [say(quality)] : []),
    ...(!person.audio && !person.phone ? [say('othersMuted')] : []),
    ...(!person.phone && (person.level ?? 0) >= 2 ? [say('onlySound')] : []),
  ];
}

/** The first letters of a name's first and last word. */
function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const [first = '', last = ''] = [words[0], words.length > 1 ? words.at(-1) : ''];
  return [...first].slice(0, 1).join('') + [...last].slice(0, 1).join('');
}
