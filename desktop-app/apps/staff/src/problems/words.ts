import { Problem, Unreachable } from '@holdfast/api';
import type { I18n } from '@holdfast/i18n';
import { durationWords } from '../time/duration';
import { wordsByKind } from './byKind';
import { byStatus } from './byStatus';

/** What went wrong, and what to do about it. */
export interface Trouble {
  what: string;
  todo: string;
  /** For whoever is asked for help. */
  code: string;
  /** What the host says of it, in English: small print, where our own words are not of this very trouble. */
  raw?: string;
}

/** Says any error in plain words, in the language of the reader. */
export function troubleOf(i18n: I18n, error: unknown): Trouble {
  if (error instanceof Unreachable) {
    return {
      what: i18n.t('This computer cannot reach the clinic’s node.'),
      todo: i18n.t('Check that it is on the clinic’s network. What you typed stays here; try again in a moment.'),
      code: 'unreachable',
    };
  }
  if (!(error instanceof Problem)) {
    return {
      what: i18n.t('This part of the screen failed.'),
      todo: i18n.t('Try again. If it happens twice, tell whoever looks after the system.'),
      code: error instanceof Error ? error.name : 'unknown',
    };
  }
  const known = knownWords(i18n, error);
  if (known) return { ...known, code: error.code };
  return { ...(wordsByKind(i18n, error) ?? byStatus(i18n, error.status)), code: error.code, raw: error.message };
}

function knownWords(i18n: I18n, error: Problem): Omit<Trouble, 'code'> | undefined {
  const wait = durationWords(i18n, (error.number('retryAfterS') ?? 0) * 1000);
  switch (error.code) {
    case 'setup-code-wrong':
      return {
        what: i18n.t('That is not the setup code.'),
        todo: i18n.t('It stands in the node’s log and in its data folder.'),
      };
    case 'setup-done':
      return {
        what: i18n.t('The first person was already set up.'),
        todo: i18n.t('Sign in, or ask your administrator.'),
      };
    case 'sign-in-wrong':
      return { what: i18n.t('Name or PIN is not right.'), todo: triesWords(i18n, error.number('triesLeft')) };
    case 'sign-in-slowed':
      return {
        what: i18n.t('Too many wrong tries.'),
        todo: waitWords(i18n, error.number('retryAfterS'), wait),
      };
    case 'sign-in-deactivated':
      return { what: i18n.t('This sign-in was ended.'), todo: i18n.t('Ask your manager if that is a mistake.') };
    case 'needs-node':
      return {
        what: i18n.t('This needs the clinic’s node, which is away.'),
        todo: i18n.t('Charting goes on here. Try this again when the node is back.'),
      };
    case 'read-only':
    case 'sign-in-read-only':
      return {
        what: i18n.t('Your sign-in can read, and not change anything.'),
        todo: i18n.t('It was not confirmed for too long. It is again as soon as head office can be reached.'),
      };
    case 'login-taken':
      return {
        what: i18n.t('Somebody else has this login name.'),
        todo: i18n.t('Choose another one.'),
      };
    case 'last-admin':
      return {
        what: i18n.t('This is the last administrator.'),
        todo: i18n.t('Make somebody else one first.'),
      };
    case 'only-admin':
      return {
        what: i18n.t('Only an administrator may do this.'),
        todo: i18n.t('Ask one of them.'),
      };
    case 'own-break-glass':
      return {
        what: i18n.t('Nobody reviews what they have opened themselves.'),
        todo: i18n.t('Another manager has to look at it.'),
      };
    case 'pin-refused':
      return {
        what: i18n.t('This PIN is too easy to guess.'),
        todo: i18n.t('6 to 12 digits, not a run or a repetition'),
      };
    case 'passkey-refused':
      return {
        what: i18n.t('The passkey was not accepted.'),
        todo: i18n.t('Try again, or sign in by PIN.'),
      };
    case 'passkeys-need-https':
      return {
        what: i18n.t('Passkeys need a secure address (https).'),
        todo: i18n.t('Sign in by PIN here.'),
      };
    case 'changed-meanwhile':
      return {
        what: i18n.t('Somebody changed this meanwhile.'),
        todo: i18n.t('Look at it as it is now, then decide.'),
      };
    default:
      return undefined;
  }
}

function triesWords(i18n: I18n, left: number | undefined): string {
  if (left === undefined) return i18n.t('Try again.');
  return i18n.t(
    '{left, plural, one {One more try before you have to wait.} other {# more tries before you have to wait.}}',
    { left },
  );
}

function waitWords(i18n: I18n, seconds: number | undefined, wait: string): string {
  if (seconds === undefined) return i18n.t('Wait a moment, then try again.');
  if (seconds < 60)
    return i18n.t('{seconds, plural, one {Try again in # second.} other {Try again in # seconds.}}', { seconds });
  return i18n.t('Try again in {wait}.', { wait });
}
