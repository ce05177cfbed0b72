import type { Continuity, Setup } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';
import type { MarkKind } from '@holdfast/ui';
import { durationWords } from '../time/duration';

export interface Headline {
  kind: MarkKind;
  /** Scope, duration, queue, consequence. */
  head: string;
  detail: string;
  /** The cause, in the words of whatever failed. */
  why: string;
}

type Host = Setup['host'];

/** How it stands with the link upwards, in plain words. A desktop's link leads to the clinic's node, a node's to head office. */
export function headline(i18n: I18n, report: Continuity, host: Host, now: number): Headline {
  const { link } = report;
  if (link.state === 'off') return unlinked(i18n, report);
  if (link.state === 'connected') return linked(i18n, report, host, now);
  if (link.sinceMs === undefined || link.sinceMs === null) {
    const head = host === 'desktop' ? i18n.t('Connecting to the clinic’s node.') : i18n.t('Connecting to head office.');
    return { kind: 'busy', head: `${head} ${queue(i18n, report)} ${i18n.t('Nothing is lost.')}`, detail: '', why: '' };
  }
  const duration = durationWords(i18n, now - link.sinceMs);
  const head =
    host === 'desktop'
      ? i18n.t('Link to the clinic’s node down for {duration}.', { duration })
      : i18n.t('Link to head office down for {duration}.', { duration });
  return {
    kind: 'warn',
    head: `${head} ${queue(i18n, report)} ${i18n.t('Nothing is lost.')}`,
    detail: `${i18n.t('Work goes on as always.')} ${nextTry(i18n, report, now)}`,
    why: link.lastError?.message ?? '',
  };
}

/** By how much a clock may be off before it matters to what is charted. */
const CLOCK_MATTERS_MS = 2 * 60_000;

/**
 * What to say of a wrong clock: this computer's beside the node's (`offset`: the node's less this one's), or the host's own beside
 * the replica above. Empty while they agree.
 */
export function clockWords(i18n: I18n, report: Continuity, host: Host, offset: number): string {
  if (Math.abs(offset) >= CLOCK_MATTERS_MS) return wrongClock(i18n, -offset, 'this');
  const ahead = report.link.clockAheadMs ?? 0;
  if (Math.abs(ahead) < CLOCK_MATTERS_MS) return '';
  return wrongClock(i18n, ahead, host === 'desktop' ? 'this' : 'node');
}

function wrongClock(i18n: I18n, aheadMs: number, whose: 'this' | 'node'): string {
  const by = durationWords(i18n, Math.abs(aheadMs));
  const wrong =
    whose === 'this'
      ? aheadMs > 0
        ? i18n.t('The clock of this computer is {by} fast.', { by })
        : i18n.t('The clock of this computer is {by} slow.', { by })
      : aheadMs > 0
        ? i18n.t('The clock of the clinic’s node is {by} fast.', { by })
        : i18n.t('The clock of the clinic’s node is {by} slow.', { by });
  return `${wrong} ${i18n.t('Look at each time that you enter, and have the clock set.')}`;
}

function unlinked(i18n: I18n, { unsent }: Continuity): Headline {
  const detail =
    unsent > 0
      ? i18n.t('{count, plural, one {# change is kept here only.} other {# changes are kept here only.}}', {
          count: unsent,
        })
      : '';
  return { kind: 'off', head: i18n.t('No link to head office is set up.'), detail, why: '' };
}

function linked(i18n: I18n, report: Continuity, host: Host, now: number): Headline {
  const { unsent, unsentSinceMs, link } = report;
  const detail = link.waitingScopes ? i18n.t('News from elsewhere is still coming in.') : '';
  if (unsent === 0) {
    const head =
      host === 'desktop'
        ? i18n.t('Everything from here is at the clinic’s node.')
        : i18n.t('Everything from here is at head office.');
    return { kind: detail ? 'busy' : 'ok', head, detail, why: '' };
  }
  const head = i18n.t('{count, plural, one {Sending # change.} other {Sending # changes.}}', { count: unsent });
  const age = durationWords(i18n, now - (unsentSinceMs ?? now));
  return {
    kind: 'busy',
    head,
    detail: `${i18n.t('The oldest was made {age} ago.', { age })} ${detail}`.trim(),
    why: '',
  };
}

function queue(i18n: I18n, { unsent }: Continuity): string {
  return i18n.t('{count, plural, =0 {No changes waiting.} one {# change waiting.} other {# changes waiting.}}', {
    count: unsent,
  });
}

function nextTry(i18n: I18n, { link }: Continuity, now: number): string {
  const seconds = link.nextTryMs ? Math.ceil((link.nextTryMs - now) / 1000) : 0;
  if (link.state === 'connecting' || seconds <= 1) return i18n.t('It is trying again now.');
  return i18n.t('It tries again in {wait}.', { wait: durationWords(i18n, seconds * 1000) });
}
