import { Modal, type ModalProps } from '@mantine/core';
import { useEffect, useRef } from 'react';

/**
 * A dialog that is there as long as it is rendered. The field marked `data-autofocus` has the focus before the next key
 * can arrive; at the end the focus goes back to where it was, or to the content of the screen.
 */
export function Dialog(props: Omit<ModalProps, 'opened'>) {
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    // The trap of the dialog does it too, but by a timer, and what is typed until then would be lost.
    root.current?.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => {
      // The dialog is gone by now: what it held cannot have the focus any more.
      if (document.activeElement && document.activeElement !== document.body) return;
      const back = before instanceof HTMLElement && before.isConnected && before !== document.body ? before : null;
      (back ?? document.getElementById('main'))?.focus({ preventScroll: true });
    };
  }, []);
  return <Modal ref={root} opened {...props} />;
}
