import { LIMITS } from '../messages';

// The m-lines of an offer, in their order. Nobody negotiates again: who comes and goes is a message.
export const AUDIO_UP = 0;
export const CAMERA_UP = 1;
export const SCREEN_UP = 2;
export const AUDIO_DOWN = 3;
export const VIDEO_DOWN = AUDIO_DOWN + LIMITS.slots;

/** What is sent at a level: sizes and rates of the camera's two layers. */
export const CAMERA_WISH = { width: { ideal: 960 }, height: { ideal: 540 }, frameRate: { ideal: 24, max: 30 } };
export const AUDIO_WISH = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
export const SCREEN_WISH = { frameRate: { ideal: 8, max: 15 }, width: { max: 1920 }, height: { max: 1080 } };

export const LAYERS = [
  { rid: 'q', scaleResolutionDownBy: 2, maxBitrate: 150_000, maxFramerate: 15 },
  { rid: 'f', scaleResolutionDownBy: 1, maxBitrate: 900_000, maxFramerate: 30 },
] as const;

export const AUDIO_BITRATE = 40_000;
export const SCREEN_BITRATE = 1_200_000;

/** Heights that a page asks for: of a tile that is large, of one that is small. */
export const WANT_LARGE_PX = 540;
export const WANT_SMALL_PX = 270;
