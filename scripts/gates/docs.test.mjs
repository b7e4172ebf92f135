import { join, resolve } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { codeBlocks } from './lib/check-docs.mjs'
import { compileBlocks } from './lib/compile-blocks.mjs'

const root = resolve(import.meta.dirname, '../..')
const base = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile).config

describe('codeBlocks', () => {
  test('finds ts and tsx blocks with their lines, and no others', () => {
    const text = '# Title\n\n```ts\nconst a = 1\n```\n\n```sh\nls\n```\n\n```tsx\nconst b = <i />\nexport { b }\n```\n'
    expect(codeBlocks(text)).toEqual([
      { language: 'ts', line: 4, code: 'const a = 1' },
      { language: 'tsx', line: 12, code: 'const b = <i />\nexport { b }' },
    ])
  })
})

describe('compileBlocks', () => {
  test('passes a block that uses the packages rightly and catches one that does not', { timeout: 120_000 }, () => {
    const good = `import { durationToMs } from '@tenon/core/document'\nexport const ms: number = durationToMs('30s')`
    const bad = `import { durationToMs } from '@tenon/core/document'\n\nexport const ms: string = durationToMs('30s')`
    const problems = compileBlocks(root, base, [
      { page: 'README.md', line: 10, language: 'ts', code: good },
      { page: 'docs/a.md', line: 20, language: 'ts', code: bad },
    ])
    expect(problems).toEqual([`docs/a.md:22 Type 'number' is not assignable to type 'string'.`])
  })
})
