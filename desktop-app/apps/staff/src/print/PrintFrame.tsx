import './paper.css';
import type { FhirResource } from '@holdfast/api';
import { useLingui, useLocale } from '@holdfast/i18n';
import { Button } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useChart } from '../chart/ChartContext';
import { mrnOf, nameOf } from '../fhir/words';
import { genderWords } from '../patients/genderWords';
import { useSession } from '../session/SessionContext';
import { ageOn, ageWords } from '../time/age';
import { showDate, showTime, today } from '../time/dates';

/** A sheet of paper: whose it is on top, by whom and when it was printed below. */
export function PrintFrame({ title, children }: { title: string; children: ReactNode }) {
  const { i18n } = useLingui();
  const locale = useLocale();
  const { chart, id } = useChart();
  const { session, setup } = useSession();
  const patient = chart.patient.resource;
  return (
    <div className="screen">
      <div className="form-foot no-print">
        <Button leftSection={<IconPrinter size={16} aria-hidden />} onClick={() => window.print()}>
          {i18n.t('Print, or save as PDF')}
        </Button>
        <Button variant="default" component={Link} href={`/patients/${id}`}>
          {i18n.t('Back to the chart')}
        </Button>
      </div>
      <article className="sheet">
        <header>
          <p className="soft">{setup.clinic}</p>
          <h1>{title}</h1>
          <p>
            <strong>
              <bdi>{nameOf(patient.name)}</bdi>
            </strong>{' '}
            · {showDate(patient.birthDate, locale)} ({ageWords(i18n, ageOn(patient.birthDate, today()))}) ·{' '}
            {genderWords(i18n, patient.gender)} · {i18n.t('MRN')} <bdi dir="ltr">{mrnOf(patient)}</bdi>
          </p>
        </header>
        {children}
        <footer className="soft small">
          {i18n.t('Printed {date} by', { date: showTime(Date.now(), locale) })} <bdi>{session.user.name}</bdi>
        </footer>
      </article>
    </div>
  );
}

export interface PrintItem {
  id: string;
  text: string;
}

/** A line of a sheet: what there is of these, with commas between. */
export function printItem({ id = '' }: FhirResource, ...parts: (string | undefined)[]): PrintItem {
  return { id, text: parts.filter(Boolean).join(', ') };
}

/** A part of a sheet; nothing is printed of what is empty but a word, `empty`, that says so. */
export function PrintList({ title, items, empty }: { title: string; items: PrintItem[]; empty?: string }) {
  const { i18n } = useLingui();
  return (
    <section>
      <h2>{title}</h2>
      {items.length === 0 ? (
        <p>{empty ?? i18n.t('None recorded.')}</p>
      ) : (
        <ul>
          {items.map(({ id, text }) => (
            <li key={id}>
              <bdi>{text}</bdi>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
