import { defineConfig } from 'tsup'
import { tsupModules, tsupPackage } from '../../scripts/lib/tsup-package.mjs'

export default defineConfig({ ...tsupPackage(import.meta.dirname), entry: tsupModules(import.meta.dirname) })
