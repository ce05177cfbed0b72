import { useLingui, useLocale } from '@holdfast/i18n';
import { memo } from 'react';
import { clockAt } from '../zone';
import { Bands } from './Bands';
import { Block } from './Block';
import type { Column } from './columns';
import type { Cursor, Moving } from './cursor';
import { slotEnd } from './cursor';
import { type Frame, instantOf, placeOf } from './geometry';

interface Props {
  column: Column;
  index: number;
  frame: Frame;
  /** Set while the keyboard is in this column. */
  cursor?: Cursor;
  /** Set while something is moved: over this column, or out of it. */
  moving?: Moving;
  /** The minute that it is, on a day that is today. */
  now?: number;
}

/** A column: its head, and what stands in it at its minutes. */
export const GridColumn = memo(function GridColumn({ column, index, frame, cursor, moving, now }: Props) {
  const { sheet, resource, title, detail } = column;
  const line = now === undefined ? undefined : placeOf({ fromMinute: now, toMinute: now + 1 }, frame);
  return (
    <div role="row" tabIndex={-1} className="column" data-column={index}>
      <div role="rowheader" tabIndex={-1} className="column-head">
        <bdi className="column-title">{title}</bdi>
        <span className="soft small" dir="auto">
          {detail}
        </span>
      </div>
      <div className="column-body" role="presentation" style={{ blockSize: (frame.to - frame.from) * frame.scale }}>
        <Bands sheet={sheet} resource={resource} frame={frame} />
        {column.appointments.map((one) => (
          <Block
            key={one.id}
            one={one}
            lane={column.lanes.get(one.id) ?? { lane: 0, lanes: 1 }}
            frame={frame}
            timeZone={sheet.timeZone}
            isHere={cursor?.appointment === one.id}
            isMoving={moving?.id === one.id}
          />
        ))}
        {cursor && !cursor.appointment && !moving && <Slot column={column} cursor={cursor} frame={frame} />}
        {moving?.column === index && <Ghost column={column} moving={moving} frame={frame} />}
        {line && <div className="now-line" aria-hidden="true" style={{ insetBlockStart: line.top }} />}
      </div>
    </div>
  );
});

/** Free time under the keyboard: Enter books it. */
function Slot({ column, cursor, frame }: { column: Column; cursor: Cursor; frame: Frame }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const walk = { key: column.key, resource: column.resource.ref, appointments: column.appointments };
  const place = placeOf({ fromMinute: cursor.minute, toMinute: slotEnd(walk, cursor.minute, frame) }, frame);
  if (!place) return null;
  const time = clockAt(instantOf(column.sheet, cursor.minute), column.sheet.timeZone, locale);
  return (
    <div role="gridcell" tabIndex={-1} className="cell">
      <button
        type="button"
        className="slot"
        tabIndex={0}
        data-slot={cursor.minute}
        style={{ insetBlockStart: place.top, blockSize: place.height }}
      >
        <span>{i18n.t('{time} Book', { time })}</span>
        <span className="unseen"> {column.title}</span>
      </button>
    </div>
  );
}

/** Where something would go that is being moved. */
function Ghost({ column, moving, frame }: { column: Column; moving: Moving; frame: Frame }) {
  const locale = useLocale();
  const place = placeOf({ fromMinute: moving.minute, toMinute: moving.minute + moving.minutes }, frame);
  if (!place) return null;
  const at = (minute: number) => clockAt(instantOf(column.sheet, minute), column.sheet.timeZone, locale);
  return (
    <div className="ghost" aria-hidden="true" style={{ insetBlockStart: place.top, blockSize: place.height }}>
      {at(moving.minute)} – {at(moving.minute + moving.minutes)}
    </div>
  );
}
