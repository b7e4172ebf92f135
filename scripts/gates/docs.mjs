// Compiles every `ts` and `tsx` block of the README and the docs against the packages' sources.
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { codeBlocks } from './lib/check-docs.mjs'
import { compileBlocks } from './lib/compile-blocks.mjs'
import { readSources, report } from './lib/sources.mjs'

const root = resolve(import.meta.dirname, '../..')
const pages = new Map(
  [...readSources(root, ['.md'])].filter(([path]) => !path.includes('CHANGELOG') && !path.startsWith('.changeset')),
)
const blocks = [...pages].flatMap(([page, text]) => codeBlocks(text).map((block) => ({ page, ...block })))
const base = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile).config

report('docs', compileBlocks(root, base, blocks), `${blocks.length} blocks of ${pages.size} pages compile`)
