import { LOCALES, setLocale, useLocale } from '@holdfast/i18n';

/** The languages, each in its own words. */
export function LanguageChoice() {
  const locale = useLocale();
  return (
    <ul className="languages">
      {LOCALES.map(({ code, name }) => (
        <li key={code}>
          <button type="button" lang={code} aria-pressed={code === locale} onClick={() => setLocale(code)}>
            {name}
          </button>
        </li>
      ))}
    </ul>
  );
}
