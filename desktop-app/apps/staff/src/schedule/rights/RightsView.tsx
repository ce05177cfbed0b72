import { type Rights, type RightsRow, schedule } from '@holdfast/api';
import { type I18n, useLingui, useLocale } from '@holdfast/i18n';
import { Mark, type MarkKind, Panel, ScrollX } from '@holdfast/ui';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { Failed } from '../../problems/Failed';
import { Screen } from '../../shell/Screen';
import { today } from '../../time/dates';
import { DayNav } from '../DayNav';
import { instantOf } from '../day/geometry';
import { useNames } from '../names';
import { refusalWords } from '../refusalWords';
import { useDay } from '../useDay';
import { waitWords } from '../waitWords';
import { clockAt, dayAt, timeAt } from '../zone';

/** Who may sell which time, until when; and what was refused, and why. */
export default function RightsView({ rest: [date = today()] }: { rest: string[] }) {
  const { i18n } = useLingui();
  const [, go] = useLocation();
  const rights = useQuery({ queryKey: ['schedule', 'rights', date], queryFn: () => schedule.rights(date) });
  return (
    <Screen
      title={i18n.t('Who may sell')}
      actions={<DayNav date={date} onChange={(to) => go(`/schedule/rights/${to}`)} />}
    >
      {rights.isPending && <Skeleton height={300} />}
      {rights.isError && <Failed error={rights.error} retry={rights.refetch} />}
      {rights.data && (
        <>
          <Holder rights={rights.data} />
          <Owners rows={rights.data.rows} date={date} />
          <Refusals refusals={rights.data.refusals} date={date} />
        </>
      )}
    </Screen>
  );
}

function Holder({ rights: { holder, epoch, sells } }: { rights: Rights }) {
  const { i18n } = useLingui();
  return (
    <p className={sells ? 'told ok' : 'told warn'}>
      <Mark kind={sells ? 'ok' : 'warn'}>
        {!holder
          ? i18n.t('The calendar has not begun: this host books by itself.')
          : sells
            ? i18n.t('This host holds the calendar and confirms at once.')
            : i18n.t('This host does not hold the calendar: it files requests.')}
      </Mark>{' '}
      {holder && (
        <span className="soft small">
          {i18n.t('Holder')} <bdi dir="ltr">{holder}</bdi> · {i18n.t('epoch {epoch}', { epoch })}
        </span>
      )}
    </p>
  );
}

function Owners({ rows, date }: { rows: RightsRow[]; date: string }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const names = useNames();
  const day = useDay(date);
  const sheet = day.data;
  return (
    <Panel title={i18n.t('Time by its owner')} flush>
      {rows.length === 0 && (
        <p className="empty">{i18n.t('Nothing is given away on this day: all of it is the holder’s.')}</p>
      )}
      {rows.length > 0 && (
        <ScrollX label={i18n.t('Time by its owner')}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{i18n.t('Whose time')}</th>
                <th scope="col">{i18n.t('Time')}</th>
                <th scope="col">{i18n.t('Owner')}</th>
                <th scope="col">{i18n.t('State')}</th>
                <th scope="col">{i18n.t('Sells until')}</th>
                <th scope="col" className="end">
                  {i18n.t('Sold')}
                </th>
                <th scope="col" className="end">
                  {i18n.t('Epoch')}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => {
                const [kind, words] = stateWords(i18n, row.state);
                return (
                  <tr key={`${row.resource} ${row.fromMinute} ${row.epoch}`}>
                    <th scope="row" dir="auto">
                      {names.get(row.resource) ?? row.resource}
                    </th>
                    <td className="number">
                      {sheet &&
                        [row.fromMinute, row.toMinute]
                          .map((minute) => clockAt(instantOf(sheet, minute), sheet.timeZone, locale))
                          .join(' – ')}
                    </td>
                    <td dir="auto">{row.owner}</td>
                    <td>
                      <Mark kind={kind}>{words}</Mark>
                    </td>
                    <td className="number">
                      {sheet && row.sellUntil && timeAt(row.sellUntil, sheet.timeZone, locale)}
                    </td>
                    <td className="end number">{waitWords(i18n, row.sold)}</td>
                    <td className="end number">{row.epoch}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </ScrollX>
      )}
    </Panel>
  );
}

function stateWords(i18n: I18n, state: RightsRow['state']): [MarkKind, string] {
  const words: Record<string, [MarkKind, string]> = {
    held: ['busy', i18n.t('Sells it')],
    returning: ['warn', i18n.t('On its way back')],
    returned: ['ok', i18n.t('Is back')],
    contested: ['danger', i18n.t('Claimed by two')],
    fenced: ['danger', i18n.t('Shut out: it was replaced')],
  };
  return words[state] ?? ['off', state];
}

function Refusals({ refusals, date }: Pick<Rights, 'refusals'> & { date: string }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const sheet = useDay(date).data;
  return (
    <Panel title={i18n.t('What was refused')} flush>
      {refusals.length === 0 && <p className="empty">{i18n.t('Nothing was refused on this day.')}</p>}
      <ul className="rows">
        {refusals.map(({ at, code, message, asked }) => (
          <li key={`${at} ${code} ${message}`}>
            <span className="number">{sheet && timeAt(at, sheet.timeZone, locale)}</span>
            {asked && sheet && (
              <span className="number">
                {i18n.t('asked for {time}', {
                  time: `${dayAt(asked, sheet.timeZone, locale)} ${clockAt(asked, sheet.timeZone, locale)}`,
                })}
              </span>
            )}
            <span className="main">{refusalWords(i18n, { code, message, by: undefined })}</span>
            <bdi className="soft small" dir="auto">
              {message}
            </bdi>
            <code className="end small soft" dir="ltr">
              {code}
            </code>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
