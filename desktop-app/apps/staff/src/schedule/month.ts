import { daysLater } from './zone';

/** The weeks that hold a month, each from its first weekday on; days of the months beside it among them. */
export function weeksOf(month: string, firstWeekday: number): string[][] {
  const first = `${month.slice(0, 7)}-01`;
  const weekday = ((new Date(`${first}T00:00:00Z`).getUTCDay() + 6) % 7) + 1;
  const start = daysLater(first, -((weekday - firstWeekday + 7) % 7));
  const weeks: string[][] = [];
  for (let from = start; from.slice(0, 7) <= month.slice(0, 7); from = daysLater(from, 7)) {
    weeks.push(Array.from({ length: 7 }, (_, day) => daysLater(from, day)));
  }
  return weeks;
}

/** The month some months later, as its first day. */
export function monthsLater(date: string, months: number): string {
  const [year = 1970, month = 1] = date.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
}

/** With which weekday people of a language begin a week; 1 is Monday. */
export function firstWeekdayOf(tag: string): number {
  const locale = new Intl.Locale(tag) as Intl.Locale & {
    getWeekInfo?: () => { firstDay: number };
    weekInfo?: { firstDay: number };
  };
  return (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 1;
}
