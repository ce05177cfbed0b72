import type { ResourceSetup } from '@holdfast/api';
import { type I18n, useLingui, useLocale } from '@holdfast/i18n';
import { Mark, Panel, ScrollX } from '@holdfast/ui';
import { Button, Skeleton } from '@mantine/core';
import { useState } from 'react';
import { Failed } from '../../problems/Failed';
import { useAbilities } from '../../session/SessionContext';
import { today } from '../../time/dates';
import { languageNames } from '../languageNames';
import { useResources } from '../names';
import { roleName } from '../roleName';
import { useDay } from '../useDay';
import { timeAt } from '../zone';
import { AbilitiesForm } from './AbilitiesForm';
import { HoursForm } from './HoursForm';
import { hoursWords } from './hours';
import { TimeOffForm } from './TimeOffForm';

/** Practitioners, rooms and equipment: when they can be booked, and when not. */
export function Resources() {
  const { i18n } = useLingui();
  const resources = useResources();
  const [open, setOpen] = useState<{ form: 'hours' | 'off' | 'abilities'; one: ResourceSetup }>();
  const close = () => setOpen(undefined);
  return (
    <Panel title={i18n.t('Working hours and time off')} flush>
      {resources.isPending && <Skeleton height={200} m="sm" />}
      {resources.isError && <Failed error={resources.error} retry={resources.refetch} />}
      {resources.data?.length === 0 && (
        <p className="empty">
          {i18n.t('Nobody can be booked yet. People who treat patients appear here once they are added.')}
        </p>
      )}
      {resources.data && resources.data.length > 0 && (
        <ScrollX label={i18n.t('Working hours and time off')}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{i18n.t('Name')}</th>
                <th scope="col">{i18n.t('Kind')}</th>
                <th scope="col">{i18n.t('Working hours')}</th>
                <th scope="col">{i18n.t('Time off')}</th>
                <th scope="col">{i18n.t('Skills and languages')}</th>
                <th scope="col">
                  <span className="unseen">{i18n.t('Actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {resources.data.map((one) => (
                <Line
                  key={one.ref}
                  one={one}
                  onHours={() => setOpen({ form: 'hours', one })}
                  onOff={() => setOpen({ form: 'off', one })}
                  onAbilities={() => setOpen({ form: 'abilities', one })}
                />
              ))}
            </tbody>
          </table>
        </ScrollX>
      )}
      {open?.form === 'hours' && <HoursForm one={open.one} onClose={close} />}
      {open?.form === 'abilities' && <AbilitiesForm one={open.one} onClose={close} />}
      {open?.form === 'off' && <TimeOffForm resource={open.one.ref} onClose={close} />}
    </Panel>
  );
}

interface LineProps {
  one: ResourceSetup;
  onHours: () => void;
  onOff: () => void;
  onAbilities: () => void;
}

function Line({ one, onHours, onOff, onAbilities }: LineProps) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const zone = useDay(today()).data?.timeZone;
  const { keeps } = useAbilities();
  const ahead = one.timeOff.filter(({ until }) => Date.parse(until) > Date.now());
  return (
    <tr>
      <th scope="row">
        <bdi>{one.name}</bdi> {!one.active && <Mark kind="off">{i18n.t('Not offered')}</Mark>}
      </th>
      <td>{kindWords(i18n, one)}</td>
      <td>
        {one.weekly.length === 0 ? (
          <Mark kind="warn">{i18n.t('None: it cannot be booked')}</Mark>
        ) : (
          hoursWords(one.weekly, locale).map((line) => (
            <span key={line} className="line number">
              {line}
            </span>
          ))
        )}
      </td>
      <td>
        {ahead.map(({ id, from, until, why }) => (
          <span key={id} className="line">
            <bdi>{why}</bdi>:{' '}
            <span className="number">{zone && `${timeAt(from, zone, locale)} – ${timeAt(until, zone, locale)}`}</span>
          </span>
        ))}
      </td>
      <td>
        {[...one.skills, ...one.qualifications].map((skill) => (
          <span key={skill} className="line">
            <bdi>{skill}</bdi>
          </span>
        ))}
        {one.languages.length > 0 && <span className="soft small">{languageNames(one.languages, locale)}</span>}
      </td>
      <td className="end">
        <Button
          size="compact-xs"
          variant="default"
          onClick={onHours}
          aria-label={i18n.t('Working hours of {name}', { name: one.name })}
        >
          {i18n.t('Hours')}
        </Button>{' '}
        <Button
          size="compact-xs"
          variant="default"
          onClick={onOff}
          aria-label={i18n.t('Time off of {name}', { name: one.name })}
        >
          {i18n.t('Time off')}
        </Button>{' '}
        {one.kind === 'practitioner' && keeps('Practitioner') && (
          <Button
            size="compact-xs"
            variant="default"
            onClick={onAbilities}
            aria-label={i18n.t('Skills and languages of {name}', { name: one.name })}
          >
            {i18n.t('Skills')}
          </Button>
        )}
      </td>
    </tr>
  );
}

function kindWords(i18n: I18n, { kind, role }: ResourceSetup): string {
  // The codes of rooms and equipment are none of the clinic's words.
  if (role && kind === 'practitioner') return roleName(i18n, role);
  const words = { practitioner: i18n.t('Practitioner'), room: i18n.t('Room'), equipment: i18n.t('Equipment') };
  return words[kind];
}
