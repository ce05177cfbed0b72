import { lingui } from '@lingui/vite-plugin';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [lingui()],
  test: { include: ['{apps,packages}/*/src/**/*.test.{ts,tsx}'], environment: 'jsdom' },
});
