import { type Kind, NoDevice, open } from '../devices/devices';
import type { DeviceFault } from '../devices/faults';
import { SCREEN_WISH } from '../media/layout';

export interface LocalView {
  /** Whether one is heard, seen, and shows a screen, as far as it lies with this side. */
  audio: boolean;
  camera: boolean;
  screen: boolean;
  hasMicrophone: boolean;
  hasCamera: boolean;
  /** Why there is none. */
  microphoneFault?: DeviceFault;
  cameraFault?: DeviceFault;
  microphoneId?: string;
  cameraId?: string;
  speakerId?: string;
}

type Side = { track?: MediaStreamTrack; isOn: boolean; fault?: DeviceFault; chosen?: string };

/** One's own microphone, camera and screen. Muted is silence: the track goes on. */
export class Local {
  private readonly microphone: Side = { isOn: true };
  private readonly cam: Side = { isOn: true };
  private shared?: MediaStreamTrack;
  private speaker?: string;

  constructor(private readonly onChange: () => void) {}

  get view(): LocalView {
    const { microphone, cam } = this;
    return {
      audio: microphone.isOn && isLive(microphone.track),
      camera: cam.isOn && isLive(cam.track),
      screen: isLive(this.shared),
      hasMicrophone: isLive(microphone.track),
      hasCamera: isLive(cam.track),
      microphoneFault: microphone.fault,
      cameraFault: cam.fault,
      microphoneId: microphone.track?.getSettings().deviceId ?? microphone.chosen,
      cameraId: cam.track?.getSettings().deviceId ?? cam.chosen,
      speakerId: this.speaker,
    };
  }

  get audioTrack() {
    return this.microphone.track;
  }
  get cameraTrack() {
    return this.cam.isOn ? this.cam.track : undefined;
  }
  get screenTrack() {
    return this.shared;
  }

  /** Opens a device, or another one. What cannot be opened is a fault, not an error. */
  async open(kind: Kind, id?: string): Promise<void> {
    const side = this.side(kind);
    if (id) side.chosen = id;
    const old = side.track;
    try {
      // Many cameras have one user at a time: the old one is let go first.
      if (kind === 'camera') old?.stop();
      const track = await open(kind, side.chosen);
      if (old !== track) old?.stop();
      side.track = track;
      side.fault = undefined;
      track.enabled = kind === 'camera' || side.isOn;
      // Pulled out, or taken by another program: the next one is taken if there is one.
      track.onended = () => {
        if (side.track !== track) return;
        side.track = undefined;
        this.open(kind).catch(() => undefined);
      };
    } catch (error) {
      side.track = isLive(old) ? old : undefined;
      side.fault = error instanceof NoDevice ? error.fault : 'failed';
    }
    this.onChange();
  }

  /** Without a device: on purpose, and said so. */
  doWithout(kind: Kind) {
    const side = this.side(kind);
    side.track?.stop();
    side.track = undefined;
    side.isOn = kind === 'microphone';
    this.onChange();
  }

  mute(isMuted: boolean) {
    this.microphone.isOn = !isMuted;
    if (this.microphone.track) this.microphone.track.enabled = !isMuted;
    this.onChange();
  }

  async showCamera(isOn: boolean): Promise<void> {
    this.cam.isOn = isOn;
    if (!isOn) {
      // Its light goes out, so that nobody has to believe a word.
      if (this.cam.track) this.cam.track.onended = null;
      this.cam.track?.stop();
      this.cam.track = undefined;
      this.onChange();
    } else if (!isLive(this.cam.track)) await this.open('camera');
    else this.onChange();
  }

  chooseSpeaker(id: string) {
    this.speaker = id;
    this.onChange();
  }

  /** Shares a screen; false if the person chose none. */
  async shareScreen(): Promise<boolean> {
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: SCREEN_WISH, audio: false });
      const [track] = stream.getVideoTracks();
      if (!track) return false;
      track.contentHint = 'detail';
      track.onended = () => this.stopScreen();
      this.shared = track;
      this.onChange();
      return true;
    } catch {
      return false;
    }
  }

  stopScreen() {
    this.shared?.stop();
    this.shared = undefined;
    this.onChange();
  }

  close() {
    for (const side of [this.microphone, this.cam]) {
      if (side.track) side.track.onended = null;
      side.track?.stop();
      side.track = undefined;
    }
    this.shared?.stop();
    this.shared = undefined;
  }

  private side(kind: Kind): Side {
    return kind === 'camera' ? this.cam : this.microphone;
  }
}

const isLive = (track: MediaStreamTrack | undefined) => track !== undefined && track.readyState === 'live';
