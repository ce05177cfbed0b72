import type { AppointmentShown } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Fragment, memo } from 'react';
import { titleOf } from '../names';
import { StatusMark } from '../StatusMark';
import { clockAt } from '../zone';
import { flagsOf } from './flags';
import type { Frame } from './geometry';
import { placeOf } from './geometry';
import type { Lane } from './lanes';

interface Props {
  one: AppointmentShown;
  lane: Lane;
  frame: Frame;
  timeZone: string;
  /** The keyboard is here. */
  isHere: boolean;
  /** It is on its way to another time. */
  isMoving: boolean;
}

/** An appointment at its minutes: who, what for and how far, with no hover. */
export const Block = memo(function Block({ one, lane, frame, timeZone, isHere, isMoving }: Props) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const place = placeOf(one, frame);
  if (!place) return null;
  const flags = flagsOf(i18n, one);
  const { before, after } = {
    before: placeOf({ fromMinute: one.fromMinute - one.bufferBefore, toMinute: one.fromMinute }, frame),
    after: placeOf({ fromMinute: one.toMinute, toMinute: one.toMinute + one.bufferAfter }, frame),
  };
  const side = {
    insetInlineStart: `${(lane.lane / lane.lanes) * 100}%`,
    inlineSize: `${100 / lane.lanes}%`,
  };
  return (
    <div role="gridcell" tabIndex={-1} className="cell">
      {before && <span className="buffer" style={{ ...side, insetBlockStart: before.top, blockSize: before.height }} />}
      {after && <span className="buffer" style={{ ...side, insetBlockStart: after.top, blockSize: after.height }} />}
      <button
        type="button"
        className={`block of-${one.status}${one.overbook ? ' is-over' : ''}${isMoving ? ' is-moving' : ''}`}
        style={{ ...side, insetBlockStart: place.top, blockSize: place.height }}
        data-appointment={one.id}
        data-from={one.fromMinute}
        data-to={one.toMinute}
        tabIndex={isHere ? 0 : -1}
      >
        <span className="unseen">
          {clockAt(one.start, timeZone, locale)} – {clockAt(one.end, timeZone, locale)}{' '}
        </span>
        <span>
          <bdi className="block-name">{titleOf(i18n, one)}</bdi>{' '}
          <span className="block-facts">
            <StatusMark status={one.status} />
            {one.patient && (
              <>
                {' · '}
                <bdi>{one.type.name}</bdi>
              </>
            )}
            {flags.map((flag) => (
              <Fragment key={flag}>
                {' · '}
                <span className="flag">{flag}</span>
              </Fragment>
            ))}
          </span>
        </span>
      </button>
    </div>
  );
});
