import type { Affected, AppointmentShown } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Link } from 'wouter';
import { titleOf, useNames, withWords } from '../names';
import { clockAt, dateAt, dayAt } from '../zone';

interface Props {
  affected: Affected | undefined;
  timeZone: string;
}

/** What is booked of something that is taken away: each leads to its day, where it is moved. Nothing if nothing is. */
export function AffectedList({ affected, timeZone }: Props) {
  const { i18n } = useLingui();
  if (!affected || affected.appointments.length === 0) return null;
  const { appointments, more } = affected;
  return (
    <div className="told warn stack" role="status">
      <p>
        {i18n.t(
          '{count, plural, one {# appointment has to be moved or cancelled} other {# appointments have to be moved or cancelled}}',
          { count: appointments.length + more },
        )}
      </p>
      <ul className="rows panel">
        {appointments.map((one) => (
          <Line key={one.id} one={one} timeZone={timeZone} />
        ))}
      </ul>
      {more > 0 && <p>{i18n.t('{count, plural, one {# more} other {# more}}', { count: more })}</p>}
    </div>
  );
}

function Line({ one, timeZone }: { one: AppointmentShown; timeZone: string }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const names = useNames();
  return (
    <li>
      <Link href={`/schedule/day/${dateAt(one.start, timeZone)}`}>
        <span className="number">
          {dayAt(one.start, timeZone, locale)} {clockAt(one.start, timeZone, locale)}
        </span>
      </Link>
      <bdi className="main">{titleOf(i18n, one)}</bdi>
      <bdi>{withWords(one.resources, names)}</bdi>
    </li>
  );
}
