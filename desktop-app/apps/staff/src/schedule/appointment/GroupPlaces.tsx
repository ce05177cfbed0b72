import type { AppointmentShown, DaySheet, GroupShown } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Button } from '@mantine/core';
import { useAbilities } from '../../session/SessionContext';
import { flagsOf } from '../day/flags';
import { titleOf } from '../names';
import { StatusMark } from '../StatusMark';
import { nextStep, statusWords, stepWords } from '../status';
import { useChange } from '../useChange';

interface Props {
  group: GroupShown;
  sheet: DaySheet;
  onOpen: (id: string) => void;
}

/** Who has a place in a group session: each is checked in and led on here, and opened for all else. */
export function GroupPlaces({ group, sheet, onOpen }: Props) {
  const { i18n } = useLingui();
  if (group.places.length === 0) return <p className="empty panel">{i18n.t('Nobody has a place yet.')}</p>;
  return (
    <ul className="rows panel" aria-label={i18n.t('Places of the session')}>
      {group.places.map((one) => (
        <Line key={one.id} one={one} sheet={sheet} onOpen={() => onOpen(one.id)} />
      ))}
    </ul>
  );
}

function Line({ one, sheet, onOpen }: { one: AppointmentShown; sheet: DaySheet; onOpen: () => void }) {
  const { i18n } = useLingui();
  const { books } = useAbilities();
  const { setStatus } = useChange();
  const name = titleOf(i18n, one);
  const next = nextStep(one.status);
  // Nobody is checked in on another day.
  const mayStep = books && next && (one.status !== 'booked' || sheet.now !== undefined);
  return (
    <li>
      <bdi className="main">{name}</bdi>
      <StatusMark status={one.status} />
      {flagsOf(i18n, one).map((flag) => (
        <span key={flag} className="flag small">
          {flag}
        </span>
      ))}
      <span className="end">
        {mayStep && (
          <Button
            size="compact-xs"
            aria-label={i18n.t('{name}: {status}', { name, status: stepWords(i18n, next) })}
            onClick={() => setStatus(one, next, i18n.t('{name}: {status}', { name, status: statusWords(i18n, next) }))}
          >
            {stepWords(i18n, next)}
          </Button>
        )}{' '}
        <Button
          size="compact-xs"
          variant="default"
          onClick={onOpen}
          aria-label={i18n.t('Open the place of {name}', { name })}
        >
          {i18n.t('Open')}
        </Button>
      </span>
    </li>
  );
}
