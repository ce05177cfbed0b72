import { Modal, type ModalProps } from '@mantine/core';
import { useEffect, useState } from 'react';

/**
 * A dialog that is there as long as it is rendered. The field marked `data-autofocus` has the focus before the next key
 * can arrive; at the end the focus goes back to where it was, or to the content of the screen.
 */
export function Dialog(props: Omit<ModalProps, 'opened'>) {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      // The dialog is gone by now: what it held cannot have the focus any more.
      if (document.activeElement && document.activeElement !== document.body) return;
      const back = before instanceof HTMLElement && before.isConnected && before !== document.body ? before : null;
      (back ?? document.getElementById('main'))?.focus({ preventScroll: true });
    },
    [before],
  );
  return <Modal ref={focusFirst} opened {...props} />;
}

/** Called when the dialog comes onto the page, which its portal does a render later than effects run. The trap of the dialog
 * moves the focus too, but by a timer, and what is typed until then would be lost. */
function focusFirst(root: HTMLDivElement | null) {
  root?.querySelector<HTMLElement>('[data-autofocus]')?.focus();
}
