import { schedule } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Panel } from '@holdfast/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Failed } from '../../problems/Failed';
import { today } from '../../time/dates';
import { useDay } from '../useDay';
import { AffectedList } from './AffectedList';

/** Takes in a calendar file (iCalendar), and tells line by line what it could not. */
export function CalendarImport() {
  const { i18n } = useLingui();
  const client = useQueryClient();
  const zone = useDay(today()).data?.timeZone;
  const take = useMutation({
    mutationFn: async (file: File) => schedule.importCalendar(await file.text()),
    onSettled: () => client.invalidateQueries({ queryKey: ['schedule'] }),
  });
  return (
    <Panel title={i18n.t('Take in a calendar')}>
      <div className="stack">
        <label className="stack">
          <span>{i18n.t('Calendar file (.ics)')}</span>
          <input
            type="file"
            accept=".ics,text/calendar"
            disabled={take.isPending}
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              if (file) take.mutate(file);
              event.currentTarget.value = '';
            }}
          />
        </label>
        {take.data && (
          <div role="status" className="stack">
            <p>
              {i18n.t('{count, plural, one {# entry was taken in.} other {# entries were taken in.}}', {
                count: take.data.taken,
              })}
            </p>
            <ul>
              {take.data.left.map(({ line, reason }) => (
                <li key={line}>
                  {i18n.t('Line {line}:', { line })} <bdi>{reason}</bdi>
                </li>
              ))}
            </ul>
            {zone && <AffectedList affected={take.data.affected} timeZone={zone} />}
          </div>
        )}
        {take.isError && <Failed error={take.error} />}
      </div>
    </Panel>
  );
}
