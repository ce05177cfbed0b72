import './vitals.css';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Mark, Panel } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Contained } from '../../problems/Failed';
import { useAbilities } from '../../session/SessionContext';
import { showClock, showDate, today } from '../../time/dates';
import { When } from '../../time/When';
import { useChart } from '../ChartContext';
import { enteredInError } from '../inError';
import { type Saveable, useSave } from '../useSave';
import { useLatestVitals } from './useLatestVitals';
import { type Measurement, newsWords, SHOWN, vitalName, vitalText } from './vitals';

/** The last value of each vital sign, and the early warning score of them. */
export function LastVitals() {
  const { i18n } = useLingui();
  const { go } = useChart();
  const { keeps } = useAbilities();
  return (
    <Panel
      title={i18n.t('Last vitals')}
      flush
      actions={
        keeps('Observation') && (
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => go('vitals/new')}
            aria-label={i18n.t('Enter vitals')}
          >
            {i18n.t('Add')}
          </Button>
        )
      }
    >
      <Contained>
        <Values />
      </Contained>
    </Panel>
  );
}

function Values() {
  const { i18n } = useLingui();
  const { of, aheadOf, isEmpty, news2, hasAhead } = useLatestVitals(SHOWN);
  if (isEmpty) return <p className="empty">{i18n.t('Nothing measured yet.')}</p>;
  const news = news2 && newsWords(i18n, news2);
  return (
    <>
      {news && (
        <p className={`news ${news.kind}`}>
          <Mark kind={news.kind}>{news.text}</Mark>
        </p>
      )}
      {hasAhead && (
        <p className="news warn">
          <Mark kind="warn">{i18n.t('No score: some values are dated in the future.')}</Mark>
        </p>
      )}
      <dl className="vitals">
        {SHOWN.flatMap((code) => {
          const [record, ahead] = [of(code), aheadOf(code)];
          const rows = [...new Set([record, ahead])].filter((one) => one !== undefined);
          return rows.map((one) => (
            <Value key={one.resource.id} code={code} record={one}>
              {one === ahead && <TakeOut name={vitalName(i18n, code)} record={one} />}
            </Value>
          ));
        })}
      </dl>
    </>
  );
}

interface ValueProps {
  code: string;
  record: Measurement;
  children: ReactNode;
}

function Value({ code, record: { resource, savedAt }, children }: ValueProps) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const at = resource.effectiveDateTime ?? resource.issued;
  return (
    <div>
      <dt>{vitalName(i18n, code)}</dt>
      <dd className="number">
        <bdi dir="ltr">{vitalText(i18n, resource)}</bdi>
        <span className="soft small">
          {savedAt === 'saving' ? i18n.t('Saving…') : <When at={at}>{shortly(at, locale)}</When>}
        </span>
        {children}
      </dd>
    </div>
  );
}

/** The way out for a value that nobody can have measured yet. */
function TakeOut({ name, record: { resource } }: { name: string; record: Measurement }) {
  const { i18n } = useLingui();
  const { id } = useChart();
  const { keeps } = useAbilities();
  const save = useSave(id);
  if (!keeps('Observation')) return null;
  const takeOut = () =>
    save({
      resources: [enteredInError(resource) as Saveable],
      what: i18n.t('{name} is taken out of the chart', { name }),
    });
  return (
    <Button size="compact-xs" variant="default" onClick={takeOut} aria-label={`${name}: ${i18n.t('Entered in error')}`}>
      {i18n.t('Entered in error')}
    </Button>
  );
}

/** The hour of what is of today, the day of everything else. */
function shortly(at: string | undefined, locale: string): string {
  const isOfToday = at !== undefined && at.length > 10 && today(new Date(at)) === today();
  return isOfToday ? showClock(at, locale) : showDate(at, locale);
}
