/** @jsxImportSource preact */
import { type Device, list } from '@holdfast/visit-room/entry';
import { useEffect, useState } from 'preact/hooks';
import { useWords } from '../words';

interface Props {
  kind: 'camera' | 'microphone' | 'speaker';
  label: string;
  value?: string;
  onChange: (id: string) => void;
}

/** Another device of the same kind, where there is one. */
export function DeviceChoice({ kind, label, value, onChange }: Props) {
  const { say } = useWords();
  const [devices, setDevices] = useState<Device[]>([]);
  useEffect(() => {
    const look = () => list(kind).then(setDevices);
    look();
    navigator.mediaDevices?.addEventListener?.('devicechange', look);
    return () => navigator.mediaDevices?.removeEventListener?.('devicechange', look);
  }, [kind, value]);
  if (devices.length < 2) return null;
  return (
    <label class="choice">
      <span>
        {label}: {say('choose')}
      </span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {devices.map(({ id, name }, at) => (
          <option key={id} value={id}>
            {name || say('device', { number: at + 1 })}
          </option>
        ))}
      </select>
    </label>
  );
}
