import { rmSync } from 'node:fs'
import { join } from 'node:path'
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

  test('does not pass a page that was not built', async () => {
    const folder = tree('4 kB')
    rmSync(join(folder, 'dist'), { recursive: true })
    const { code, output } = await runGate('sizes.mjs', folder)
    expect(code).toBe(1)
    expect(output).toContain('dist/page-*.js')
  })
})
