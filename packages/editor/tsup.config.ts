import { defineConfig } from 'tsup'
import { tsupEntries } from '../../scripts/lib/tsup-entries.mjs'

const entries = tsupEntries(import.meta.dirname)
const dts =
  process.env.TENON_BUILD_DTS === '0' ? false : { compilerOptions: { ignoreDeprecations: '6.0', customConditions: [] } }
const plain = /^(messages|theme|layout-worker)\b/
const pick = (isPlain: boolean) =>
  Object.fromEntries(Object.entries(entries).filter(([name]) => plain.test(name) === isPlain))

const common = { format: 'esm', target: 'es2023', splitting: true, sourcemap: true } as const

export default defineConfig([
  { ...common, entry: pick(false), dts, banner: { js: "'use client'" } },
  // A worker has no import map: what it needs must be inside its script.
  { ...common, entry: pick(true), dts, noExternal: ['@dagrejs/dagre'] },
])
