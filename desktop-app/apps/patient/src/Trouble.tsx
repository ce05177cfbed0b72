/** @jsxImportSource preact */
import { troubleOf } from './trouble';
import { useWords } from './words';

/** An error in plain words, read out as it appears. */
export function Trouble({ error, retry }: { error: unknown; retry?: () => void }) {
  const { say } = useWords();
  if (!error) return null;
  return (
    <div class="trouble" role="alert">
      <p>{say(troubleOf(error))}</p>
      {retry && (
        <button type="button" onClick={retry}>
          {say('tryAgain')}
        </button>
      )}
    </div>
  );
}
