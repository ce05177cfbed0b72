import type { FreeSlot } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { becauseWords } from '../refusalWords';
import { timeAt } from '../zone';

interface Props {
  slot: Pick<FreeSlot, 'start' | 'resources'>;
  because: string[];
  timeZone: string;
  where: string;
  isChosen: boolean;
  onChoose: () => void;
}

/** A time that can be taken. */
export function SlotChoice({ slot, because, timeZone, where, isChosen, onChoose }: Props) {
  const { i18n } = useLingui();
  const locale = useLocale();
  return (
    <label>
      <input type="radio" name="slot" checked={isChosen} onChange={onChoose} />
      <span className="when number">{timeAt(slot.start, timeZone, locale)}</span>
      <bdi>{where}</bdi>
      {because.length > 0 && (
        <span className="soft small">{because.map((one) => becauseWords(i18n, one)).join(' · ')}</span>
      )}
    </label>
  );
}
