import '../patients/photo.css';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Keys, Mark } from '@holdfast/ui';
import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconPrinter } from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import { isSelfRegistered, mrnOf, nameOf, textOf } from '../fhir/words';
import { genderWords } from '../patients/genderWords';
import { photoOf } from '../patients/photo';
import { needsOf } from '../patients/registration';
import { useAbilities } from '../session/SessionContext';
import { ageOn, ageWords } from '../time/age';
import { showDate, today } from '../time/dates';
import { useChart } from './ChartContext';
import { chartActionsOf } from './chartActions';

/** Who this is, what would harm them, what they need. It stays in sight. */
export function ChartHeader() {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { chart } = useChart();
  const patient = chart.patient.resource;
  const needs = needsOf(patient);
  const photo = photoOf(patient);
  const age = ageWords(i18n, ageOn(patient.birthDate, patient.deceasedDateTime?.slice(0, 10) ?? today()));
  const isDead = patient.deceasedBoolean === true || patient.deceasedDateTime !== undefined;
  return (
    <header className="chart-head">
      {photo && <img className="photo" src={photo} alt="" />}
      <div className="chart-who">
        <h1>
          <bdi>{nameOf(patient.name) || i18n.t('No name')}</bdi>
        </h1>
        <p className="number">
          <span>
            {showDate(patient.birthDate, locale)} {age && <strong>({age})</strong>}
          </span>
          <span>{genderWords(i18n, patient.gender)}</span>
          <span>
            {i18n.t('MRN')} <bdi dir="ltr">{mrnOf(patient) || '–'}</bdi>
          </span>
          {isSelfRegistered(patient) && <Mark kind="warn">{i18n.t('Booked on the web: check who this is')}</Mark>}
          {isDead && <Mark kind="off">{i18n.t('Deceased')}</Mark>}
          {needs.language && <Mark kind="off">{i18n.t('Speaks {language}', { language: needs.language })}</Mark>}
          {needs.interpreter && <Mark kind="warn">{i18n.t('Interpreter')}</Mark>}
          {needs.access && (
            <Mark kind="warn">
              <bdi>{needs.access}</bdi>
            </Mark>
          )}
          <ConflictMark />
        </p>
        <AllergyStrip />
      </div>
      <Actions />
    </header>
  );
}

function ConflictMark() {
  const { i18n } = useLingui();
  const { chart } = useChart();
  const all = [chart.patient, ...chart.allergies, ...chart.medicines, ...chart.problems, ...chart.vitals.latest];
  const count = all.filter(({ conflicts }) => conflicts.length > 0).length;
  if (count === 0) return null;
  return (
    <Link href="/conflicts">
      <Mark kind="danger">{i18n.t('{count, plural, one {# conflict} other {# conflicts}}', { count })}</Mark>
    </Link>
  );
}

function AllergyStrip() {
  const { i18n } = useLingui();
  const { chart } = useChart();
  const { seesCharts } = useAbilities();
  if (!seesCharts) return null;
  const names = chart.allergies.map(({ resource }) => textOf(resource.code)).filter(Boolean);
  const isNone =
    chart.allergies.length > 0 &&
    chart.allergies.every(({ resource }) => resource.code?.coding?.some(({ code }) => code === '716186003'));
  if (names.length === 0) return <p className="strip">{i18n.t('Allergies: nothing recorded. Ask.')}</p>;
  return (
    <p className={isNone ? 'strip' : 'strip danger'}>
      <Mark kind={isNone ? 'ok' : 'danger'}>
        {i18n.t('Allergies:')} <bdi>{names.join(', ')}</bdi>
      </Mark>
    </p>
  );
}

function Actions() {
  const { i18n } = useLingui();
  const { go, id } = useChart();
  const [, leave] = useLocation();
  const { keeps, seesCharts } = useAbilities();
  if (!seesCharts) return null;
  const actions = chartActionsOf(i18n).filter(({ kind }) => keeps(kind));
  const note = actions.find(({ kind }) => kind === 'Composition');
  const vitals = actions.find(({ kind }) => kind === 'Observation');
  const others = actions.filter((action) => action !== note && action !== vitals);
  return (
    <div className="chart-actions no-print">
      {note && (
        <Button size="compact-md" onClick={() => go(note.to)} aria-keyshortcuts="Alt+N">
          {note.name}
        </Button>
      )}
      {vitals && (
        <Button size="compact-md" variant="default" onClick={() => go(vitals.to)} aria-keyshortcuts="Alt+V">
          {vitals.name}
        </Button>
      )}
      <Menu position="bottom-end" width={260}>
        <Menu.Target>
          <Button size="compact-md" variant="default" rightSection={<IconChevronDown size={14} aria-hidden />}>
            {i18n.t('More')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {others.map(({ to, keys, name }) => (
            <Menu.Item key={to} onClick={() => go(to)} rightSection={<Keys keys={keys} />}>
              {name}
            </Menu.Item>
          ))}
          <Menu.Item
            className="menu-rule"
            leftSection={<IconPrinter size={16} aria-hidden />}
            onClick={() => leave(`/patients/${id}/print/summary`)}
          >
            {i18n.t('Print the patient summary')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
