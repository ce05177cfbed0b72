import type { Room, RoomView } from '@holdfast/visit-room/entry';
import { useEffect, useState } from 'preact/hooks';

/** The visit as it is now. */
export function useRoom(room: Room): RoomView {
  const [view, setView] = useState(room.view);
  useEffect(() => {
    setView(room.view);
    return room.subscribe(() => setView(room.view));
  }, [room]);
  return view;
}
