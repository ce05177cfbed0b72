import { defineConfig } from 'vite';

// While developing, the API is that of a running host: HOLDFAST_HUB_URL names the one for bookings, HOLDFAST_URL the one for visits.
const hub = process.env.HOLDFAST_HUB_URL ?? 'http://127.0.0.1:8090';
const node = process.env.HOLDFAST_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  // A host serves each page below a folder of its own: /book/… and /v/….
  base: './',
  server: {
    proxy: {
      '/api/visit': { target: node, changeOrigin: true, ws: true },
      '/api': { target: hub, changeOrigin: true },
    },
  },
  worker: { format: 'es' },
  build: {
    target: 'es2020',
    sourcemap: false,
    rolldownOptions: {
      input: { index: `${import.meta.dirname}/index.html`, visit: `${import.meta.dirname}/visit.html` },
    },
  },
});
