import type { Address } from '../link/address';
import { payloadOf, socketUrls } from '../link/address';
import type { LinkState } from '../link/reconnect';
import { newId, Signal } from '../link/Signal';
import { isStale, type PeerWish } from '../media/peerConfig';
import { type Tile, tilesOf, wantsOf } from '../media/tiles';
import type { CallFacts, FromNode, Hello, Quality, TokenPayload, TroubleKind } from '../messages';
import { LIMITS, VERSION } from '../messages';
import { type SealState, sealStateOf } from '../seal/judge';
import type { Secret } from '../seal/secret';
import { type Banner, bannerOf } from './banner';
import type { Engine, EngineView } from './Engine';
import { deviceId, watchEnvironment } from './environment';
import { Local, type LocalView } from './Local';
import { after, callOf, NOTHING, type RoomState } from './state';

export interface RoomOptions {
  address: Address;
  origin: string;
  part: Hello['part'];
  language: () => string;
  /** Whether frames can be sealed here; asked for by whoever fetched that part. */
  canSeal: boolean;
  /** Fetches sound and pictures: a page before "Join" has no need of them. */
  engine: () => Promise<typeof import('./Engine')>;
  /** Fetches what a sealed visit needs. */
  seal: () => Promise<typeof import('../seal')>;
}

/** All that a page shows; another object each time that something changed. */
export interface RoomView {
  state: RoomState;
  link: { state: LinkState; sinceMs: number };
  media: EngineView;
  local: LocalView;
  tiles: Tile[];
  banner?: Banner;
  seal: SealState;
  call: CallFacts;
  soundOnly: boolean;
  /** A browser that wants a click before there is sound. */
  needsClick: boolean;
  quality: Quality;
}

const NO_MEDIA: EngineView = {
  path: { state: 'off', sinceMs: 0 },
  level: { level: 0 },
  quality: 'good',
  generation: 0,
  byMid: {},
  levels: {},
  sealCounts: new Map(),
  restarts: 0,
  rejoins: 0,
};

/** A visit as one page has it. Framework-free: `subscribe` and `view` fit `useSyncExternalStore`. */
export class Room {
  readonly local: Local;
  readonly link: TokenPayload | undefined;
  view: RoomView;
  private readonly signal: Signal;
  private readonly listeners = new Set<() => void>();
  private readonly unwatch: () => void;
  private readonly device = deviceId(newId);
  private state: RoomState = NOTHING;
  private linkNow: RoomView['link'] = { state: 'closed', sinceMs: 0 };
  private engine?: Engine;
  private isFetching = false;
  private secret?: Secret;
  private takesOver = false;
  private isSoundOnly = false;
  private needsClick = false;
  private toldMedia = '';
  private toldWants = '';

  constructor(private readonly options: RoomOptions) {
    const { address, origin } = options;
    this.link = payloadOf(address.token);
    this.local = new Local(() => {
      this.engine?.sync();
      this.changed();
    });
    this.signal = new Signal({
      urls: socketUrls(origin, this.link?.at),
      hello: () => this.hello(),
      onMessage: (message) => this.take(message),
      onState: (state, sinceMs) => {
        this.linkNow = { state, sinceMs };
        this.changed();
      },
    });
    this.view = this.look();
    this.unwatch = watchEnvironment(
      () => {
        this.signal.nudge();
        this.engine?.nudge();
      },
      () => this.tick(),
    );
  }

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  async start(): Promise<void> {
    const { address, seal } = this.options;
    if (this.link?.sealed && address.secret)
      this.secret = await seal().then(({ secretOf }) => secretOf(address.secret ?? '', this.link?.visit ?? ''));
    this.signal.start();
  }

  /** Comes back after it was over for this page; "take over here" also tells the other device. */
  again(takeOver: boolean) {
    this.takesOver = takeOver;
    this.state = { ...this.state, refused: undefined, ended: undefined };
    this.signal.start();
    this.changed();
  }

  close() {
    this.unwatch();
    this.engine?.close();
    this.engine = undefined;
    this.local.close();
    this.signal.stop();
    this.listeners.clear();
  }

  /** @throws VisitProblem, as every command. */
  async knock(name?: string) {
    const { hasCamera, hasMicrophone } = this.local.view;
    await this.signal.ask({ type: 'knock', name, devices: { camera: hasCamera, microphone: hasMicrophone } });
  }
  check = async (sdp: string) => {
    const answer = await this.signal.ask({ type: 'check', sdp }, false);
    return answer.type === 'answer' ? answer.sdp : '';
  };
  say = (text: string) => this.signal.ask({ type: 'chat', text: text.slice(0, LIMITS.chatChars) });
  caption = (text: string) => this.signal.say({ type: 'caption', text: text.slice(0, LIMITS.captionChars) });
  raise = (kind: TroubleKind, text?: string) => this.signal.ask({ type: 'trouble', kind, text });
  leave = () => this.signal.ask({ type: 'leave' });
  admit = (member: string) => this.signal.ask({ type: 'admit', member });
  decline = (member: string, reason?: string) => this.signal.ask({ type: 'decline', member, reason });
  remove = (member: string, back: boolean) => this.signal.ask({ type: 'remove', member, back });
  tellWaiting = (state: 'busy' | 'soon' | 'ready', minutes?: number) =>
    this.signal.ask({ type: 'status', state, minutes });
  handOver = (to: string) => this.signal.ask({ type: 'hand-over', to });
  bridge = (command: { do: 'call' | 'hang-up'; member?: string; phone?: string; name?: string }) =>
    this.signal.ask({ type: 'bridge', ...command });
  end = (summary?: string, next?: string) => this.signal.ask({ type: 'end', summary, next });

  /** Sound alone, or pictures again. */
  async soundOnly(isSo: boolean): Promise<void> {
    this.isSoundOnly = isSo;
    this.engine?.soundOnly(isSo);
    if (isSo) this.local.stopScreen();
    await this.local.showCamera(!isSo);
  }

  sawFrame = () => this.engine?.sawFrame();
  trackOf = (kind: 'audio' | 'video', slot: number) => this.engine?.trackOf(kind, slot);
  heldBack(isSo: boolean) {
    if (this.needsClick === isSo) return;
    this.needsClick = isSo;
    this.changed();
  }
  peerWish = (forceRelay = this.options.address.forceRelay): PeerWish => ({ ice: this.state.ice, forceRelay });
  nodeNow = () => Date.now() + this.state.clockAheadMs;

  private hello(): Hello {
    const { address, part, canSeal } = this.options;
    const takeOver = this.takesOver || undefined;
    this.takesOver = false;
    return {
      type: 'hello',
      v: VERSION,
      token: address.token,
      device: this.device,
      part,
      takeOver,
      language: this.options.language(),
      can: { webrtc: typeof RTCPeerConnection === 'function', sealed: canSeal },
      seal: this.secret?.check,
    };
  }

  private take(message: FromNode) {
    this.state = after(this.state, message, Date.now());
    if (message.type === 'welcome') this.welcomed(message.media);
    if (message.type === 'ice') this.engine?.refresh();
    if (message.type === 'degrade') this.engine?.told(message.level, message.why);
    if (message.type === 'ended' || message.type === 'refused') this.over();
    this.follow();
    this.changed();
  }

  private welcomed(known: boolean) {
    this.toldMedia = '';
    this.toldWants = '';
    if (this.state.you?.state === 'in') this.engine?.signalled(known);
  }

  /** A page that is in has sound and pictures; one that is not has none. */
  private follow() {
    const isIn = this.state.you?.state === 'in' && !this.state.ended && this.options.part === 'room';
    if (!isIn) {
      this.engine?.close();
      this.engine = undefined;
      return;
    }
    const { sealed } = this.state.welcome?.visit ?? {};
    // Nothing is ever sent open into a sealed visit.
    if (sealed && (!this.secret || !this.options.canSeal)) return;
    if (this.engine || this.isFetching) return;
    this.isFetching = true;
    this.options
      .engine()
      .then(({ Engine }) => {
        if (this.state.you?.state !== 'in' || this.engine) return;
        this.engine = new Engine({
          signal: this.signal,
          local: this.local,
          wish: () => this.peerWish(),
          expects: () => this.expects(),
          slots: () => this.state.slots,
          base: sealed ? this.secret?.base : undefined,
          onChange: () => this.changed(),
          onText: (text) => this.takeText(text),
        });
        if (this.isSoundOnly) this.engine.soundOnly(true);
        this.changed();
      })
      .catch(() => setTimeout(() => this.follow(), 1_000))
      .finally(() => {
        this.isFetching = false;
      });
  }

  private over() {
    this.engine?.close();
    this.engine = undefined;
    this.local.close();
  }

  /** The relay's word of slots comes sooner than the node's; anything else of it is not for us. */
  private takeText(text: string) {
    try {
      const message = JSON.parse(text) as FromNode;
      if (message.type === 'slots') this.take(message);
    } catch {
      // Not for this version.
    }
  }

  private expects(): boolean {
    const me = this.state.you?.member;
    const others = this.state.people.some(
      ({ member, state, connected, audio }) => member !== me && state === 'in' && connected && audio,
    );
    return others || this.local.audioTrack !== undefined;
  }

  private tick() {
    if (this.signal.isOpen && isStale(this.state.ice, this.nodeNow())) this.signal.say({ type: 'ask-ice' });
    this.changed();
  }

  private changed() {
    this.tellMedia();
    const { banner } = this.view;
    const next = this.look();
    // A banner that is the same goes on to be the same object: it is not read aloud twice.
    if (banner && next.banner && JSON.stringify(banner) === JSON.stringify(next.banner)) next.banner = banner;
    this.view = next;
    for (const listener of this.listeners) listener();
  }

  /** Says what we send and want, whenever that is another than was said. */
  private tellMedia() {
    if (!this.engine || !this.signal.isOpen || this.state.you?.state !== 'in') return;
    const { audio, camera, screen } = this.local.view;
    const { level, why } = this.engine.view.level;
    const pictures = level < 2;
    const media = { audio, camera: camera && pictures, screen: screen && pictures, level, levelWhy: why };
    const text = JSON.stringify(media);
    if (text !== this.toldMedia) {
      this.toldMedia = text;
      this.signal.ask({ type: 'media', ...media }, false).catch(() => undefined);
    }
    const tiles = tilesOf(this.state.people, this.state.slots, this.state.you.member);
    const wants = wantsOf(tiles, LIMITS.slots, pictures);
    const wanted = JSON.stringify(wants);
    if (wanted === this.toldWants) return;
    this.toldWants = wanted;
    this.signal.say({ type: 'want', wants });
  }

  private look(): RoomView {
    const { state } = this;
    const media = this.engine?.view ?? NO_MEDIA;
    const link = this.linkNow;
    const isOnline = navigator.onLine !== false;
    const nowMs = Date.now();
    return {
      state,
      link,
      media,
      local: this.local.view,
      tiles: tilesOf(state.people, state.slots, state.you?.member ?? ''),
      banner: bannerOf({ nowMs, isOnline, link, path: media.path, level: media.level, room: state }),
      seal: sealStateOf({
        sealed: state.welcome?.visit.sealed ?? this.link?.sealed ?? false,
        can: this.options.canSeal,
        secret: this.secret,
        me: state.you?.member,
        people: state.people,
        counts: this.sealCounts(media),
      }),
      call: callOf(state, this.link?.call),
      soundOnly: this.isSoundOnly,
      needsClick: this.needsClick,
      quality: media.quality,
    };
  }

  /** Frames by member: what m-line they came by is known of the slots. */
  private sealCounts(media: EngineView) {
    const counts = new Map<string, { opened: number; failed: number }>();
    const add = (member: string | undefined, mid: number) => {
      const one = media.sealCounts.get(mid);
      if (!member || !one) return;
      const old = counts.get(member) ?? { opened: 0, failed: 0 };
      counts.set(member, { opened: old.opened + one.opened, failed: old.failed + one.failed });
    };
    this.state.slots?.audio.forEach((slot, at) => {
      add(slot?.member, 3 + at);
    });
    this.state.slots?.video.forEach((slot, at) => {
      add(slot?.member, 8 + at);
    });
    return counts;
  }
}
