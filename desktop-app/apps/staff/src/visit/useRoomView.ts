import type { Room } from '@holdfast/visit-room';
import { useSyncExternalStore } from 'react';

/** The visit as it is now. */
export const useRoomView = (room: Room) => useSyncExternalStore(room.subscribe, () => room.view);
