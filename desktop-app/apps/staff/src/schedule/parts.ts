import type { I18n } from '@holdfast/i18n';

/** The parts of the schedule, in the order of its tabs; the last ones are the manager's. */
export function partsOf(i18n: I18n, manages: boolean): { path: string; name: string }[] {
  const all = [
    { path: 'day', name: i18n.t('Day') },
    { path: 'rooms', name: i18n.t('Rooms and equipment') },
    { path: 'week', name: i18n.t('Week') },
    { path: 'flow', name: i18n.t('Flow board') },
    { path: 'waiting', name: i18n.t('Waiting list') },
    { path: 'requests', name: i18n.t('Requests') },
  ];
  const managers = [
    { path: 'setup', name: i18n.t('Set-up') },
    { path: 'rights', name: i18n.t('Who may sell') },
    { path: 'demand', name: i18n.t('Demand') },
  ];
  return manages ? [...all, ...managers] : all;
}

/** The keys of the schedule, each with what it does. */
export function scheduleKeysOf(i18n: I18n): [string, string][] {
  return [
    ['n', i18n.t('Book an appointment')],
    ['w', i18n.t('Take in a walk-in')],
    ['c', i18n.t('Check in who is chosen')],
    ['m', i18n.t('Move what is chosen, by the arrows')],
    ['enter', i18n.t('Open, or the next step on the flow board')],
    ['t', i18n.t('Go to today')],
    ['mod+z', i18n.t('Undo')],
  ];
}
