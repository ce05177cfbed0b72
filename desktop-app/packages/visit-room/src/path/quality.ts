import type { Quality } from '../messages';
import type { Stretch } from './sample';

// From which on one notices (`fair`), and from which on one cannot follow (`poor`). Sound counts first: ITU-T G.114 has 150 ms one way
// as unnoticed and 400 ms as the end of talking; Opus hides a few percent of loss.
const FAIR = { lossPct: 3, rttMs: 300, concealedPct: 2, frozenPct: 5 };
const POOR = { lossPct: 10, rttMs: 800, concealedPct: 8, frozenPct: 25 };

/** How many stretches have to agree, for better and for worse. */
const BETTER_AFTER = 3;
const WORSE_AFTER = 2;
const ORDER: Quality[] = ['good', 'fair', 'poor', 'lost'];

/** One stretch in a word. */
export function qualityOf(stretch: Stretch, expects: boolean): Quality {
  if (expects && stretch.packetsIn === 0) return 'lost';
  const passes = (limit: typeof FAIR) =>
    Math.max(stretch.lossDownPct ?? 0, stretch.lossUpPct ?? 0) >= limit.lossPct ||
    (stretch.rttMs ?? 0) >= limit.rttMs ||
    (stretch.concealedPct ?? 0) >= limit.concealedPct ||
    stretch.frozenPct >= limit.frozenPct;
  return passes(POOR) ? 'poor' : passes(FAIR) ? 'fair' : 'good';
}

/** The word that is shown: it does not flicker. */
export class Word {
  shown: Quality = 'good';
  private others = 0;
  private wanted: Quality = 'good';

  take(quality: Quality): Quality {
    if (quality === this.shown) {
      this.others = 0;
      return this.shown;
    }
    const isWorse = ORDER.indexOf(quality) > ORDER.indexOf(this.shown);
    const wasWorse = ORDER.indexOf(this.wanted) > ORDER.indexOf(this.shown);
    this.others = this.others > 0 && isWorse === wasWorse ? this.others + 1 : 1;
    this.wanted = quality;
    // What is lost, and what is back, is said at once.
    if (quality === 'lost' || this.shown === 'lost' || this.others >= (isWorse ? WORSE_AFTER : BETTER_AFTER)) {
      this.shown = quality;
      this.others = 0;
    }
    return this.shown;
  }
}
