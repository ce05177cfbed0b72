import type { DayResource, DaySheet, Span } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { clockAt, dateAt, timeAt } from '../zone';
import { type Frame, outsideOf, placeOf } from './geometry';

interface Props {
  sheet: DaySheet;
  resource: DayResource;
  frame: Frame;
}

/** Time of a column that cannot be booked here, each kind told by words and a pattern. */
export function Bands({ sheet, resource, frame }: Props) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { timeZone } = sheet;
  return (
    <>
      {outsideOf(resource.hours, frame).map((span) => (
        <Band key={span.fromMinute} kind="outside" span={span} frame={frame} words={i18n.t('No working hours')} />
      ))}
      {resource.off.map((span) => (
        <Band key={span.fromMinute} kind="off" span={span} frame={frame} words={span.why} />
      ))}
      {resource.elsewhere.map((span) => (
        <Band
          key={span.fromMinute}
          kind="elsewhere"
          span={span}
          frame={frame}
          words={i18n.t('For bookings on the web until {time}', {
            time: (isToday(sheet, span.sellUntil) ? clockAt : timeAt)(span.sellUntil, timeZone, locale),
          })}
        />
      ))}
    </>
  );
}

/** Whether an instant is on the day that is shown, and that day is today: then its hour says enough. */
function isToday({ date, now, timeZone }: DaySheet, instant: string): boolean {
  return now !== undefined && dateAt(instant, timeZone) === date;
}

interface BandProps {
  kind: 'outside' | 'off' | 'elsewhere';
  span: Span;
  frame: Frame;
  words: string;
}

function Band({ kind, span, frame, words }: BandProps) {
  const place = placeOf(span, frame);
  if (!place) return null;
  return (
    <div
      role="gridcell"
      tabIndex={-1}
      className={`band is-${kind}`}
      style={{ insetBlockStart: place.top, blockSize: place.height }}
      data-from={span.fromMinute}
      data-to={span.toMinute}
    >
      <span className="band-words" dir="auto">
        {words}
      </span>
    </div>
  );
}
