import { defineConfig } from 'tsup'
import { tsupEntries } from '../../scripts/lib/tsup-entries.mjs'

export default defineConfig({
  entry: tsupEntries(import.meta.dirname),
  format: 'esm',
  target: 'es2023',
  splitting: true,
  sourcemap: true,
  clean: true,
  dts:
    process.env.TENON_BUILD_DTS === '0'
      ? false
      : { compilerOptions: { ignoreDeprecations: '6.0', customConditions: [] } },
})
