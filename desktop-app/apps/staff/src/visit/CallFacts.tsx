import type { Visit } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Panel } from '@holdfast/ui';

/** The visit by telephone: what one tells somebody who cannot come by the page. */
export function CallFacts({ visit }: { visit: Visit }) {
  const { i18n } = useLingui();
  const { bridge } = visit.call;
  if (!bridge) return null;
  return (
    <Panel title={i18n.t('By telephone')}>
      <p>
        {i18n.t('Whoever calls {phone} and presses {pin} is in this visit.', {
          phone: `\u2068${bridge.phone.replaceAll(' ', '\u00a0')}\u2069`,
          pin: `\u2068${bridge.pin ?? '–'}\u2069`,
        })}
      </p>
    </Panel>
  );
}
