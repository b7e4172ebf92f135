import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { plant, runGate } from './lib/planted.mjs'

/** @param {string} limit */
const tree = (limit) =>
  plant({
    'package.json': { devDependencies: { '@size-limit/file': '*' } },
    '.size-limit.json': [
      { name: 'the page', path: 'dist/page-*.js', limit, brotli: false },
      { name: 'its sheet', path: 'dist/page.css', limit: '1 kB', brotli: false },
    ],
    'dist/page-1.js': 'x'.repeat(3_000),
    'dist/page.css': 'x'.repeat(500),
  })

describe('sizes', () => {
  test('passes what is within its budget', async () => {
    expect(await runGate('sizes.mjs', tree('4 kB'))).toMatchObject({ code: 0 })
  })

  test('names what is past its budget', async () => {
    const { code, output } = await runGate('sizes.mjs', tree('2 kB'))
    expect(code).toBe(1)
    expect(output).toContain('the page')
    expect(output).toContain('exceeded by 1 kB')
  })

  test('names an import that brings more than its budget', async () => {
    /** @param {number} limit */
    const withImport = (limit) => {
      const folder = tree('4 kB')
      const files = {
        '.import-sizes.json': JSON.stringify([{ import: 'small', from: 'pack', limit }]),
        'node_modules/pack/package.json': JSON.stringify({
          name: 'pack',
          type: 'module',
          main: 'index.js',
          sideEffects: false,
        }),
        'node_modules/pack/index.js': "export { small } from './small.js'\nexport { large } from './large.js'\n",
        'node_modules/pack/small.js': "export const small = 'small'\n",
        'node_modules/pack/large.js': `export const large = Object.freeze(['${'large'.repeat(400)}'])\n`,
      }
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(join(folder, dirname(path)), { recursive: true })
        writeFileSync(join(folder, path), text)
      }
      return folder
    }
    expect(await runGate('sizes.mjs', withImport(60))).toMatchObject({ code: 0 })
    const { code, output } = await runGate('sizes.mjs', withImport(10))
    expect(code).toBe(1)
    expect(output).toContain("{ small } from 'pack' takes")
  })

  test('does not pass a page that was not built', async () => {
    const folder = tree('4 kB')
    rmSync(join(folder, 'dist'), { recursive: true })
    const { code, output } = await runGate('sizes.mjs', folder)
    expect(code).toBe(1)
    expect(output).toContain('dist/page-*.js')
  })
})
