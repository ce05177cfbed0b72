import type { AppointmentType } from '@holdfast/api';
import { type I18n, useLingui, useLocale } from '@holdfast/i18n';
import { Mark, Panel, ScrollX } from '@holdfast/ui';
import { Button, Skeleton } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { Failed } from '../../problems/Failed';
import { listWords } from '../../time/listWords';
import { useTypes } from '../names';
import { roleName } from '../roleName';
import { TypeForm } from './TypeForm';

/** Types of appointments: how long, with whom and where, and how much of it may be sold on the web. */
export function Types() {
  const { i18n } = useLingui();
  const types = useTypes();
  const [open, setOpen] = useState<{ type?: AppointmentType }>();
  return (
    <Panel
      title={i18n.t('Types of appointments')}
      flush
      actions={
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => setOpen({})}
        >
          {i18n.t('Add a type')}
        </Button>
      }
    >
      {types.isPending && <Skeleton height={160} m="sm" />}
      {types.isError && <Failed error={types.error} retry={types.refetch} />}
      {types.data?.length === 0 && (
        <p className="empty">{i18n.t('No types yet. Add the first one: without it nothing can be booked.')}</p>
      )}
      {types.data && types.data.length > 0 && (
        <ScrollX label={i18n.t('Types of appointments')}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{i18n.t('Name')}</th>
                <th scope="col" className="end">
                  {i18n.t('Minutes')}
                </th>
                <th scope="col">{i18n.t('Needs')}</th>
                <th scope="col" className="end">
                  {i18n.t('Places')}
                </th>
                <th scope="col" className="end">
                  {i18n.t('On the web')}
                </th>
                <th scope="col">{i18n.t('State')}</th>
                <th scope="col">
                  <span className="unseen">{i18n.t('Actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {types.data.map((type) => (
                <Line key={type.id} type={type} onEdit={() => setOpen({ type })} />
              ))}
            </tbody>
          </table>
        </ScrollX>
      )}
      {open && <TypeForm type={open.type} onClose={() => setOpen(undefined)} />}
    </Panel>
  );
}

function Line({ type, onEdit }: { type: AppointmentType; onEdit: () => void }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { bufferBefore, minutes, bufferAfter } = type;
  return (
    <tr>
      <th scope="row" dir="auto">
        {type.name}
      </th>
      <td className="end number" dir="ltr">
        {[bufferBefore || '', minutes, bufferAfter || ''].filter(Boolean).join(' + ')}
      </td>
      <td>
        {listWords(
          type.needs.map((need) => needWords(i18n, need)),
          locale,
        )}
      </td>
      <td className="end number">{type.capacity}</td>
      <td className="end number" dir="ltr">
        {type.webShare} %
      </td>
      <td>
        {type.active ? <Mark kind="ok">{i18n.t('Active')}</Mark> : <Mark kind="off">{i18n.t('Not offered')}</Mark>}
      </td>
      <td className="end">
        <Button
          size="compact-xs"
          variant="default"
          onClick={onEdit}
          aria-label={i18n.t('Change {name}', { name: type.name })}
        >
          {i18n.t('Change')}
        </Button>
      </td>
    </tr>
  );
}

function needWords(i18n: I18n, { kind, role }: AppointmentType['needs'][number]): string {
  if (role) return roleName(i18n, role);
  const words = { practitioner: i18n.t('Practitioner'), room: i18n.t('Room'), equipment: i18n.t('Equipment') };
  return words[kind];
}
