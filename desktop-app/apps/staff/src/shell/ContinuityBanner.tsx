import { useLingui } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import { useSession } from '../session/SessionContext';
import { useContinuity } from './ContinuityProvider';
import { clockWords, headline } from './continuityWords';

/** Says what is gone, for how long, what waits and what that means. Nothing while all is well. */
export function ContinuityBanner() {
  const { i18n } = useLingui();
  const { setup } = useSession();
  const { report, reachable, now, offset } = useContinuity();
  const words = report && headline(i18n, report, setup.host, now);
  const clock = report && clockWords(i18n, report, setup.host, offset);
  return (
    <div role="status" className="no-print">
      {!reachable && (
        <p className="banner danger">
          <Mark kind="danger">
            {i18n.t(
              'This computer cannot reach the clinic’s node. It tries again by itself; drafts stay on the screen.',
            )}
          </Mark>
        </p>
      )}
      {reachable && words?.kind === 'warn' && (
        <p className="banner warn">
          <Mark kind="warn">
            {words.head} {words.detail}
          </Mark>
        </p>
      )}
      {reachable && clock && (
        <p className="banner warn">
          <Mark kind="warn">{clock}</Mark>
        </p>
      )}
      {reachable && report?.damage && (
        <p className="banner danger">
          <Mark kind="danger">{i18n.t('Some records on this node are damaged. Tell whoever looks after it.')}</Mark>
        </p>
      )}
    </div>
  );
}
