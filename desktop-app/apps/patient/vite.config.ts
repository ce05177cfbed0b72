import { defineConfig } from 'vite';

// While developing, the API is that of a running hub: HOLDFAST_HUB_URL names it.
const hub = process.env.HOLDFAST_HUB_URL ?? 'http://127.0.0.1:8090';

export default defineConfig({
  root: import.meta.dirname,
  // The hub serves the page below a folder of its own.
  base: './',
  server: { proxy: { '/api': { target: hub, changeOrigin: true } } },
  build: { target: 'es2020', sourcemap: false },
});
