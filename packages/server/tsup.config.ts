import { defineConfig } from 'tsup'
import { tsupCommon, tsupEntries, tsupTypes } from '../../scripts/lib/tsup-package.mjs'

export default defineConfig({
  ...tsupCommon,
  entry: tsupEntries(import.meta.dirname),
  dts: tsupTypes(import.meta.dirname),
  clean: true,
})
