const NAMES: Record<string, string> = { mod: 'Ctrl', shift: 'Shift', alt: 'Alt', enter: 'Enter' };

/** A shortcut as keys: "mod+k" as Ctrl K. */
export function Keys({ keys }: { keys: string }) {
  return (
    <kbd dir="ltr">
      {keys
        .split('+')
        .map((part) => NAMES[part] ?? part.toUpperCase())
        .join(' ')}
    </kbd>
  );
}
