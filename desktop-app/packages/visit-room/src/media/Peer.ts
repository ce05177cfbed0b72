import type { Level } from '../messages';
import { LIMITS } from '../messages';
import { type Sample, sampleOf } from '../path/sample';
import type { Seals } from '../seal/attach';
import {
  AUDIO_BITRATE,
  AUDIO_DOWN,
  AUDIO_UP,
  CAMERA_UP,
  LAYERS,
  SCREEN_BITRATE,
  SCREEN_UP,
  VIDEO_DOWN,
} from './layout';
import { codecsOf, configOf, type PeerWish } from './peerConfig';

export interface PeerOptions extends PeerWish {
  seals?: Seals;
  /** Further options of a sealed connection, see `sealedOptions`. */
  extra?: object;
  onPath: (state: RTCPeerConnectionState) => void;
  /** Text of the relay's over the data channel. */
  onText: (text: string) => void;
}

export interface Tracks {
  audio?: MediaStreamTrack | null;
  camera?: MediaStreamTrack | null;
  screen?: MediaStreamTrack | null;
}

/** How many layers of the camera are sent, and how often, by level. */
const CAMERA_AT: Record<Level, (number | undefined)[]> = { 0: [15, 30], 1: [12, undefined], 2: [], 3: [] };

/** One peer connection of fixed slots. It is offered once; a broken one is thrown away for another. */
export class Peer {
  private readonly pc: RTCPeerConnection;
  private readonly transceivers: RTCRtpTransceiver[] = [];
  private readonly channel: RTCDataChannel;
  private isClosed = false;

  constructor(private readonly options: PeerOptions) {
    this.pc = new RTCPeerConnection({ ...configOf(options), ...options.extra });
    this.pc.onconnectionstatechange = () => {
      if (!this.isClosed) options.onPath(this.pc.connectionState);
    };
    this.add('audio', { direction: 'sendonly', sendEncodings: [{ maxBitrate: AUDIO_BITRATE, priority: 'high' }] });
    this.addCamera();
    this.add('video', { direction: 'sendonly', sendEncodings: [{ maxBitrate: SCREEN_BITRATE }] });
    for (const kind of ['audio', 'video'] as const)
      for (let slot = 0; slot < LIMITS.slots; slot += 1) this.add(kind, { direction: 'recvonly' });
    this.channel = this.pc.createDataChannel('visit');
    this.channel.onmessage = ({ data }) => options.onText(String(data));
    if (options.seals) this.seal(options.seals);
  }

  /** The receiver's track of a slot: it is there from the start, and silent while nobody is in it. */
  trackOf(kind: 'audio' | 'video', slot: number): MediaStreamTrack | undefined {
    return this.transceivers[(kind === 'audio' ? AUDIO_DOWN : VIDEO_DOWN) + slot]?.receiver.track;
  }

  async offer(restart: boolean): Promise<string> {
    if (restart) this.pc.restartIce();
    await this.pc.setLocalDescription(await this.pc.createOffer(restart ? { iceRestart: true } : {}));
    return this.pc.localDescription?.sdp ?? '';
  }

  async answer(sdp: string): Promise<void> {
    // Of two offers in flight the later one holds: the earlier answer finds no place.
    if (this.isClosed || this.pc.signalingState !== 'have-local-offer') return;
    await this.pc.setRemoteDescription({ type: 'answer', sdp });
  }

  /** Fresh credentials: they are used from the next restart on. */
  refresh(wish: PeerWish) {
    this.pc.setConfiguration({ ...this.pc.getConfiguration(), ...configOf(wish) });
  }

  async send(tracks: Tracks): Promise<void> {
    const put = (at: number, track: MediaStreamTrack | null | undefined) => {
      const sender = this.transceivers[at]?.sender;
      return track === undefined || sender?.track === track ? undefined : sender?.replaceTrack(track);
    };
    await Promise.all([put(AUDIO_UP, tracks.audio), put(CAMERA_UP, tracks.camera), put(SCREEN_UP, tracks.screen)]);
  }

  /** Sends as much of the camera as a level allows. */
  async limit(level: Level): Promise<void> {
    const sender = this.transceivers[CAMERA_UP]?.sender;
    const parameters = sender?.getParameters();
    if (!sender || !parameters?.encodings.length) return;
    const rates = CAMERA_AT[level];
    const last = parameters.encodings.length - 1;
    parameters.encodings.forEach((encoding, at) => {
      // Without layers the one that there is does for all levels.
      const rate = last === 0 ? rates.findLast((one) => one !== undefined) : rates[at];
      encoding.active = rate !== undefined;
      if (rate !== undefined) encoding.maxFramerate = rate;
      if (last === 0) {
        encoding.maxBitrate = (level === 0 ? LAYERS[1] : LAYERS[0]).maxBitrate;
        encoding.scaleResolutionDownBy = level === 0 ? 1 : 2;
      }
    });
    // A sender that has not been negotiated yet refuses; it is told again once it has.
    await sender.setParameters(parameters).catch(() => undefined);
  }

  async sample(): Promise<Sample> {
    const report = await this.pc.getStats();
    return sampleOf(Date.now(), report.values() as Iterable<{ type: string; id: string }>);
  }

  close() {
    this.isClosed = true;
    this.channel.onmessage = null;
    this.pc.onconnectionstatechange = null;
    this.pc.close();
  }

  private add(kind: 'audio' | 'video', init: RTCRtpTransceiverInit) {
    const transceiver = this.pc.addTransceiver(kind, init);
    this.transceivers.push(transceiver);
    const half = init.direction === 'sendonly' ? RTCRtpSender : RTCRtpReceiver;
    const codecs = codecsOf(half.getCapabilities(kind)?.codecs ?? [], this.options.seals !== undefined);
    if (codecs.length > 0) transceiver.setCodecPreferences?.(codecs);
  }

  private addCamera() {
    try {
      this.add('video', { direction: 'sendonly', sendEncodings: LAYERS.map((layer) => ({ ...layer })) });
    } catch {
      // No layers in this browser: one picture.
      this.add('video', { direction: 'sendonly' });
    }
  }

  private seal(seals: Seals) {
    this.transceivers.forEach((transceiver, slot) => {
      const kind = slot === AUDIO_UP || (slot >= AUDIO_DOWN && slot < VIDEO_DOWN) ? 'audio' : 'video';
      const isUp = slot < AUDIO_DOWN;
      seals.attach(isUp ? transceiver.sender : transceiver.receiver, { way: isUp ? 'up' : 'down', kind, slot });
    });
  }
}
