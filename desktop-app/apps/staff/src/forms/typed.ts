/** Two halves of a sign that belong together are one; a half by itself is none. */
const HALF = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const BREAK = /[\u000b\u000c\u0085\u2028\u2029]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const CONTROL = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g;

/**
 * Text without what no record may hold and no person sees: it comes with what is pasted, from scanners and old programs. Breaks
 * of other programs become `between`, so that words do not run together.
 */
export function withoutControls(text: string, between: string): string {
  return text.replace(BREAK, between).replace(CONTROL, '').replace(HALF, '');
}

type Field = HTMLInputElement | HTMLTextAreaElement;

/** Has every text field hold nothing else, however it came in. */
export function keepFieldsClean(root: Document): void {
  // Before any form hears of it.
  root.addEventListener('input', clean, { capture: true });
}

function clean({ target }: Event): void {
  if (!(target instanceof HTMLInputElement) && !(target instanceof HTMLTextAreaElement)) return;
  const between = target instanceof HTMLTextAreaElement ? '\n' : ' ';
  const wanted = withoutControls(target.value, between);
  if (wanted === target.value) return;
  const caret = caretOf(target);
  const at = caret === null ? null : withoutControls(target.value.slice(0, caret), between).length;
  write(target, wanted);
  if (at !== null) target.setSelectionRange(at, at);
}

/** Where somebody types; fields of some kinds do not tell. */
function caretOf(field: Field): number | null {
  return field.selectionStart;
}

/** Past React, which takes a value that it has written itself for one that nobody has typed. */
function write(field: Field, value: string): void {
  const kind = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
  Object.getOwnPropertyDescriptor(kind.prototype, 'value')?.set?.call(field, value);
}
