import { VisitProblem } from '../link/outbox';
import type { Signal } from '../link/Signal';
import { AUDIO_DOWN, VIDEO_DOWN } from '../media/layout';
import { Peer } from '../media/Peer';
import type { PeerWish } from '../media/peerConfig';
import type { Level, LevelWhy, Quality, Slots, Stats } from '../messages';
import { Levels } from '../path/level';
import { qualityOf, Word } from '../path/quality';
import { between, type Sample, type Stretch } from '../path/sample';
import { type PathAction, type PathInput, SAMPLE_MS, Watchdog } from '../path/watchdog';
import { Seals, sealedOptions } from '../seal/attach';
import { stayAwake } from './environment';
import type { Local } from './Local';

export interface EngineOptions {
  signal: Signal;
  local: Local;
  wish: () => PeerWish;
  /** Whether something has to come: we send, or somebody else does. */
  expects: () => boolean;
  slots: () => Slots | undefined;
  /** SFrame's base key of a sealed visit. */
  base?: CryptoKey;
  onChange: () => void;
  /** A `slots` that came over the data channel, sooner than by the node. */
  onText: (text: string) => void;
}

const STRETCH_MS = 2_000;
const STATS_MS = 10_000;
/** A path that has just come back makes up sound and rates for a while. */
const SETTLE_MS = 3_000;

export interface EngineView {
  path: { state: Watchdog['state']; sinceMs: number; refusal?: string };
  level: { level: Level; why?: LevelWhy };
  quality: Quality;
  /** Grows with each new connection: tracks have to be taken anew. */
  generation: number;
  stretch?: Stretch;
  /** Members from whom nothing comes, though it should: by slot of sound and picture. */
  byMid: Record<string, number>;
  levels: Record<string, number>;
  sealCounts: Seals['counts'];
  restarts: number;
  rejoins: number;
}

/** Sound and pictures of one page: the peer connection, and all that watches it. */
export class Engine {
  private peer?: Peer;
  private readonly watchdog = new Watchdog();
  private readonly levels = new Levels();
  private readonly word = new Word();
  private readonly seals?: Seals;
  private readonly wake = stayAwake();
  private timer?: ReturnType<typeof setInterval>;
  private last?: Sample;
  private stretchFrom?: Sample;
  private stretch?: Stretch;
  private quality: Quality = 'good';
  private statsAtMs = 0;
  private generation = 0;
  private limited: Level = 0;
  private restarts = 0;
  private rejoins = 0;
  private freezes = 0;
  private freezeMs = 0;
  private readonly beganMs = Date.now();
  private joined: NonNullable<Stats['joined']> = {};
  private isSampling = false;

  constructor(private readonly options: EngineOptions) {
    if (options.base) this.seals = new Seals(options.base, options.onChange);
    this.timer = setInterval(() => this.sample(), SAMPLE_MS);
    this.feed({ is: 'start' });
  }

  get view(): EngineView {
    const { state, sinceMs, refusal } = this.watchdog;
    return {
      path: { state, sinceMs, refusal },
      level: this.levels.now,
      quality: this.quality,
      generation: this.generation,
      stretch: this.stretch,
      byMid: this.last?.byMid ?? {},
      levels: this.last?.levels ?? {},
      sealCounts: this.seals?.counts ?? new Map(),
      restarts: this.restarts,
      rejoins: this.rejoins,
    };
  }

  trackOf = (kind: 'audio' | 'video', slot: number) => this.peer?.trackOf(kind, slot);

  nudge = () => this.feed({ is: 'nudge' });
  /** The signalling is back; `known` says whether the relay has us. */
  signalled(known: boolean) {
    this.feed({ is: 'signal' });
    if (!known) this.feed({ is: 'refused', code: 'media-unknown' });
  }
  refresh() {
    this.peer?.refresh(this.options.wish());
  }
  soundOnly(isSo: boolean) {
    this.levels.ask(isSo);
    this.applyLevel();
  }
  told(level: Level, why: LevelWhy) {
    this.levels.tell(level, why);
    this.applyLevel();
  }
  /** The first picture of somebody else was painted. */
  sawFrame() {
    if (this.joined.firstFrameMs === undefined) this.joined.firstFrameMs = Date.now() - this.beganMs;
  }

  /** One's own tracks as they are now. */
  async sync(): Promise<void> {
    const { local } = this.options;
    const pictures = this.levels.now.level < 2;
    await this.peer
      ?.send({
        audio: local.audioTrack ?? null,
        camera: (pictures && local.cameraTrack) || null,
        screen: (pictures && local.screenTrack) || null,
      })
      // The connection was thrown away meanwhile: the next one is told, too.
      .catch(() => undefined);
  }

  close() {
    clearInterval(this.timer);
    this.watchdog.handle(Date.now(), { is: 'stop' });
    this.peer?.close();
    this.seals?.close();
    this.wake();
  }

  private feed(input: PathInput) {
    const before = this.watchdog.state;
    for (const action of this.watchdog.handle(Date.now(), input)) this.act(action);
    if (this.watchdog.state !== before) {
      if (before === 'flowing') this.levels.broke();
      if (this.watchdog.state === 'flowing' && this.joined.connectedMs === undefined)
        this.joined.connectedMs = Date.now() - this.beganMs;
      this.options.onChange();
    }
  }

  private act(action: PathAction) {
    if (action.do === 'restart') {
      this.restarts += 1;
      this.restart();
    } else {
      if (this.generation > 0) this.rejoins += 1;
      this.begin();
    }
  }

  private begin() {
    this.peer?.close();
    this.last = undefined;
    this.stretchFrom = undefined;
    const peer: Peer = new Peer({
      ...this.options.wish(),
      seals: this.seals,
      extra: this.seals ? sealedOptions() : {},
      onText: this.options.onText,
      onPath: (state) => {
        if (state === 'failed') this.feed({ is: 'failed' });
      },
    });
    this.peer = peer;
    this.generation += 1;
    this.options.onChange();
    this.sync();
    this.send(peer, false);
  }

  private restart() {
    const { peer } = this;
    if (!peer) return;
    peer.refresh(this.options.wish());
    this.send(peer, true);
  }

  private async send(peer: Peer, restart: boolean) {
    try {
      const sdp = await peer.offer(restart);
      const answer = await this.options.signal.ask({ type: 'offer', sdp, restart }, false);
      if (peer !== this.peer || answer.type !== 'answer') return;
      await peer.answer(answer.sdp);
      if (this.joined.answerMs === undefined) this.joined.answerMs = Date.now() - this.beganMs;
      this.limited = 0;
      this.applyLevel();
    } catch (error) {
      if (peer !== this.peer) return;
      const problem = error instanceof VisitProblem ? error : new VisitProblem('bad-sdp');
      this.feed({ is: 'refused', code: problem.code, retryAfterMs: problem.retryAfterMs });
    }
  }

  private async sample() {
    const { peer } = this;
    // A report that takes longer than the pause is not asked for twice.
    if (!peer || this.isSampling) return;
    this.isSampling = true;
    const sample = await peer.sample().catch(() => undefined);
    this.isSampling = false;
    if (peer !== this.peer || !sample) return;
    this.last = sample;
    this.feed({ is: 'sample', count: sample.heard, expects: this.options.expects() });
    this.measure(sample);
  }

  private measure(sample: Sample) {
    this.stretchFrom ??= sample;
    if (sample.atMs - this.stretchFrom.atMs < STRETCH_MS) return;
    const stretch = between(this.stretchFrom, sample);
    this.stretchFrom = sample;
    this.stretch = stretch;
    this.freezes += stretch.freezes;
    this.freezeMs += stretch.freezeMs;
    const isFlowing = this.watchdog.state === 'flowing';
    this.quality = this.word.take(isFlowing ? qualityOf(stretch, false) : 'lost');
    // What is broken is mended, and not degraded.
    if (isFlowing && sample.atMs - stretch.ms - this.watchdog.sinceMs >= SETTLE_MS) this.levels.take(stretch);
    this.applyLevel();
    if (sample.atMs - this.statsAtMs >= STATS_MS) {
      this.statsAtMs = sample.atMs;
      this.options.signal.say({ type: 'stats', stats: this.statsOf(sample, stretch) });
    }
    this.options.onChange();
  }

  private statsOf(sample: Sample, stretch: Stretch): Stats {
    return {
      rttMs: stretch.rttMs,
      lossUpPct: stretch.lossUpPct,
      lossDownPct: stretch.lossDownPct,
      jitterMs: stretch.jitterMs,
      kbitUp: stretch.kbitUp,
      kbitDown: stretch.kbitDown,
      framesPerS: sample.framesPerS,
      heightPx: sample.heightPx,
      freezes: this.freezes,
      freezeMs: this.freezeMs,
      concealedPct: stretch.concealedPct,
      quality: this.quality,
      level: this.levels.now.level,
      path: sample.path,
      joined: this.joined,
      restarts: this.restarts,
      rejoins: this.rejoins,
      ...(this.seals && { sealFailed: [...this.seals.counts.values()].reduce((sum, { failed }) => sum + failed, 0) }),
    };
  }

  private applyLevel() {
    const { level } = this.levels.now;
    if (level === this.limited) return;
    this.limited = level;
    this.peer?.limit(level);
    this.sync();
    this.options.onChange();
  }
}

/** The m-line of a slot, as statistics name it. */
export const midOf = (kind: 'audio' | 'video', slot: number) =>
  String((kind === 'audio' ? AUDIO_DOWN : VIDEO_DOWN) + slot);
