/** @jsxImportSource preact */
import type { Summary as Written } from '@holdfast/visit-room/entry';
import { useWords } from './words';

/** What the clinic has written for after the visit. */
export function Summary({ summary }: { summary?: Written }) {
  const { say } = useWords();
  if (!summary?.text && !summary?.next)
    return (
      <>
        <p>{say('summaryNone')}</p>
        <p>{say('closePage')}</p>
      </>
    );
  return (
    <>
      {summary.text && (
        <section>
          <h2>{say('summaryHead')}</h2>
          <p class="told written" dir="auto">
            {summary.text}
          </p>
        </section>
      )}
      {summary.next && (
        <section>
          <h2>{say('nextHead')}</h2>
          <p class="told written" dir="auto">
            {summary.next}
          </p>
        </section>
      )}
      <button type="button" onClick={() => print()}>
        {say('printIt')}
      </button>
    </>
  );
}
