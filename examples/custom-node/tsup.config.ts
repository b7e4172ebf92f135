import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/index.ts', 'src/server.ts'],
  format: 'esm',
  target: 'es2023',
  clean: true,
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
})
