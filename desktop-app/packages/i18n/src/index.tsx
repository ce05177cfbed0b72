import { i18n, type Messages } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { type ReactNode, useEffect, useState } from 'react';

export type { I18n } from '@lingui/core';
export { useLingui } from '@lingui/react';

export const LOCALES = [
  { code: 'en', name: 'English', dir: 'ltr' },
  { code: 'es', name: 'Español', dir: 'ltr' },
  { code: 'fr', name: 'Français', dir: 'ltr' },
  { code: 'ar', name: 'العربية', dir: 'rtl' },
] as const;

export type Locale = (typeof LOCALES)[number]['code'];

const STORED = 'holdfast-language';

const CATALOGUES: Record<Locale, () => Promise<{ messages: Messages }>> = {
  en: () => import('./locales/en.po'),
  es: () => import('./locales/es.po'),
  fr: () => import('./locales/fr.po'),
  ar: () => import('./locales/ar.po'),
};

/** The language this device was set to, else the first of the browser's that there is a catalogue of. */
export function firstLocale(): Locale {
  const wanted = [localStorage.getItem(STORED) ?? '', ...navigator.languages];
  const known = wanted.map((tag) => tag.split('-')[0]).find((tag) => LOCALES.some(({ code }) => code === tag));
  return (known ?? 'en') as Locale;
}

export function directionOf(locale: Locale): 'ltr' | 'rtl' {
  return LOCALES.find(({ code }) => code === locale)?.dir ?? 'ltr';
}

/** Loads a language and shows everything in it. */
export async function setLocale(locale: Locale): Promise<void> {
  const { messages } = await CATALOGUES[locale]();
  localStorage.setItem(STORED, locale);
  document.documentElement.lang = locale;
  document.documentElement.dir = directionOf(locale);
  i18n.loadAndActivate({ locale, messages });
}

/** Gives texts to what is below; it must be rendered after the first {@link setLocale}. */
export function Texts({ children }: { children: ReactNode }) {
  return <I18nProvider i18n={i18n}>{children}</I18nProvider>;
}

/** The language that is shown now. */
export function useLocale(): Locale {
  const [locale, set] = useState(i18n.locale as Locale);
  useEffect(() => i18n.on('change', () => set(i18n.locale as Locale)), []);
  return locale;
}
