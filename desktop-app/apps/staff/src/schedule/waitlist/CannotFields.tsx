import type { DayHalf } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Checkbox, NativeSelect } from '@mantine/core';
import { weekdayName } from '../zone';
import { halfWords } from './cannotWords';

interface Props {
  notOn: number[];
  only?: DayHalf;
  onNotOn: (weekdays: number[]) => void;
  onOnly: (half: DayHalf | undefined) => void;
}

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];
const HALVES: DayHalf[] = ['morning', 'afternoon'];

/** When somebody can never come: no time is offered to them then. */
export function CannotFields({ notOn, only, onNotOn, onOnly }: Props) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const isHalf = (value: string): value is DayHalf => HALVES.some((half) => half === value);
  return (
    <div className="fields">
      <fieldset className="fields" style={{ gridTemplateColumns: 'minmax(0, 1fr)' }}>
        <legend>{i18n.t('Never offer on')}</legend>
        <div className="in-line" style={{ flexWrap: 'wrap' }}>
          {WEEKDAYS.map((weekday) => (
            <Checkbox
              key={weekday}
              label={weekdayName(weekday, locale)}
              checked={notOn.includes(weekday)}
              onChange={(event) =>
                onNotOn(
                  event.currentTarget.checked ? [...notOn, weekday].sort() : notOn.filter((one) => one !== weekday),
                )
              }
            />
          ))}
        </div>
      </fieldset>
      <NativeSelect
        label={i18n.t('Time of day')}
        value={only ?? ''}
        onChange={({ currentTarget: { value } }) => onOnly(isHalf(value) ? value : undefined)}
        data={[
          { value: '', label: i18n.t('At any time') },
          ...HALVES.map((half) => ({ value: half, label: halfWords(i18n, half) })),
        ]}
      />
    </div>
  );
}
