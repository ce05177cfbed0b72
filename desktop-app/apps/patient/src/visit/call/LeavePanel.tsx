/** @jsxImportSource preact */
import type { Room } from '@holdfast/visit-room/entry';
import { useWords } from '../words';
import { Sheet } from './Sheet';

/** Asks once: a thumb slips. */
export function LeavePanel({ room, onClose }: { room: Room; onClose: () => void }) {
  const { say } = useWords();
  return (
    <Sheet title={say('leaveSure')} onClose={onClose}>
      <p>{say('leaveHint')}</p>
      <div class="pair">
        <button type="button" onClick={onClose}>
          {say('stay')}
        </button>
        <button type="button" class="danger" onClick={() => room.leave().catch(() => undefined)}>
          {say('leave')}
        </button>
      </div>
    </Sheet>
  );
}
