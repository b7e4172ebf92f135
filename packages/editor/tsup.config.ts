import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'tsup'
import { tsupCommon, tsupEntries, tsupTypes } from '../../scripts/lib/tsup-package.mjs'

const entries = tsupEntries(import.meta.dirname)
const plain = /^(messages|theme|layout-worker)\b/
const pick = (isPlain: boolean) =>
  Object.fromEntries(Object.entries(entries).filter(([name]) => plain.test(name) === isPlain))

/**
 * Every module, as an output of its own: a bundler leaves out whole modules that a page does not use, but of a chunk
 * of many modules it keeps whatever calls a function while it is loaded.
 */
const modules = Object.fromEntries(
  readdirSync(join(import.meta.dirname, 'src'), { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /\.tsx?$/.test(file) && !/\.(test|test-d|d)\.tsx?$/.test(file) && !plain.test(file))
    .map((file) => [file.replace(/\.tsx?$/, ''), `src/${file}`]),
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
