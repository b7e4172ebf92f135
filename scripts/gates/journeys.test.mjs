import { describe, expect, test } from 'vitest'
import { checkJourneys, journeysOf } from './lib/check-journeys.mjs'

const page = (/** @type {string[]} */ ...items) =>
  [
    '# Architecture',
    '## The files of three journeys',
    '### A run starts',
    '',
    ...items,
    '',
    '## Next',
    '1. `x.ts`',
  ].join('\n')

const FILES = new Map([
  ['packages/server/src/start.ts', `import { type Engine } from '@tenon/runtime'\nimport { check } from './check.ts'`],
  ['packages/server/src/check.ts', 'export const check = 1'],
  [
    'packages/runtime/src/index.ts',
    `export { engine } from './embedded.ts'\nexport type { Engine } from './engine.ts'`,
  ],
  ['packages/runtime/src/engine.ts', 'export interface Engine {}'],
  [
    'packages/runtime/src/embedded.ts',
    `import type { Engine } from './engine.ts'\nconst lazy = () => import('./late.ts')`,
  ],
  ['packages/runtime/src/late.ts', 'export const late = 1'],
])

const check = (/** @type {string[]} */ ...items) =>
  checkJourneys(page(...items), FILES, { runtime: { '.': 'packages/runtime/src/index.ts' } }).violations

describe('journeysOf', () => {
  test('reads the items below its heading, and no others', () => {
    const read = journeysOf(page('1. `a.ts`: first', 'Some text.', '2. `b.ts` (through `c.ts`): second'))
    expect([...read]).toEqual([
      [
        'A run starts',
        [
          { line: 5, path: 'a.ts', through: null },
          { line: 7, path: 'b.ts', through: 'c.ts' },
        ],
      ],
    ])
  })
})

describe('checkJourneys', () => {
  test('follows imports, lazy ones, and interfaces that a package gives', () => {
    const found = check(
      '1. `packages/server/src/start.ts`: the start',
      '2. `packages/server/src/check.ts`: checks',
      '3. `packages/runtime/src/embedded.ts` (through `packages/runtime/src/engine.ts`): the engine',
      '4. `packages/runtime/src/late.ts`: later',
    )
    expect(found).toEqual([])
  })

  test('finds a file that does not exist', () => {
    expect(check('1. `packages/server/src/start.ts`: the start', '2. `packages/server/src/gone.ts`: gone')).toEqual([
      'ARCHITECTURE.md:6 packages/server/src/gone.ts does not exist',
    ])
  })

  test('finds a file that no file before it imports', () => {
    expect(check('1. `packages/server/src/check.ts`: checks', '2. `packages/server/src/start.ts`: the start')).toEqual([
      'ARCHITECTURE.md:6 packages/server/src/start.ts is imported by no file before it',
    ])
  })

  test('does not count what an entry gives under other names', () => {
    const item = '2. `packages/runtime/src/embedded.ts`: the engine'
    expect(check('1. `packages/server/src/start.ts`: the start', item)).toEqual([
      'ARCHITECTURE.md:6 packages/runtime/src/embedded.ts is imported by no file before it',
    ])
  })

  test('finds an interface that the file it leads to does not import', () => {
    const item = '2. `packages/runtime/src/late.ts` (through `packages/runtime/src/engine.ts`): later'
    expect(check('1. `packages/server/src/start.ts`: the start', item)).toEqual([
      'ARCHITECTURE.md:6 packages/runtime/src/late.ts does not import packages/runtime/src/engine.ts',
    ])
  })

  test('finds a page without journeys, and a journey without files', () => {
    expect(checkJourneys('# Architecture', FILES, {}).violations).toHaveLength(1)
    expect(check()).toEqual(['ARCHITECTURE.md: the journey "A run starts" has no files'])
  })
})
