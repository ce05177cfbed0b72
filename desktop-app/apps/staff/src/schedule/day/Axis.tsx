import type { DaySheet } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { type Frame, marksOf } from './geometry';

/** The hours beside the columns; an hour that comes twice says so the second time. */
export function Axis({
  sheet,
  frame,
  now,
}: {
  sheet: DaySheet;
  frame: Frame;
  now?: { minute: number; label: string };
}) {
  const { i18n } = useLingui();
  const isInside = now && now.minute >= frame.from && now.minute < frame.to;
  return (
    <div className="axis" aria-hidden="true">
      <div className="column-head" />
      <div className="axis-body" style={{ blockSize: (frame.to - frame.from) * frame.scale }}>
        {marksOf(sheet, frame).map(({ minute, label, again }) => (
          <div
            key={minute}
            className="hour number"
            data-minute={minute}
            style={{ insetBlockStart: (minute - frame.from) * frame.scale }}
          >
            {label}
            {again && <span className="again">{i18n.t('again')}</span>}
          </div>
        ))}
        {isInside && (
          <div className="now-label number" style={{ insetBlockStart: (now.minute - frame.from) * frame.scale }}>
            {now.label}
          </div>
        )}
      </div>
    </div>
  );
}

/** The lines of full and half hours, as a background: a day sheet of fifty columns has no element for each. */
export function linesOf(sheet: DaySheet, frame: Frame): string {
  const marks = marksOf(sheet, frame);
  const halves = marks.flatMap(({ minute }, index) => {
    const next = marks[index + 1]?.minute ?? minute + 60;
    return [
      { minute, colour: 'var(--hf-line)' },
      ...(next - minute === 60 ? [{ minute: minute + 30, colour: 'var(--hour-half)' }] : []),
    ];
  });
  const stops = halves
    .filter(({ minute }) => minute < frame.to)
    .map(({ minute, colour }) => {
      const at = ((minute - frame.from) * frame.scale).toFixed(2);
      return `transparent ${at}px, ${colour} ${at}px calc(${at}px + 1px), transparent calc(${at}px + 1px)`;
    });
  return `linear-gradient(to bottom, ${stops.join(', ')})`;
}
