import { LIMITS, Room, sealingOf } from '@holdfast/visit-room';
import { holdSounds } from '@holdfast/visit-room/call';
import { hasWebRtc } from '@holdfast/visit-room/entry';
import { useSyncExternalStore } from 'react';
import { PRESENT } from '../session/useIdle';

/** The one visit of this window. It goes on while its clinician looks at another screen. */
export interface Running {
  visit: string;
  room: Room;
  /** Whether sound and pictures come to this window, or to one of another browser. */
  isHere: boolean;
  name: string;
}

let running: Running | undefined;
let sounds: ReturnType<typeof holdSounds> | undefined;
let generation = -1;
let speaker: string | undefined;
let presence: ReturnType<typeof setInterval> | undefined;
const PRESENT_MS = 30_000;
const listeners = new Set<() => void>();
const tell = () => {
  for (const listener of listeners) listener();
};

/** Secrets of sealed visits that were begun in this window; a room's address has its own. */
export const secrets = new Map<string, string>();

interface Begin {
  visit: string;
  name: string;
  token: string;
  secret?: string;
  language: string;
}

/** Opens the socket of a visit; another one of this window is left. */
export function begin({ visit, name, token, secret, language }: Begin): Running {
  if (running?.visit === visit && !running.room.view.state.ended) return running;
  leave();
  if (secret) secrets.set(visit, secret);
  const isHere = hasWebRtc();
  const room = new Room({
    address: { token, secret, forceRelay: false },
    origin: location.origin,
    part: isHere ? 'room' : 'control',
    language: () => language,
    canSeal: sealingOf() !== undefined,
    engine: () => import('@holdfast/visit-room/engine'),
    seal: () => import('@holdfast/visit-room/seal'),
  });
  running = { visit, room, isHere, name };
  room.subscribe(() => hear(room));
  room.start().catch(() => undefined);
  presence = setInterval(() => {
    // Alone in a room, one may have walked away.
    if (room.view.tiles.some(({ person }) => person.connected)) dispatchEvent(new Event(PRESENT));
  }, PRESENT_MS);
  tell();
  return running;
}

/** Lets the others be heard, wherever in the app one is. */
function hear(room: Room) {
  const { media, local, state } = room.view;
  if (state.ended) {
    sounds?.close();
    sounds = undefined;
    return;
  }
  if (media.generation !== generation) {
    generation = media.generation;
    hearNow(room);
  }
  if (local.speakerId !== speaker) {
    speaker = local.speakerId;
    sounds?.speaker(speaker);
  }
}

export function hearNow(room: Room) {
  if (generation <= 0) return;
  sounds ??= holdSounds(LIMITS.slots);
  sounds.take((slot) => room.trackOf('audio', slot)).then((may) => room.heldBack(!may));
}

/** Goes out of the visit, which goes on without this window. */
export function leave() {
  clearInterval(presence);
  running?.room.close();
  sounds?.close();
  running = undefined;
  sounds = undefined;
  generation = -1;
  tell();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

export const useRunning = () => useSyncExternalStore(subscribe, () => running);
