/** @jsxImportSource preact */
import type { VisitType } from './api';
import { timeOf } from './time';
import { useWords } from './words';

interface Props {
  type: VisitType;
  start: string;
  timeZone: string;
  who?: string;
  where?: string;
}

/** What is being booked, always before one's eyes. */
export function Chosen({ type, start, timeZone, who, where }: Props) {
  const { say, language } = useWords();
  return (
    <div class="chosen">
      <p class="big">{timeOf(start, language, timeZone)}</p>
      <p>
        <bdi>{type.name}</bdi> · {say('minutes', { minutes: type.minutes })}
        {type.remote && ` · ${say('remote')}`}
      </p>
      {who && <p>{say('with', { name: who })}</p>}
      {where && (
        <p>
          <bdi>{where}</bdi>
        </p>
      )}
    </div>
  );
}
