import { lingui } from '@lingui/vite-plugin';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [lingui()],
  // Tables that the node shares with the app are outside of this folder.
  server: { fs: { allow: ['..'] } },
  test: { include: ['{apps,packages}/*/src/**/*.test.{ts,tsx}'], environment: 'jsdom' },
});
