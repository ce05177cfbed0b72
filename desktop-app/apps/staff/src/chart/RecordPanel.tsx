import type { ChartRecord, FhirResource } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Panel } from '@holdfast/ui';
import { Button, Menu } from '@mantine/core';
import { IconDots, IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Contained } from '../problems/Failed';
import { useAbilities } from '../session/SessionContext';
import { useChart } from './ChartContext';
import { chartActionsOf } from './chartActions';
import { SavedMark } from './SavedMark';

export interface RowAction {
  label: string;
  run: () => void;
}

interface Props<R extends FhirResource> {
  title: string;
  records: ChartRecord<R>[];
  /** What to do when there is nothing. */
  empty: string;
  /** The address of the form that adds one, and what the button says. */
  add?: { to: string; label: string };
  row: (record: ChartRecord<R>) => ReactNode;
  actions?: (record: ChartRecord<R>) => RowAction[];
  /** A glance: no marks and no actions. */
  brief?: boolean;
  /** How many are shown of a glance. */
  most?: number;
  /** Where all of them are. */
  all?: string;
}

/** A list of records of one kind. */
export function RecordPanel<R extends FhirResource>({
  title,
  records,
  empty,
  add,
  row,
  actions,
  brief,
  most,
  all,
}: Props<R>) {
  const { i18n } = useLingui();
  const { go } = useChart();
  const { keeps } = useAbilities();
  const adds = chartActionsOf(i18n).find(({ to }) => to === add?.to);
  const shown = most ? records.slice(0, most) : records;
  const rest = records.length - shown.length;
  return (
    <Panel
      title={title}
      flush
      actions={
        add &&
        adds &&
        keeps(adds.kind) && (
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => go(add.to)}
            aria-label={add.label}
          >
            {i18n.t('Add')}
          </Button>
        )
      }
    >
      <Contained>
        {records.length === 0 && <p className="empty">{empty}</p>}
        <ul className="rows">
          {shown.map((record) => (
            <li key={record.resource.id}>
              {row(record)}
              <span className="end">
                {(!brief || record.conflicts.length > 0 || record.savedAt === 'saving') && (
                  <SavedMark record={record} />
                )}
                {!brief && actions && keeps(record.resource.resourceType) && <Actions all={actions(record)} />}
              </span>
            </li>
          ))}
        </ul>
        {rest > 0 && all && (
          <p className="panel-foot">
            <Button size="compact-xs" variant="subtle" onClick={() => go(all)}>
              {i18n.t('{count, plural, one {# more} other {# more}}', { count: rest })}
            </Button>
          </p>
        )}
      </Contained>
    </Panel>
  );
}

function Actions({ all }: { all: RowAction[] }) {
  const { i18n } = useLingui();
  if (all.length === 0) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <button type="button" className="icon-button" aria-label={i18n.t('Actions')}>
          <IconDots size={16} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {all.map(({ label, run }) => (
          <Menu.Item key={label} onClick={run}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
