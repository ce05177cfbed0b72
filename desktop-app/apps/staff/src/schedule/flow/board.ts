import type { AppointmentShown } from '@holdfast/api';
import { singly } from '../places';
import { type FlowStep, STEPS } from '../status';

/** A column of the flow board. */
export interface FlowColumn {
  step: FlowStep;
  cards: AppointmentShown[];
  /** How many more there are than are shown. */
  more: number;
}

/** What is over is told by a number; so many of it are shown. */
const MOST_DONE = 6;

/** The day as columns: who is expected by time, who is here by how long they wait, and the last who are done. */
export function columnsOf(appointments: AppointmentShown[], resource: string | undefined): FlowColumn[] {
  const shown = singly(appointments).filter(
    ({ patient, resources }) => patient && (!resource || resources.includes(resource)),
  );
  return STEPS.map((step) => {
    const cards = shown.filter(({ status }) => status === step);
    if (step === 'booked') return { step, cards: cards.sort((a, b) => a.fromMinute - b.fromMinute), more: 0 };
    cards.sort((a, b) => Date.parse(a.since) - Date.parse(b.since));
    if (step !== 'done') return { step, cards, more: 0 };
    const last = cards.reverse().slice(0, MOST_DONE);
    return { step, cards: last, more: cards.length - last.length };
  });
}
