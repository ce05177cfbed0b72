import { useLingui, useLocale } from '@holdfast/i18n';
import { Panel } from '@holdfast/ui';
import type { SealState } from '@holdfast/visit-room';
import { picturesOf } from '@holdfast/visit-room/call';

/** How the end-to-end encryption stands, with the pictures by which two people find out that nobody is between them. */
export function Seal({ seal }: { seal: SealState }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  if (seal.is === 'off') return null;
  return (
    <Panel title={i18n.t('Encrypted end to end')}>
      <div className="stack">
        {seal.is === 'other-secret' && (
          <p className="told danger" role="alert">
            {i18n.t('{names} came with another key: you do not see and hear each other. Give them a new link.', {
              names: seal.names.join(', '),
            })}
          </p>
        )}
        {seal.is === 'no-secret' && (
          <p className="told danger" role="alert">
            {i18n.t('The key of this visit is not in this window: nothing is sent. Open it where it was begun.')}
          </p>
        )}
        {seal.is === 'cannot' && (
          <p className="told danger" role="alert">
            {i18n.t('This window cannot encrypt end to end: nothing is sent. Open the visit in a browser that can.')}
          </p>
        )}
        {'phrase' in seal && (
          <>
            <p>{i18n.t('Ask the others whether they see the same five pictures:')}</p>
            <ol className="visit-phrase">
              {picturesOf(seal.phrase, locale).map(({ at, picture, name }) => (
                <li key={at}>
                  <span aria-hidden>{picture}</span> {name}
                </li>
              ))}
            </ol>
            <p className="soft small">
              {i18n.t('Messages and the summary are part of the record, and not encrypted end to end.')}
            </p>
          </>
        )}
      </div>
    </Panel>
  );
}
