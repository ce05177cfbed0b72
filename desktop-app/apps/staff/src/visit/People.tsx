import type { Visit } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Mark, Panel } from '@holdfast/ui';
import { type Person, qualityShown, type Room, type RoomView } from '@holdfast/visit-room';
import { Button } from '@mantine/core';
import { qualityWords, roleWords } from './words';

interface Props {
  room: Room;
  view: RoomView;
  visit: Visit;
}

/** Everybody who has a link and is there: how they are connected, in words. */
export function People({ room, view, visit }: Props) {
  const { i18n } = useLingui();
  const { people, you } = view.state;
  const others = people.filter(({ member, state }) => member !== you?.member && state !== 'away' && state !== 'left');
  return (
    <Panel title={i18n.t('People')} flush>
      {others.length === 0 && (
        <p className="empty">{i18n.t('{name} has not opened the link yet.', { name: visit.patient.name })}</p>
      )}
      <ul className="rows">
        {others.map((person) => (
          <One key={person.member} room={room} person={person} />
        ))}
      </ul>
    </Panel>
  );
}

function One({ room, person }: { room: Room; person: Person }) {
  const { i18n } = useLingui();
  const { kind, text } = qualityWords(i18n, qualityShown(person));
  const ask = (work: Promise<unknown>) => work.catch(() => undefined);
  return (
    <li>
      <span className="main">
        <bdi>{person.name}</bdi>
      </span>
      <span className="soft">{roleWords(i18n, person.role)}</span>
      {person.leads && <Mark kind="off">{i18n.t('leads')}</Mark>}
      {person.state === 'here' && <Mark kind="busy">{i18n.t('checks their devices')}</Mark>}
      {person.state === 'waiting' && <Mark kind="busy">{i18n.t('waits')}</Mark>}
      {person.state === 'in' && !person.phone && <Mark kind={kind}>{text}</Mark>}
      {person.phone === 'ringing' && <Mark kind="busy">{i18n.t('The telephone rings')}</Mark>}
      {person.phone === 'connected' && <Mark kind="ok">{i18n.t('by telephone')}</Mark>}
      {person.phone === 'failed' && <Mark kind="danger">{i18n.t('The call failed')}</Mark>}
      {(person.level ?? 0) >= 2 && <Mark kind="warn">{i18n.t('sound only')}</Mark>}
      {person.state === 'in' && (
        <span className="end">
          {person.phone && (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => ask(room.bridge({ do: 'hang-up', member: person.member }))}
            >
              {i18n.t('Hang up')}
            </Button>
          )}
          {person.role !== 'clinician' && (
            <Button size="compact-xs" variant="default" onClick={() => ask(room.remove(person.member, true))}>
              {i18n.t('To the waiting room')}
            </Button>
          )}
        </span>
      )}
    </li>
  );
}
