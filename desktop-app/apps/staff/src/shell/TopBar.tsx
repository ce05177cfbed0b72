import { LOCALES, setLocale, useLingui, useLocale } from '@holdfast/i18n';
import { Keys, Mark } from '@holdfast/ui';
import { Menu } from '@mantine/core';
import { IconChevronDown, IconSearch } from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import { useAbilities, useSession } from '../session/SessionContext';
import { useContinuity } from './ContinuityProvider';
import { headline } from './continuityWords';

interface Props {
  onSearch: () => void;
  onShortcuts: () => void;
}

/** Search, the state of the link, and who is signed in. */
export function TopBar({ onSearch, onShortcuts }: Props) {
  const { i18n } = useLingui();
  const { seesPatients } = useAbilities();
  return (
    <header className="topbar no-print">
      {seesPatients && (
        <button type="button" className="search-button" onClick={onSearch} aria-keyshortcuts="Control+K">
          <IconSearch size={16} aria-hidden />
          <span>{i18n.t('Find a patient')}</span>
          <Keys keys="mod+k" />
        </button>
      )}
      <LinkState />
      <UserMenu onShortcuts={onShortcuts} />
    </header>
  );
}

/** The state in few words; the banner tells more when there is more to tell. */
function LinkState() {
  const { i18n } = useLingui();
  const { setup } = useSession();
  const { report, reachable, now } = useContinuity();
  if (!report) return <span className="topbar-state" />;
  const { kind } = headline(i18n, report, setup.host, now);
  const words = !reachable
    ? i18n.t('No connection')
    : kind === 'ok'
      ? i18n.t('All sent')
      : kind === 'busy'
        ? i18n.t('Sending')
        : kind === 'off'
          ? i18n.t('Kept here')
          : i18n.t('Link down');
  return (
    <Link href="/link" className="topbar-state">
      <Mark kind={reachable ? kind : 'danger'}>{words}</Mark>
    </Link>
  );
}

function UserMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const { i18n } = useLingui();
  const { session, lock } = useSession();
  const locale = useLocale();
  const [, go] = useLocation();
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <button type="button" className="user-button">
          <span dir="auto">{session.user.name}</span>
          <IconChevronDown size={14} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={lock} rightSection={<Keys keys="mod+shift+l" />}>
          {i18n.t('Lock, or switch person')}
        </Menu.Item>
        <Menu.Item onClick={() => go('/pin')}>{i18n.t('Change my PIN')}</Menu.Item>
        <Menu.Item onClick={onShortcuts} rightSection={<Keys keys="?" />}>
          {i18n.t('Keyboard shortcuts')}
        </Menu.Item>
        {LOCALES.map(({ code, name }, index) => (
          <Menu.Item
            key={code}
            className={index === 0 ? 'menu-rule' : undefined}
            lang={code}
            onClick={() => setLocale(code)}
            rightSection={code === locale ? '✓' : undefined}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
