// How much of itself a page sends and takes, by what it measures: less video, then sound alone, then the telephone is offered. It goes
// down within seconds and up with patience, longer each time that it was too early. Sound is given up never.
import type { Level, LevelWhy } from '../messages';
import type { Stretch } from './sample';

/** Bad for so long: one step down. */
const DOWN_AFTER_MS: readonly number[] = [4_000, 6_000, 10_000];
/** Good for so long: one step up; doubled each time that a step up did not hold. */
const UP_AFTER_MS = 10_000;
const UP_LONGEST_MS = 80_000;
/** A step up that held for so long was right. */
const HELD_MS = 30_000;

/** What is too bad for pictures in full, for pictures at all, for talking. */
const LIMITS = [
  { lossPct: 8, rttMs: 800, concealedPct: 6, kbit: 200 },
  { lossPct: 12, rttMs: 1_200, concealedPct: 8, kbit: 70 },
  { lossPct: 30, rttMs: 2_000, concealedPct: 20, kbit: 15 },
] as const;
const FILLED = 0.7;
/** Well below the limit of a step before it is taken back. */
const MARGIN = 0.6;

export class Levels {
  /** What is measured, what the relay said, what was asked for. */
  private measured: Level = 0;
  private measuredWhy: LevelWhy = 'loss';
  private told: { level: Level; why: LevelWhy } = { level: 0, why: 'relay' };
  private isSoundAsked = false;
  private badMs = 0;
  private goodMs = 0;
  private upAfterMs = UP_AFTER_MS;
  private sinceUpMs = Number.POSITIVE_INFINITY;

  /** The level that holds, and why. */
  get now(): { level: Level; why?: LevelWhy } {
    const asked: Level = this.isSoundAsked ? 2 : 0;
    const level = Math.max(this.measured, this.told.level, asked) as Level;
    if (level === 0) return { level };
    if (level === asked) return { level, why: 'asked' };
    return { level, why: level === this.measured ? this.measuredWhy : this.told.why };
  }

  /** "Sound only", by a person; and back, which also forgets what was measured before. */
  ask(soundOnly: boolean) {
    this.isSoundAsked = soundOnly;
    if (soundOnly) return;
    this.measured = 0;
    this.badMs = 0;
    this.goodMs = 0;
  }

  tell(level: Level, why: LevelWhy) {
    this.told = { level, why };
  }

  /** The path broke: what was measured before it tells nothing of the one after. */
  broke() {
    this.badMs = 0;
    this.goodMs = 0;
  }

  take(stretch: Stretch) {
    this.sinceUpMs += stretch.ms;
    if (this.sinceUpMs >= HELD_MS && this.sinceUpMs < Number.POSITIVE_INFINITY && this.badMs === 0)
      this.upAfterMs = UP_AFTER_MS;
    const why = badBy(stretch, this.measured);
    if (why && this.measured < 3) {
      this.goodMs = 0;
      this.badMs += stretch.ms;
      if (this.badMs < (DOWN_AFTER_MS[this.measured] ?? 0)) return;
      if (this.sinceUpMs < HELD_MS) this.upAfterMs = Math.min(this.upAfterMs * 2, UP_LONGEST_MS);
      this.step(1, why);
      return;
    }
    this.badMs = 0;
    if (this.measured === 0) return;
    this.goodMs = isWell(stretch, (this.measured - 1) as Level) ? this.goodMs + stretch.ms : 0;
    if (this.goodMs < this.upAfterMs) return;
    this.sinceUpMs = 0;
    this.step(-1, this.measuredWhy);
  }

  private step(by: 1 | -1, why: LevelWhy) {
    this.measured = (this.measured + by) as Level;
    this.measuredWhy = why;
    this.badMs = 0;
    this.goodMs = 0;
  }
}

function badBy(stretch: Stretch, level: Level): LevelWhy | undefined {
  const limit = LIMITS[Math.min(level, 2)];
  if (!limit) return undefined;
  if (lossOf(stretch) >= limit.lossPct || (stretch.concealedPct ?? 0) >= limit.concealedPct) return 'loss';
  if ((stretch.rttMs ?? 0) >= limit.rttMs) return 'round-trip';
  // An estimate is one only where it holds back what is sent.
  const { availableKbitOut: available, kbitUp } = stretch;
  if (available !== undefined && available < limit.kbit && kbitUp > available * FILLED) return 'bandwidth';
  return undefined;
}

function isWell(stretch: Stretch, level: Level): boolean {
  const limit = LIMITS[Math.min(level, 2)];
  if (!limit) return true;
  // The browser's estimate does not grow above what is sent: it says nothing for a step that sends more.
  return (
    lossOf(stretch) < limit.lossPct * MARGIN &&
    (stretch.concealedPct ?? 0) < limit.concealedPct * MARGIN &&
    (stretch.rttMs ?? 0) < limit.rttMs * MARGIN
  );
}

const lossOf = ({ lossDownPct = 0, lossUpPct = 0 }: Stretch) => Math.max(lossDownPct, lossUpPct);
