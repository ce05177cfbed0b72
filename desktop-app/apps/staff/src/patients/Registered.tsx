import { useLingui } from '@holdfast/i18n';
import { Mark } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { Screen } from '../shell/Screen';

/** The number that the patient has from now on. */
export function Registered({ id, mrn, name }: { id: string; mrn: string; name: string }) {
  const { i18n } = useLingui();
  const [, go] = useLocation();
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => link.current?.focus(), []);
  return (
    <Screen title={i18n.t('Registered')}>
      <div className="panel narrow">
        <div className="body stack">
          <p role="status">
            <Mark kind="ok">{i18n.t('{name} is registered.', { name: name.trim() })}</Mark>
          </p>
          <p className="soft">{i18n.t('Medical record number')}</p>
          <p className="mrn" dir="ltr">
            {mrn}
          </p>
          <p className="soft small">{i18n.t('It stays the same for ever. Write it on the patient’s card.')}</p>
          <div className="form-foot">
            <Button component={Link} href={`/patients/${id}`} ref={link}>
              {i18n.t('Open the chart')}
            </Button>
            <Button variant="default" onClick={() => go('/register')}>
              {i18n.t('Register another')}
            </Button>
          </div>
        </div>
      </div>
    </Screen>
  );
}
