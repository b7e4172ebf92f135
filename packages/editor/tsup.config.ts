import { defineConfig } from 'tsup'
import { tsupCommon, tsupEntries, tsupModules, tsupTypes } from '../../scripts/lib/tsup-package.mjs'

const entries = tsupEntries(import.meta.dirname)
const plain = /^(messages|theme|layout-worker)\b/
const pick = (isPlain: boolean) =>
  Object.fromEntries(Object.entries(entries).filter(([name]) => plain.test(name) === isPlain))

const modules = Object.fromEntries(
  Object.entries(tsupModules(import.meta.dirname)).filter(([name]) => !plain.test(name)),
)

export default defineConfig([
  {
    ...tsupCommon,
    entry: modules,
    dts: tsupTypes(import.meta.dirname, pick(false)),
    banner: { js: "'use client'" },
  },
  // A worker has no import map: what it needs must be inside its script.
  {
    ...tsupCommon,
    entry: pick(true),
    dts: tsupTypes(import.meta.dirname, pick(true)),
    noExternal: ['@dagrejs/dagre'],
  },
])
