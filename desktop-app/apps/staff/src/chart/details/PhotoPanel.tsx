import type { Patient } from '@holdfast/api';
import { useLingui } from '@holdfast/i18n';
import { Panel, useToast } from '@holdfast/ui';
import { Button, FileButton } from '@mantine/core';
import { nameOf } from '../../fhir/words';
import { type Photo, photoOf, smallPhoto, withPhoto } from '../../patients/photo';
import { useAbilities } from '../../session/SessionContext';
import { useChart } from '../ChartContext';
import { type Saveable, useSave } from '../useSave';

/** The face that goes with the name: taken or chosen, and made small before it is saved. */
export function PhotoPanel() {
  const { i18n } = useLingui();
  const { chart, id } = useChart();
  const { writes } = useAbilities();
  const save = useSave(id);
  const say = useToast();
  const patient = chart.patient.resource;
  const shown = photoOf(patient);
  const name = nameOf(patient.name);
  const put = (photo: Photo | undefined) =>
    save({
      resources: [withPhoto(patient, photo) as Patient & Saveable],
      seen: { [id]: chart.patient.version },
      what: photo ? i18n.t('Saved: photo of {name}', { name }) : i18n.t('The photo of {name} is taken away', { name }),
    });
  const choose = (file: File | null) => {
    if (!file) return;
    const notAPicture = i18n.t('This file is no picture that can be shown. Choose a photo (JPEG or PNG).');
    smallPhoto(file)
      .then(put)
      .catch(() => say({ kind: 'danger', about: 'photo', text: notAPicture }));
  };
  return (
    <Panel title={i18n.t('Photo')}>
      <div className="photo-panel">
        {shown ? (
          <img className="photo large" src={shown} alt={i18n.t('Photo of {name}', { name })} />
        ) : (
          <p className="soft">{i18n.t('No photo yet.')}</p>
        )}
        {writes && (
          <div className="form-foot">
            <FileButton accept="image/*" onChange={choose} inputProps={{ 'aria-label': i18n.t('Choose a photo') }}>
              {(button) => (
                <Button size="compact-sm" variant="default" {...button}>
                  {i18n.t('Choose a photo')}
                </Button>
              )}
            </FileButton>
            {shown && (
              <Button size="compact-sm" variant="subtle" onClick={() => put(undefined)}>
                {i18n.t('Take it away')}
              </Button>
            )}
          </div>
        )}
      </div>
    </Panel>
  );
}
