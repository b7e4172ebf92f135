// Compiles every `ts` and `tsx` block of the README and the docs against the packages' sources, and fails for a public
// export, or a field of a public interface, without a docstring.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { codeBlocks } from './lib/check-docs.mjs'
import { checkDocstrings } from './lib/check-docstrings.mjs'
import { compileBlocks } from './lib/compile-blocks.mjs'
import { PACKAGE_RULES } from './lib/layer-rules.mjs'
import { readSources, report } from './lib/sources.mjs'

/** Folders and files in which every field of a public interface has a docstring; elsewhere those that hosts write or call have. */
const FULLY_DESCRIBED = [
  'packages/core',
  'packages/connectors',
  'packages/nodes',
  'packages/runtime/src/bus.ts',
  'packages/runtime/src/engine.ts',
  'packages/runtime/src/interpreter',
  'packages/runtime/src/postgres/migrate.ts',
  'packages/runtime/src/postgres/pg-link.ts',
  'packages/runtime/src/postgres/pglite-link.ts',
  'packages/runtime/src/postgres/types.ts',
  'packages/runtime/src/run-store.ts',
  'packages/runtime/src/store',
  'packages/runtime/src/engines/temporal',
  'packages/runtime/src/testing',
  'packages/server',
  'packages/editor',
]

const root = resolve(import.meta.dirname, '../..')
const pages = new Map(
  [...readSources(root, ['.md'])].filter(([path]) => !path.includes('CHANGELOG') && !path.startsWith('.changeset')),
)
const blocks = [...pages].flatMap(([page, text]) => codeBlocks(text).map((block) => ({ page, ...block })))
const base = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile).config

/** @param {string} name */
function entriesOf(name) {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))
  const sources = Object.values(manifest.exports).map((target) => target['@tenon/source'])
  return sources.filter((source) => /\.tsx?$/.test(source ?? '')).map((source) => join('packages', name, source))
}

const { documented, documentedFields, missing } = checkDocstrings(
  root,
  base,
  Object.keys(PACKAGE_RULES).flatMap(entriesOf),
  FULLY_DESCRIBED,
)
report('docstrings', missing, `${documented} public exports and ${documentedFields} fields say what they are for`)
report('docs', compileBlocks(root, base, blocks), `${blocks.length} blocks of ${pages.size} pages compile`)
