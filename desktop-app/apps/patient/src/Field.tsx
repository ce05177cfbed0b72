/** @jsxImportSource preact */
import type { InputHTMLAttributes } from 'preact';
import { useId } from 'preact/hooks';
import { type Key, useWords } from './words';

interface Props {
  label: string;
  hint?: string;
  fault?: Key;
  value: string;
  onInput: (value: string) => void;
  options?: InputHTMLAttributes<HTMLInputElement>;
}

/** A text field with its label above, and what is wrong with it below. */
export function Field({ label, hint, fault, value, onInput, options }: Props) {
  const { say } = useWords();
  const id = useId();
  const told = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        dir="auto"
        {...options}
        value={value}
        aria-invalid={fault ? 'true' : undefined}
        aria-describedby={told || undefined}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {hint && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
      {fault && (
        <p id={`${id}-fault`} class="fault">
          {say(fault)}
        </p>
      )}
    </div>
  );
}
