import type { AppointmentType } from '@holdfast/api';

/** A type as its form holds it: numbers as they are typed. */
export interface TypeFields {
  name: string;
  minutes: string;
  bufferBefore: string;
  bufferAfter: string;
  /** `clinician`, `nurse`, `any`, or `none`. */
  who: string;
  needsRoom: boolean;
  equipment: string;
  capacity: string;
  webShare: string;
  remote: boolean;
  active: boolean;
}

export const NEW_TYPE: TypeFields = {
  name: '',
  minutes: '15',
  bufferBefore: '0',
  bufferAfter: '0',
  who: 'clinician',
  needsRoom: true,
  equipment: '',
  capacity: '1',
  webShare: '30',
  remote: false,
  active: true,
};

/** The form of a type that is there. */
export function fieldsOfType(type: AppointmentType): TypeFields {
  const who = type.needs.find(({ kind }) => kind === 'practitioner');
  return {
    name: type.name,
    minutes: String(type.minutes),
    bufferBefore: String(type.bufferBefore),
    bufferAfter: String(type.bufferAfter),
    who: who ? (who.role ?? 'any') : 'none',
    needsRoom: type.needs.some(({ kind }) => kind === 'room'),
    equipment: type.needs.find(({ kind }) => kind === 'equipment')?.any?.[0] ?? '',
    capacity: String(type.capacity),
    webShare: String(type.webShare),
    remote: type.remote,
    active: type.active,
  };
}

const MOST_MINUTES = 480;
const MOST_BUFFER = 120;
const MOST_PLACES = 200;

/** The type of a form. Nothing while a number in it is none. What the form has no field for stays as it was. */
export function typeOf(id: string, form: TypeFields, before?: AppointmentType): AppointmentType | undefined {
  const numbers = {
    minutes: whole(form.minutes, 1, MOST_MINUTES),
    bufferBefore: whole(form.bufferBefore, 0, MOST_BUFFER),
    bufferAfter: whole(form.bufferAfter, 0, MOST_BUFFER),
    capacity: whole(form.capacity, 1, MOST_PLACES),
    webShare: whole(form.webShare, 0, 100),
  };
  const { minutes, bufferBefore, bufferAfter, capacity, webShare } = numbers;
  if (!form.name.trim() || minutes === undefined || bufferBefore === undefined || bufferAfter === undefined)
    return undefined;
  if (capacity === undefined || webShare === undefined) return undefined;
  return {
    id,
    name: form.name.trim(),
    minutes,
    bufferBefore,
    bufferAfter,
    capacity,
    webShare,
    needs: needsOf(form, before),
    remote: form.remote,
    active: form.active,
  };
}

function needsOf({ who, needsRoom, equipment }: TypeFields, before?: AppointmentType): AppointmentType['needs'] {
  const old = (kind: string) => before?.needs.find((need) => need.kind === kind);
  const needs: AppointmentType['needs'] = [];
  if (who !== 'none')
    needs.push({ ...old('practitioner'), kind: 'practitioner', role: who === 'any' ? undefined : who });
  if (needsRoom) needs.push(old('room') ?? { kind: 'room' });
  if (equipment) needs.push({ ...old('equipment'), kind: 'equipment', any: [equipment] });
  return needs;
}

function whole(text: string, least: number, most: number): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isInteger(value) && value >= least && value <= most ? value : undefined;
}
