import { AUDIO_WISH, CAMERA_WISH } from '../media/layout';
import { type DeviceFault, faultOf, surroundings } from './faults';

export type Kind = 'camera' | 'microphone';

export interface Device {
  id: string;
  name: string;
}

/** A device that was not to be had. */
export class NoDevice extends Error {
  readonly fault: DeviceFault;

  constructor(fault: DeviceFault) {
    super(fault);
    this.fault = fault;
  }
}

/**
 * Opens a camera or a microphone: the one that was chosen, else the browser's own choice.
 * @throws NoDevice
 */
export async function open(kind: Kind, id?: string): Promise<MediaStreamTrack> {
  const around = await surroundings(kind);
  if (!around.isSecure || !around.hasDevices || around.isAllowed === false)
    throw new NoDevice(faultOf(undefined, around));
  const chosen = id ? { deviceId: { exact: id } } : {};
  const wish = kind === 'camera' ? { video: { ...CAMERA_WISH, ...chosen } } : { audio: { ...AUDIO_WISH, ...chosen } };
  try {
    const stream = await navigator.mediaDevices.getUserMedia(wish);
    const [track] = stream.getTracks();
    if (!track) throw new NoDevice('none');
    return track;
  } catch (error) {
    // The one that was chosen may be gone: any other is better than none.
    if (id && error instanceof Error && error.name === 'OverconstrainedError') return open(kind);
    if (error instanceof NoDevice) throw error;
    throw new NoDevice(faultOf(error, around));
  }
}

const KINDS = { camera: 'videoinput', microphone: 'audioinput', speaker: 'audiooutput' } as const;

/** What can be chosen. Names come only once a device was opened. */
export async function list(kind: keyof typeof KINDS): Promise<Device[]> {
  const all = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
  return all
    .filter((one) => one.kind === KINDS[kind] && one.deviceId !== '')
    .map(({ deviceId, label }) => ({ id: deviceId, name: label }));
}

/** Whether sound can be sent to a speaker of one's choice. */
export const choosesSpeaker = () =>
  typeof HTMLMediaElement !== 'undefined' && 'setSinkId' in HTMLMediaElement.prototype;
export const sharesScreen = () => typeof navigator.mediaDevices?.getDisplayMedia === 'function';
export const hasWebRtc = () => typeof RTCPeerConnection === 'function';
