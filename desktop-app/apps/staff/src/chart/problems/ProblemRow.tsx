import type { Condition } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import { textOf } from '../../fhir/words';
import { showDate } from '../../time/dates';
import { isOpenProblem } from './problem';

/** A problem, since when, and whether it is over. */
export function ProblemRow({ problem }: { problem: Condition }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const since = problem.onsetDateTime ?? problem.recordedDate;
  const code = problem.code?.coding?.[0]?.code;
  return (
    <>
      <bdi className="main">{textOf(problem.code) || i18n.t('Not named')}</bdi>
      {code && (
        <bdi className="soft small" dir="ltr">
          {code}
        </bdi>
      )}
      {since && <span className="soft small">{i18n.t('since {date}', { date: showDate(since, locale) })}</span>}
      {!isOpenProblem(problem) && <Mark kind="off">{i18n.t('Over')}</Mark>}
    </>
  );
}
