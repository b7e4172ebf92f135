import { describe, expect, test } from 'vitest'
import { plant, runGate } from './lib/planted.mjs'

/** @param {{ files?: string[], test?: string }} [faults] */
const tree = ({ files = ['dist'], test: script = 'node --test' } = {}) =>
  plant({
    'package.json': {},
    'tsconfig.base.json': {
      compilerOptions: {
        module: 'ESNext',
        moduleResolution: 'bundler',
        customConditions: ['own'],
        noEmit: true,
        types: [],
      },
    },
    'packages/a/package.json': {
      name: '@tenon/a',
      version: '1.0.0',
      type: 'module',
      files,
      exports: { '.': { own: './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' } },
    },
    'packages/a/src/index.ts': 'export const a = 1\n',
    'packages/a/dist/index.js': 'export const a = 1\n',
    'packages/a/dist/index.d.ts': 'export declare const a: number\n',
    'examples/one/package.json': {
      name: 'one',
      type: 'module',
      scripts: { test: script },
      dependencies: { '@tenon/a': '^1.0.0' },
    },
    'examples/one/tsconfig.json': { extends: '../../tsconfig.base.json', include: ['src'] },
    'examples/one/src/main.ts': `import { a } from '@tenon/a'\nexport const twice: number = a * 2\n`,
    'examples/one/src/main.test.js': `import { a } from '@tenon/a'\nif (a !== 1) throw new Error('a is not 1')\n`,
  })

describe('tarballs', () => {
  test('passes an example that works with what is packed', async () => {
    expect(await runGate('tarballs.mjs', tree())).toMatchObject({ code: 0 })
  })

  test('names an example that needs what is not packed, though the sources are beside it', async () => {
    const { code, output } = await runGate('tarballs.mjs', tree({ files: ['src'] }))
    expect(code).toBe(1)
    expect(output).toContain(`src/main.ts(1,19): error TS2307`)
    expect(output).toContain('examples/one does not work with the tarballs')
  })

  test('names an example whose own tests fail', async () => {
    const { code, output } = await runGate('tarballs.mjs', tree({ test: 'echo three wishes failed && exit 3' }))
    expect(code).toBe(1)
    expect(output).toContain('three wishes failed')
    expect(output).toContain('examples/one does not work with the tarballs')
  })
})
