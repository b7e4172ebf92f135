import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { server: 'src/server.ts' },
  format: 'esm',
  target: 'es2023',
  outDir: 'dist',
  sourcemap: true,
})
