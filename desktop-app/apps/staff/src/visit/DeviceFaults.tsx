import { useLingui } from '@holdfast/i18n';
import { Button } from '@mantine/core';
import type { Running } from './running';
import { useRoomView } from './useRoomView';
import { deviceWords } from './words';

/** What is the matter with one's own camera or microphone, and what to do. */
export function DeviceFaults({ running: { room } }: { running: Running }) {
  const { i18n } = useLingui();
  const { local } = useRoomView(room);
  const faults = [
    ['microphone', i18n.t('Microphone'), local.microphoneFault] as const,
    ['camera', i18n.t('Camera'), local.cameraFault] as const,
  ];
  return (
    <ul className="told danger" role="alert">
      {faults.map(
        ([kind, name, fault]) =>
          fault && (
            <li key={kind}>
              <strong>{name}:</strong> {deviceWords(i18n, fault)}{' '}
              <Button size="compact-xs" variant="default" onClick={() => room.local.open(kind)}>
                {i18n.t('Try again')}
              </Button>
            </li>
          ),
      )}
    </ul>
  );
}
