import { defineConfig } from 'tsup'
import { tsupCommon, tsupEntries } from '../../scripts/lib/tsup-package.mjs'

const entries = tsupEntries(import.meta.dirname)
const plain = /^(messages|theme|layout-worker)\b/
const pick = (isPlain: boolean) =>
  Object.fromEntries(Object.entries(entries).filter(([name]) => plain.test(name) === isPlain))

export default defineConfig([
  { ...tsupCommon, entry: pick(false), banner: { js: "'use client'" } },
  // A worker has no import map: what it needs must be inside its script.
  { ...tsupCommon, entry: pick(true), noExternal: ['@dagrejs/dagre'] },
])
