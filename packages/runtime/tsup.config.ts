import { defineConfig } from 'tsup'
import { tsupCommon, tsupEntries } from '../../scripts/lib/tsup-package.mjs'

export default defineConfig({ ...tsupCommon, entry: tsupEntries(import.meta.dirname), clean: true })
