import './shortcuts.css';
import { useLingui } from '@holdfast/i18n';
import { Dialog, Keys, setSingleKeys, usesSingleKeys } from '@holdfast/ui';
import { Checkbox } from '@mantine/core';
import { chartActionsOf } from '../chart/chartActions';
import { scheduleKeysOf } from '../schedule/parts';
import { useAbilities } from '../session/SessionContext';
import { workspacesOf } from './workspaces';

/** Every shortcut there is. */
export function ShortcutList({ onClose }: { onClose: () => void }) {
  const { i18n } = useLingui();
  const abilities = useAbilities();
  const groups: [string, [string, string][]][] = [
    [
      i18n.t('Everywhere'),
      [
        ['mod+k', i18n.t('Find a patient')],
        ['mod+shift+l', i18n.t('Lock, or switch person')],
        ['?', i18n.t('This list')],
        ['mod+enter', i18n.t('Save the form that is open')],
        ['esc', i18n.t('Close what is open')],
      ],
    ],
    [i18n.t('Workspaces'), workspacesOf(i18n, abilities).map(({ name }, index) => [`alt+${index + 1}`, name])],
    [i18n.t('In the schedule'), abilities.seesSchedule ? scheduleKeysOf(i18n) : []],
    [i18n.t('In a chart'), chartActionsOf(i18n).map(({ keys, name }) => [keys, name])],
  ];
  return (
    <Dialog
      onClose={onClose}
      title={i18n.t('Keyboard shortcuts')}
      size="lg"
      closeButtonProps={{ 'aria-label': i18n.t('Close') }}
    >
      <div className="shortcuts">
        {groups
          .filter(([, keys]) => keys.length > 0)
          .map(([title, keys]) => (
            <section key={title}>
              <h3>{title}</h3>
              <dl>
                {keys.map(([combination, name]) => (
                  <div key={combination}>
                    <dt>{name}</dt>
                    <dd>
                      <Keys keys={combination} />
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
      </div>
      <Checkbox
        mt="md"
        label={i18n.t('Single keys, such as ?, do something')}
        defaultChecked={usesSingleKeys()}
        onChange={(event) => setSingleKeys(event.currentTarget.checked)}
      />
    </Dialog>
  );
}
