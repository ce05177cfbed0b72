import { Modal, type ModalProps } from '@mantine/core';
import { useEffect } from 'react';

/** A dialog that is there as long as it is rendered. Then the focus goes back to where it was, or to the content of the screen. */
export function Dialog(props: Omit<ModalProps, 'opened'>) {
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      // Once it is gone: what it held cannot have the focus any more.
      setTimeout(() => {
        if (document.activeElement && document.activeElement !== document.body) return;
        const back = before instanceof HTMLElement && before.isConnected && before !== document.body ? before : null;
        (back ?? document.getElementById('main'))?.focus({ preventScroll: true });
      });
    };
  }, []);
  return <Modal opened {...props} />;
}
