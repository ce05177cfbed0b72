/** @jsxImportSource preact */
import type { SealState } from '@holdfast/visit-room/entry';
import { useWords } from './words';

/** Said when the end-to-end encryption keeps people apart; nothing while it does not. */
export function SealNotice({ seal }: { seal: SealState }) {
  const { say } = useWords();
  if (seal.is === 'off' || seal.is === 'on') return null;
  return (
    <p class="trouble" role="alert">
      {seal.is === 'other-secret' && say('sealOther', { names: seal.names.join(', ') })}
      {seal.is === 'no-secret' && say('sealNoSecret')}
      {seal.is === 'cannot' && say('sealCannot')}
    </p>
  );
}
