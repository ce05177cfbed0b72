import { useLingui } from '@holdfast/i18n';
import { Keys, useShortcut } from '@holdfast/ui';
import { Link, useLocation } from 'wouter';
import { BrandMark } from '../session/Entrance';
import { useContinuity } from './ContinuityProvider';
import type { Workspace } from './workspaces';

interface Props {
  workspaces: Workspace[];
  active: boolean;
}

/** The workspaces; Alt with a digit opens one. */
export function Rail({ workspaces, active }: Props) {
  const { i18n } = useLingui();
  const { report } = useContinuity();
  return (
    <nav className="rail no-print" aria-label={i18n.t('Workspaces')}>
      <p className="rail-brand">
        <BrandMark /> <span>Holdfast</span>
      </p>
      <ul>
        {workspaces.map((workspace, index) => (
          <li key={workspace.path}>
            <Entry
              workspace={workspace}
              keys={`alt+${index + 1}`}
              active={active}
              count={workspace.path === '/conflicts' ? (report?.conflictsOpen ?? 0) : 0}
            />
          </li>
        ))}
      </ul>
    </nav>
  );
}

interface EntryProps {
  workspace: Workspace;
  keys: string;
  active: boolean;
  count: number;
}

function Entry({ workspace: { path, name, icon: Icon }, keys, active, count }: EntryProps) {
  const { i18n } = useLingui();
  const [location, go] = useLocation();
  const isHere = path === '/' ? location === '/' : location.startsWith(path);
  useShortcut(keys, () => go(path), active);
  return (
    <Link href={path} aria-current={isHere ? 'page' : undefined}>
      <Icon size={18} stroke={1.75} aria-hidden />
      <span className="rail-name">{name}</span>
      {count > 0 && (
        <span className="rail-count">
          {count}
          <span className="unseen"> {i18n.t('to settle')}</span>
        </span>
      )}
      <span className="rail-keys" aria-hidden>
        <Keys keys={keys} />
      </span>
    </Link>
  );
}
