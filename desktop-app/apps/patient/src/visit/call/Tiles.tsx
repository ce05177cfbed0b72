/** @jsxImportSource preact */
import type { Room, RoomView } from '@holdfast/visit-room/entry';
import { useWords } from '../words';
import { TileView } from './TileView';

/** Everybody else. */
export function Tiles({ room, view }: { room: Room; view: RoomView }) {
  const { say } = useWords();
  const { tiles } = view;
  if (tiles.length === 0) return <p class="nobody">{say('nobodyYet')}</p>;
  return (
    <ul class={`tiles n${Math.min(tiles.length, 6)}`}>
      {tiles.map((tile) => (
        <TileView key={tile.key} room={room} tile={tile} media={view.media} />
      ))}
    </ul>
  );
}
