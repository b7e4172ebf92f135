import { defineConfig } from 'tsup'
import { tsupPackage } from '../../scripts/lib/tsup-package.mjs'

export default defineConfig(tsupPackage(import.meta.dirname))
