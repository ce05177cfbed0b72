import type { I18n } from '@holdfast/i18n';
import {
  type Icon,
  IconArrowsSplit2,
  IconCalendarEvent,
  IconCalendarTime,
  IconHistory,
  IconKey,
  IconPlugConnected,
  IconUserPlus,
  IconUsers,
} from '@tabler/icons-react';
import type { abilitiesOf } from '../session/SessionContext';

export interface Workspace {
  path: string;
  name: string;
  icon: Icon;
}

/** The workspaces of somebody's work, in the order of the rail. */
export function workspacesOf(i18n: I18n, abilities: ReturnType<typeof abilitiesOf>): Workspace[] {
  const all: (Workspace | false)[] = [
    abilities.seesPatients && { path: '/', name: i18n.t('Today'), icon: IconCalendarEvent },
    abilities.seesSchedule && { path: '/schedule', name: i18n.t('Schedule'), icon: IconCalendarTime },
    abilities.seesPatients && { path: '/register', name: i18n.t('Register'), icon: IconUserPlus },
    abilities.seesPatients && { path: '/conflicts', name: i18n.t('Conflicts'), icon: IconArrowsSplit2 },
    abilities.managesPeople && { path: '/people', name: i18n.t('People'), icon: IconUsers },
    abilities.managesPeople && { path: '/review', name: i18n.t('To review'), icon: IconKey },
    abilities.readsTrail && { path: '/trail', name: i18n.t('Who looked'), icon: IconHistory },
    { path: '/link', name: i18n.t('Link'), icon: IconPlugConnected },
  ];
  return all.filter((one): one is Workspace => Boolean(one));
}
