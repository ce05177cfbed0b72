/** @jsxImportSource preact */
import { LANGUAGES, type Language } from './language';

interface Props {
  label: string;
  value: Language;
  onChange: (language: Language) => void;
}

/** The languages, each in its own words. */
export function Languages({ label, value, onChange }: Props) {
  return (
    <nav aria-label={label}>
      {LANGUAGES.map(({ code, name }) => (
        <button
          key={code}
          type="button"
          lang={code}
          aria-current={code === value ? 'true' : undefined}
          onClick={() => onChange(code)}
        >
          {name}
        </button>
      ))}
    </nav>
  );
}
