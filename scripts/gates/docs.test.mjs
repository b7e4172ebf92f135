import { join, resolve } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { codeBlocks } from './lib/check-docs.mjs'
import { checkDocstrings } from './lib/check-docstrings.mjs'
import { compileBlocks } from './lib/compile-blocks.mjs'
import { plant } from './lib/planted.mjs'

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

describe('checkDocstrings', () => {
  test('names each public export without a docstring once, where it is declared', () => {
    const folder = plant({
      'a/index.ts': `export { said, type Bare } from './parts.ts'\nexport { compile } from 'elsewhere'\n`,
      'b/index.ts': `export type { Bare as Other } from '../a/parts.ts'\n/** Says what it is for. */\nexport type Named = 1\n`,
      'a/parts.ts': [
        '/** Says what it is for. */',
        'export const said = 1',
        'const hidden = 2',
        '/** @defaultValue 3 */',
        'export type Bare = typeof hidden',
        'export const notPublic = 4',
      ].join('\n'),
    })
    expect(checkDocstrings(folder, base, ['a/index.ts', 'b/index.ts'])).toEqual({
      documented: 2,
      documentedFields: 0,
      missing: ['a/parts.ts:5 Bare is public and has no docstring'],
    })
  })

  test('names each field without a docstring, of the interfaces that hosts write or call', () => {
    const folder = plant({
      'index.ts': [
        '/** Says what it is for. */',
        'export interface MailOptions {',
        '  /** Says what it is for. */',
        '  readonly url: string',
        '  /** @defaultValue 3 */',
        '  readonly attempts?: number',
        '  /** Says what it is for. */',
        '  readonly hooks: {',
        '    /** Says what it is for. */',
        '    begin(): void',
        '    end(): void',
        '  }',
        '  /** Says what it is for. */',
        '  readonly size: { readonly width: number; readonly height: number }',
        '}',
        '/** Says what it is for. */',
        'export interface Row {',
        '  readonly id: string',
        '}',
      ].join('\n'),
    })
    expect(checkDocstrings(folder, base, ['index.ts'])).toEqual({
      documented: 2,
      documentedFields: 4,
      missing: [
        'index.ts:11 MailOptions.hooks.end is public and has no docstring',
        'index.ts:6 MailOptions.attempts is public and has no docstring',
      ],
    })
  })

  test('names the fields of every public interface below a folder', () => {
    const row = '/** Says what it is for. */\nexport interface Row {\n  readonly id: string\n}\n'
    const folder = plant({ 'a/index.ts': row, 'ab/index.ts': row.replace('Row', 'Other') })
    expect(checkDocstrings(folder, base, ['a/index.ts', 'ab/index.ts'], ['a'])).toEqual({
      documented: 2,
      documentedFields: 0,
      missing: ['a/index.ts:3 Row.id is public and has no docstring'],
    })
  })

  test('does not pass over an entry point that is not there', () => {
    expect(() => checkDocstrings(plant({}), base, ['gone/index.ts'])).toThrow('gone/index.ts')
  })
})
