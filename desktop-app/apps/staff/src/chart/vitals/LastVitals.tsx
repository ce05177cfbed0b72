import './vitals.css';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Mark, Panel } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Contained } from '../../problems/Failed';
import { useAbilities } from '../../session/SessionContext';
import { showClock, showDate, today } from '../../time/dates';
import { useChart } from '../ChartContext';
import { CONSCIOUSNESS, newestOf, newsWords, OXYGEN, PRESSURE, vitalName, vitalText } from './vitals';

const SHOWN = [PRESSURE, '8867-4', '9279-1', '8310-5', '59408-5', '2708-6', OXYGEN, CONSCIOUSNESS, '29463-7', '8302-2'];

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
  const locale = useLocale();
  const { chart } = useChart();
  const { latest, news2 } = chart.vitals;
  if (latest.length === 0) return <p className="empty">{i18n.t('Nothing measured yet.')}</p>;
  const news = news2 && newsWords(i18n, news2);
  return (
    <>
      {news && (
        <p className={`news ${news.kind}`}>
          <Mark kind={news.kind}>{news.text}</Mark>
        </p>
      )}
      <dl className="vitals">
        {SHOWN.map((code) => {
          const record = newestOf(latest, code);
          if (!record) return null;
          const { resource, savedAt } = record;
          return (
            <div key={code}>
              <dt>{vitalName(i18n, code)}</dt>
              <dd className="number">
                <bdi dir="ltr">{vitalText(i18n, resource)}</bdi>
                <span className="soft small">
                  {savedAt === 'saving' ? i18n.t('Saving…') : shortly(resource.effectiveDateTime, locale)}
                </span>
              </dd>
            </div>
          );
        })}
      </dl>
    </>
  );
}

/** The hour of what is of today, the day of everything else. */
function shortly(at: string | undefined, locale: string): string {
  const isOfToday = at !== undefined && at.length > 10 && today(new Date(at)) === today();
  return isOfToday ? showClock(at, locale) : showDate(at, locale);
}
