import { lingui } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// While developing, the API is that of a running node: HOLDFAST_URL names it.
const node = process.env.HOLDFAST_URL ?? 'http://127.0.0.1:8080';
const proxied = { target: node, changeOrigin: true };

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), lingui({ configPath: `${import.meta.dirname}/../../lingui.config.ts` })],
  html: { cspNonce: '{{nonce}}' },
  // Tables that the node shares with the app are outside of the front ends' folder.
  server: { proxy: { '/api': proxied, '/fhir': proxied }, fs: { allow: ['../../..'] } },
  preview: { proxy: { '/api': proxied, '/fhir': proxied } },
  build: { target: 'es2022', sourcemap: false, chunkSizeWarningLimit: 400 },
});
