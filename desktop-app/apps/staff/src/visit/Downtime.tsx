import type { Visit } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Panel } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { useAbilities } from '../session/SessionContext';
import { showInChart } from './ChartBeside';

/** What one does when video fails: whom to call, and where to write. It is there before it fails. */
export function Downtime({ visit }: { visit: Visit }) {
  const { i18n } = useLingui();
  const { keeps } = useAbilities();
  const { phone } = visit.patient;
  return (
    <Panel title={i18n.t('If video fails')}>
      <div className="stack">
        <p>
          {phone
            ? i18n.t('Call {name}: {phone}', {
                name: visit.patient.name,
                phone: `\u2068${phone.replaceAll(' ', '\u00a0')}\u2069`,
              })
            : i18n.t('No telephone number of the patient is recorded. Ask for one at the start of the visit.')}
        </p>
        {keeps('Composition') && (
          <Button variant="default" onClick={() => showInChart('notes/new~downtime')}>
            {i18n.t('Document here')}
          </Button>
        )}
      </div>
    </Panel>
  );
}
