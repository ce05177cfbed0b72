import { TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { clockOf } from './clock';

interface Props {
  label: string;
  isLabelHidden?: boolean;
  value: string;
  onChange: (value: string) => void;
  error?: ReactNode;
}

/** A time of day, typed in any way; when it is left it stands as it was understood. */
export function ClockField({ label, isLabelHidden, value, onChange, error }: Props) {
  const [text, setText] = useState<string>();
  return (
    <TextInput
      label={isLabelHidden ? undefined : label}
      aria-label={isLabelHidden ? label : undefined}
      dir="ltr"
      inputMode="numeric"
      placeholder="08:30"
      autoComplete="off"
      error={error}
      style={{ inlineSize: '6rem' }}
      value={text ?? value}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(clockOf(event.currentTarget.value));
      }}
      onBlur={() => setText(undefined)}
    />
  );
}
