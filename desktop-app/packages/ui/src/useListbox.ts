import { type KeyboardEvent, useEffect, useId, useState } from 'react';

interface Options<T> {
  items: readonly T[];
  onChoose: (item: T) => void;
  onClose: () => void;
  open: boolean;
}

/**
 * Keyboard and roles of a text field with a list of choices (the ARIA 1.2 combobox): the focus stays in the field,
 * arrows move the choice, Enter takes it, Escape closes the list and nothing else.
 */
export function useListbox<T>({ items, onChoose, onClose, open }: Options<T>) {
  const id = useId();
  const [active, setActive] = useState(-1);
  const shown = open && items.length > 0;
  const optionId = (index: number) => `${id}-${index}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new list starts anew.
  useEffect(() => setActive(-1), [items]);
  useEffect(() => {
    if (active >= 0) document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: 'nearest' });
  }, [active, id]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!open || event.nativeEvent.isComposing) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step && items.length > 0) {
      event.preventDefault();
      setActive((at) => (at < 0 && step < 0 ? items.length - 1 : (at + step + items.length) % items.length));
    }
    const chosen = items[active];
    if (event.key === 'Enter' && chosen !== undefined) {
      event.preventDefault();
      onChoose(chosen);
    }
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      onClose();
    }
  };

  return {
    active,
    setActive,
    inputProps: {
      role: 'combobox',
      autoComplete: 'off',
      spellCheck: false,
      'aria-expanded': shown,
      'aria-controls': shown ? `${id}-list` : undefined,
      'aria-autocomplete': 'list',
      'aria-activedescendant': shown && active >= 0 ? optionId(active) : undefined,
      // A dialog around it hears keys before the field does: while the list is open, Escape is the list's.
      'data-mantine-stop-propagation': shown ? 'true' : undefined,
      onKeyDown,
    } as const,
    listProps: { id: `${id}-list`, role: 'listbox', className: 'listbox' } as const,
    optionProps: (index: number) => ({
      id: optionId(index),
      role: 'option' as const,
      'aria-selected': index === active,
      tabIndex: -1,
      onMouseEnter: () => setActive(index),
      // The field keeps the focus.
      onMouseDown: (event: { preventDefault: () => void }) => event.preventDefault(),
      onClick: () => {
        const item = items[index];
        if (item !== undefined) onChoose(item);
      },
    }),
  };
}
