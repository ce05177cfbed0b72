import { useLocation } from 'wouter';
import { today } from '../../time/dates';
import { DaySheetView } from './DaySheetView';

/** The day of rooms and equipment. */
export default function RoomView({ rest: [date = today()] }: { rest: string[] }) {
  const [, go] = useLocation();
  return <DaySheetView date={date} kind="places" onDate={(day) => go(`/schedule/rooms/${day}`)} />;
}
