import { desktop } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Mark, Panel } from '@holdfast/ui';
import { useQuery } from '@tanstack/react-query';
import { updateWords } from './updateWords';

/** Whoever looks sees it move. */
const LOOK_EVERY_MS = 5_000;

/** How a desktop's program is brought up to date, and what keeps it from that. */
export function UpdatePanel() {
  const { i18n } = useLingui();
  const found = useQuery({ queryKey: ['update'], queryFn: desktop.update, refetchInterval: LOOK_EVERY_MS });
  if (!found.data) return null;
  const [kind, words] = updateWords(i18n, found.data);
  return (
    <Panel title={i18n.t('This program')}>
      <p className="lead">
        <Mark kind={kind}>{words}</Mark>
      </p>
      {found.data.problem && (
        <p className="told warn">
          {i18n.t('Why:')} <span dir="auto">{found.data.problem}</span>
        </p>
      )}
    </Panel>
  );
}
