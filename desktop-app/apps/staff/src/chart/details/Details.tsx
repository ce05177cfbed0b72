import type { Patient } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Mark, Panel, useShortcut } from '@holdfast/ui';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { nameOf } from '../../fhir/words';
import { useUnsaved } from '../../forms/useUnsaved';
import { RegistrationFields } from '../../patients/RegistrationFields';
import { patientOf, registrationOf } from '../../patients/registration';
import { useAbilities } from '../../session/SessionContext';
import { useChart } from '../ChartContext';
import { SavedMark } from '../SavedMark';
import { type Saveable, useSave } from '../useSave';
import { Consents } from './Consents';
import { LinkedRecords } from './LinkedRecords';
import { PhotoPanel } from './PhotoPanel';

/** Who the patient is and how to reach them, to be changed. */
export default function Details() {
  const { i18n } = useLingui();
  const { chart, id } = useChart();
  const writes = useAbilities().keeps('Patient');
  const save = useSave(id);
  const { resource, version } = chart.patient;
  // The form shows the version that it was opened with: what others save meanwhile is not overwritten but stands beside it.
  const [opened, setOpened] = useState({ resource, version });
  const [form, setForm] = useState(() => registrationOf(resource));
  const isChanged = JSON.stringify(form) !== JSON.stringify(registrationOf(opened.resource));
  const store = async () => {
    if (!isChanged) return;
    const changed = patientOf(form, opened.resource) as Patient & Saveable;
    const saved = await save({
      resources: [changed],
      seen: { [changed.id]: opened.version },
      what: i18n.t('Saved: details of {name}', { name: nameOf(changed.name) }),
    });
    if (saved?.[0]) setOpened({ resource: changed, version: saved[0].version });
  };
  useUnsaved(isChanged && writes);
  useShortcut('mod+enter', store);
  return (
    <div className="with-side">
      <Panel title={i18n.t('Details')} actions={<SavedMark record={chart.patient} />}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            store();
          }}
        >
          <RegistrationFields form={form} onChange={setForm} />
          {writes && (
            <div className="form-foot">
              <Button type="submit" disabled={!isChanged}>
                {i18n.t('Save')}
              </Button>
              <Button variant="subtle" disabled={!isChanged} onClick={() => setForm(registrationOf(opened.resource))}>
                {i18n.t('Back to what was saved')}
              </Button>
              {isChanged && <Mark kind="warn">{i18n.t('Not saved yet')}</Mark>}
            </div>
          )}
        </form>
      </Panel>
      <div className="side stack">
        <PhotoPanel />
        <Consents />
        <LinkedRecords />
      </div>
    </div>
  );
}
