import { useLingui } from '@holdfast/i18n';
import type { Room, RoomView, Tile } from '@holdfast/visit-room';
import { qualityShown } from '@holdfast/visit-room';
import { attach, midOf } from '@holdfast/visit-room/call';
import { useEffect, useRef, useState } from 'react';
import { qualityWords, roleWords } from './words';

const SPEAKS = 0.03;

/** Everybody else, and a small picture of oneself. */
export function Stage({ room, view }: { room: Room; view: RoomView }) {
  const { i18n } = useLingui();
  const own = useRef<HTMLVideoElement>(null);
  const track = view.media.level.level < 2 ? room.local.cameraTrack : undefined;
  useEffect(() => {
    if (own.current) attach(own.current, track);
  }, [track]);
  return (
    <div className={`visit-stage ${view.quality === 'lost' ? 'stale' : ''}`}>
      {view.tiles.length === 0 && <p className="visit-nobody">{i18n.t('Nobody else is in the room.')}</p>}
      <ul className={`visit-tiles n${Math.min(view.tiles.length, 6)}`}>
        {view.tiles.map((tile) => (
          <One key={tile.key} room={room} tile={tile} media={view.media} />
        ))}
      </ul>
      <div className="visit-own">
        <video ref={own} muted playsInline hidden={!track} aria-label={i18n.t('You')} />
        <p className="visit-tag">
          {i18n.t('You')}
          {!view.local.audio && ` · ${i18n.t('muted')}`}
        </p>
      </div>
    </div>
  );
}

function One({ room, tile, media }: { room: Room; tile: Tile; media: RoomView['media'] }) {
  const { i18n } = useLingui();
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
  const speaks = audioSlot !== undefined && (media.levels[midOf('audio', audioSlot)] ?? 0) > SPEAKS;
  const shows = wants && hasPicture && person.connected;
  const quality = qualityShown(person);
  const name = kind === 'screen' ? i18n.t('Screen of {name}', { name: person.name }) : person.name;
  const notes = [
    roleWords(i18n, person.role),
    ...(person.phone ? [i18n.t('by telephone')] : []),
    ...(!person.audio && !person.phone ? [i18n.t('muted')] : []),
    ...(quality !== 'good' && !person.phone ? [qualityWords(i18n, quality).text] : []),
  ];
  return (
    <li className={`visit-tile ${kind} ${speaks ? 'speaks' : ''}`}>
      <video
        ref={video}
        className={shows ? '' : 'hidden'}
        muted
        playsInline
        autoPlay
        onLoadedData={seen}
        onPlaying={seen}
        aria-label={name}
      />
      {!shows && <span className="visit-initials">{[...person.name].slice(0, 1).join('')}</span>}
      <p className="visit-tag">
        <strong>
          <bdi>{name}</bdi>
        </strong>
        {kind === 'person' && ` ${notes.join(' · ')}`}
      </p>
    </li>
  );
}
