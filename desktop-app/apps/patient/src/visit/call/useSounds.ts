import { holdSounds } from '@holdfast/visit-room/call';
import { LIMITS, type Room, type RoomView, tone } from '@holdfast/visit-room/entry';
import { useEffect, useRef } from 'preact/hooks';

/** Lets the others be heard. Gives back what a click does where the browser wants one. */
export function useSounds(room: Room, view: RoomView): () => void {
  const sounds = useRef<ReturnType<typeof holdSounds> | undefined>(undefined);
  const { generation } = view.media;
  const { speakerId } = view.local;
  const take = () => {
    sounds.current ??= holdSounds(LIMITS.slots);
    sounds.current.take((slot) => room.trackOf('audio', slot)).then((may) => room.heldBack(!may));
  };
  useEffect(take, [room, generation]);
  useEffect(() => sounds.current?.speaker(speakerId), [speakerId]);
  useEffect(() => {
    // One who has put the device down hears that they were let in.
    tone(speakerId).catch(() => undefined);
    return () => sounds.current?.close();
  }, []);
  return take;
}
