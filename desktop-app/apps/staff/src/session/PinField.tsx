import { TextInput, type TextInputProps } from '@mantine/core';

/** A PIN: digits, hidden, with the number keys on a touch screen, and kept by no password manager. */
export function PinField(props: TextInputProps) {
  return (
    <TextInput
      type="password"
      inputMode="numeric"
      autoComplete="off"
      maxLength={12}
      required
      withAsterisk={false}
      {...props}
    />
  );
}
