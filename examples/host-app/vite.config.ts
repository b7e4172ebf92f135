import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  base: '/app/',
  plugins: [react()],
  build: { outDir: 'dist/pages', emptyOutDir: true, chunkSizeWarningLimit: 1_500, modulePreload: { polyfill: false } },
  server: {
    proxy: Object.fromEntries(
      ['/demo', '/workflows', '/runs', '/approvals', '/members', '/nodes', '/me', '/socket-tickets'].map((path) => [
        path,
        { target: 'http://127.0.0.1:4400', ws: true },
      ]),
    ),
  },
})
