import { useLingui } from '@holdfast/i18n';
import { ErrorBoundary } from '@holdfast/ui';
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { troubleOf } from './words';

/** An error in plain words, with what to do about it. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const { i18n } = useLingui();
  const { what, todo, code, raw } = troubleOf(i18n, error);
  return (
    <div className="failed" role="alert">
      <p>
        <strong>{what}</strong> {todo}
      </p>
      {retry && (
        <Button size="xs" variant="default" onClick={retry}>
          {i18n.t('Try again')}
        </Button>
      )}
      <p className="small">
        {i18n.t('For support: {code}', { code })}{' '}
        {raw && (
          <bdi lang="en" dir="ltr">
            {raw}
          </bdi>
        )}
      </p>
    </div>
  );
}

/** What breaks inside stays inside. */
export function Contained({ children }: { children: ReactNode }) {
  return <ErrorBoundary fallback={(error, retry) => <Failed error={error} retry={retry} />}>{children}</ErrorBoundary>;
}
