import { describe, expect, test } from 'vitest'
import { checkLayers } from './lib/check-layers.mjs'

/** @param {Record<string, string>} files */
const check = (files) =>
  checkLayers(new Map(Object.entries(files)), {
    core: { './document': 'packages/core/src/document/index.ts', './node': 'packages/core/src/node/index.ts' },
  })

describe('checkLayers', () => {
  test('passes what the layers allow', () => {
    expect(
      check({
        'packages/runtime/src/interpreter/a.ts': `import { x } from '@tenon/core/document'\nimport { y } from './b.ts'`,
        'packages/server/src/a.ts': `import { x } from '@tenon/runtime'\nimport { readFile } from 'node:fs'`,
        'packages/core/src/evaluate/text.ts': `import { RE2JS } from 're2js'`,
        'packages/editor/src/instance/root.ts': 'export const root = () => document.body',
      }),
    ).toEqual([])
  })

  test.each([
    [
      'a sideways import',
      'packages/nodes/src/a.ts',
      `import { x } from '@tenon/runtime'`,
      'must not import @tenon/runtime',
    ],
    ['an upward import', 'packages/core/src/a.ts', `import { x } from '@tenon/nodes'`, 'must not import @tenon/nodes'],
    ['an import of the server', 'packages/runtime/src/a.ts', `export { x } from '@tenon/server'`, 'must not import'],
    [
      'a sideways import in a test',
      'packages/editor/src/a.test.ts',
      `import { x } from '@tenon/nodes'`,
      'must not import',
    ],
    [
      'a lazy sideways import',
      'packages/editor/src/a.ts',
      `const x = () => import('@tenon/server')`,
      'must not import',
    ],
    ['a builtin in core', 'packages/core/src/a.ts', `import 'node:fs'`, 'must not import node:fs'],
    ['a foreign package in core', 'packages/core/src/a.ts', `import x from 'lodash'`, 'must not import lodash'],
    ['zod in the document', 'packages/core/src/document/a.ts', `import { z } from 'zod'`, 'only under'],
    ['a relative way out', 'packages/nodes/src/a.ts', `import { x } from '../../core/src/x.ts'`, 'leaves its package'],
    [
      'the interpreter reaching out',
      'packages/runtime/src/interpreter/a.ts',
      `import { x } from '../bus.ts'`,
      'only core',
    ],
    [
      'one engine in another',
      'packages/runtime/src/engines/temporal/a.ts',
      `import { x } from '../embedded/x.ts'`,
      'engines/temporal must not import engines/embedded',
    ],
    [
      'a clock in the interpreter',
      'packages/runtime/src/interpreter/a.ts',
      'export const now = () => Date.now()',
      'uses Date',
    ],
    [
      'chance in the interpreter',
      'packages/runtime/src/interpreter/a.ts',
      'export const r = () => Math.random()',
      'Math.random',
    ],
    ['the page in the editor', 'packages/editor/src/a.ts', 'export const b = () => document.body', 'uses document'],
  ])('catches %s', (_name, path, text, message) => {
    expect(check({ [path]: text }).join('\n')).toContain(message)
  })

  test('catches folders that import each other, over a third one and beside others, and names the imports', () => {
    const planted = {
      'packages/server/src/sockets/open.ts': `import { room } from '../collab/room.ts'\nexport const open = room`,
      'packages/server/src/collab/room.ts': `import { append } from '../drafts/append.ts'\nexport const room = append`,
      'packages/server/src/drafts/append.ts': `import { close } from '../sockets/close.ts'\nexport const append = close`,
      'packages/server/src/sockets/close.ts': 'export const close = 1',
      'packages/core/src/node/fill.ts': `import { ports } from '../document/ports.ts'\nexport const fill = ports`,
      'packages/core/src/document/ports.ts': `import { fill } from '../node/fill.ts'\nexport const ports = fill`,
      'packages/core/src/errors/index.ts': `import { fill } from '../node/fill.ts'\nexport const error = fill`,
    }
    expect(check(planted)).toEqual([
      'folders in a circle: packages/core/src/document > packages/core/src/node > packages/core/src/document: packages/core/src/document/ports.ts:1 imports ../node/fill.ts; packages/core/src/node/fill.ts:1 imports ../document/ports.ts',
      'folders in a circle: packages/server/src/collab > packages/server/src/drafts > packages/server/src/sockets > packages/server/src/collab: packages/server/src/collab/room.ts:1 imports ../drafts/append.ts; packages/server/src/drafts/append.ts:1 imports ../sockets/close.ts; packages/server/src/sockets/open.ts:1 imports ../collab/room.ts',
    ])
  })

  test('lets folders name types of each other, load each other lazily, and import files beside them', () => {
    expect(
      check({
        'packages/editor/src/canvas/a.ts': `import type { B } from '../runs/b.ts'\nexport const a = () => import('../runs/b.ts')`,
        'packages/editor/src/runs/b.ts': `import { a } from '../canvas/a.ts'\nimport { c } from '../c.ts'\nexport const b = [a, c]`,
        'packages/editor/src/runs/b.test.ts': `import { d } from '../canvas/d.ts'\nexport const e = d`,
        'packages/editor/src/canvas/a.test.ts': `import { b } from '../runs/b.ts'\nexport const f = b`,
        'packages/editor/src/c.ts': 'export const c = 1',
      }),
    ).toEqual([])
  })

  test('follows static imports into other packages, not types and not lazy ones', () => {
    const files = {
      'packages/core/src/document/index.ts': `export { hash } from './hash.ts'`,
      'packages/core/src/document/hash.ts': 'export const hash = 1',
      'packages/core/src/node/index.ts': `import { z } from 'zod'\nexport const y = z`,
    }
    const lazy = `import { hash } from '@tenon/core/document'\nimport type { y } from '@tenon/core/node'\nexport const z = () => import('@codemirror/view')`
    expect(check({ ...files, 'packages/editor/src/index.ts': lazy })).toEqual([])
    const eager = `import { a } from './a.ts'`
    const found = check({
      ...files,
      'packages/editor/src/index.ts': eager,
      'packages/editor/src/a.ts': `import { y } from '@tenon/core/node'\nexport const a = y`,
    })
    expect(found).toEqual([
      'packages/editor/src/index.ts reaches zod by packages/editor/src/index.ts > packages/editor/src/a.ts > packages/core/src/node/index.ts',
    ])
  })
})
