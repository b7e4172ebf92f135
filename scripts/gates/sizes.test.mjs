import { randomBytes } from 'node:crypto'
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

/**
 * @param {string} folder
 * @param {string} path
 * @param {string} text
 */
function write(folder, path, text) {
  mkdirSync(join(folder, dirname(path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

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

  test('weighs all scripts that a page loads first, not only its entry', async () => {
    /** @param {number} limit */
    const withPage = (limit) => {
      const folder = tree('4 kB')
      const files = {
        '.page-sizes.json': JSON.stringify([{ page: 'pages/index.html', base: '/app/', limit }]),
        'pages/index.html': [
          '<script type="module" src="/app/assets/entry.js"></script>',
          '<link rel="modulepreload" href="/app/assets/shared.js">',
          '<link rel="icon" href="/app/icon.svg">',
        ].join(''),
        'pages/assets/entry.js': "import './shared.js'\nimport('./later.js')\n",
        'pages/assets/shared.js': randomBytes(2_000).toString('base64'),
        'pages/assets/later.js': randomBytes(9_000).toString('base64'),
      }
      for (const [path, text] of Object.entries(files)) write(folder, path, text)
      return folder
    }
    expect(await runGate('sizes.mjs', withPage(3_000))).toMatchObject({ code: 0 })
    const { code, output } = await runGate('sizes.mjs', withPage(1_500))
    expect(code).toBe(1)
    expect(output).toMatch(/the scripts of pages\/index\.html takes 2\d{3} bytes; the limit is 1500/)
    const unbuilt = withPage(3_000)
    rmSync(join(unbuilt, 'pages/assets/shared.js'))
    expect((await runGate('sizes.mjs', unbuilt)).output).toContain('shared.js')
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
      for (const [path, text] of Object.entries(files)) write(folder, path, text)
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
