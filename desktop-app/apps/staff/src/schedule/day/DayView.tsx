import { useLocation } from 'wouter';
import { today } from '../../time/dates';
import { DaySheetView } from './DaySheetView';

/** The day sheet of practitioners. */
export default function DayView({ rest: [date = today()] }: { rest: string[] }) {
  const [, go] = useLocation();
  return <DaySheetView date={date} kind="practitioners" onDate={(day) => go(`/schedule/day/${day}`)} />;
}
