import { defineConfig } from '@lingui/conf';
import { formatter } from '@lingui/format-po';

/** The catalogues: English texts are the ids, so that code reads as what is shown. */
export default defineConfig({
  sourceLocale: 'en',
  locales: ['en', 'es', 'fr', 'ar'],
  format: formatter({ lineNumbers: false, origins: false, explicitIdAsDefault: false }),
  catalogs: [
    {
      path: '<rootDir>/packages/i18n/src/locales/{locale}',
      include: ['<rootDir>/apps/staff/src', '<rootDir>/packages/ui/src'],
    },
  ],
  orderBy: 'messageId',
});
