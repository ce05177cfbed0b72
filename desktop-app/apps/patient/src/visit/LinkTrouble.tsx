/** @jsxImportSource preact */
import type { CallFacts, Refused } from '@holdfast/visit-room/entry';
import { StepHead } from '../StepHead';
import { timeOf } from './clock';
import { LastResort } from './LastResort';
import { Summary } from './Summary';
import { type Key, useWords } from './words';

const HEADS: Record<string, [Key, Key]> = {
  'link-bad': ['badHead', 'bad'],
  'link-expired': ['expiredHead', 'askNew'],
  'link-revoked': ['revokedHead', 'askNew'],
  elsewhere: ['elsewhereHead', 'elsewhere'],
  'visit-full': ['fullHead', 'full'],
};

interface Props {
  refused: Refused;
  call: CallFacts;
  onAgain: (takeOver: boolean) => void;
}

/** Why the link leads to no visit, and what to do. */
export function LinkTrouble({ refused, call, onAgain }: Props) {
  const { say, language } = useWords();
  const { code, fromMs, summary } = refused;
  const [head, text] = HEADS[code] ?? [];
  return (
    <>
      {head && text && (
        <>
          <StepHead>{say(head)}</StepHead>
          <p>{say(text)}</p>
        </>
      )}
      {code === 'elsewhere' && (
        <button type="button" class="main" onClick={() => onAgain(true)}>
          {say('takeOver')}
        </button>
      )}
      {code === 'link-early' && (
        <>
          <StepHead>{say('earlyHead')}</StepHead>
          <p>{say('early', { time: fromMs ? timeOf(fromMs, language) : '–' })}</p>
        </>
      )}
      {code === 'ended' && (
        <>
          <StepHead>{say('endedHead')}</StepHead>
          <Summary summary={summary} />
        </>
      )}
      {code === 'version' && (
        <>
          <StepHead>{say('versionHead')}</StepHead>
          <button type="button" class="main" onClick={() => location.reload()}>
            {say('reload')}
          </button>
        </>
      )}
      {code === 'too-fast' && <p role="status">{say('tooFast')}</p>}
      {!head && !['link-early', 'ended', 'version', 'too-fast'].includes(code) && (
        <>
          <p role="alert">{say('errOther')}</p>
          <button type="button" class="main" onClick={() => onAgain(false)}>
            {say('tryAgain')}
          </button>
        </>
      )}
      {code !== 'ended' && <LastResort call={call} />}
    </>
  );
}
