import { useLingui } from '@holdfast/i18n';
import { Screen } from '../../shell/Screen';
import { CalendarImport } from './CalendarImport';
import { Holidays } from './Holidays';
import { Resources } from './Resources';
import { Types } from './Types';

/** What the schedule is made of: types, working hours, time off, holidays. */
export default function Setup(_: { rest: string[] }) {
  const { i18n } = useLingui();
  return (
    <Screen title={i18n.t('Set up the schedule')}>
      <Types />
      <Resources />
      <div className="with-side">
        <Holidays />
        <CalendarImport />
      </div>
    </Screen>
  );
}
