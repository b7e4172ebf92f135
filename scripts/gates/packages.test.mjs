import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { plant, runGate, runProgram } from './lib/planted.mjs'

/** @param {object} more */
const manifest = (more) => ({
  name: '@planted/a',
  version: '1.0.0',
  license: 'MIT',
  type: 'module',
  files: ['dist'],
  exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
  ...more,
})
const built = {
  'packages/a/dist/index.js': `export const a = 1\n`,
  'packages/a/dist/index.d.ts': 'export declare const a: number\n',
}

describe('packages', () => {
  test('passes a sound package', async () => {
    const { code, output } = await runGate('packages.mjs', plant({ 'packages/a/package.json': manifest({}), ...built }))
    expect(output).toContain('packages/a is fit to publish')
    expect(code).toBe(0)
  })

  test('names a file that is exported and not packed (publint)', async () => {
    const faulty = manifest({ files: ['dist/*.d.ts'] })
    const { code, output } = await runGate('packages.mjs', plant({ 'packages/a/package.json': faulty, ...built }))
    expect(code).toBe(1)
    expect(output).toContain('./dist/index.js but the file does not exist')
    expect(output).toContain('packages/a is not fit to publish')
  })

  test('names types that do not resolve (attw)', async () => {
    const { code, output } = await runGate(
      'packages.mjs',
      plant({
        'packages/a/package.json': manifest({}),
        ...built,
        'packages/a/dist/index.d.ts': `export { a } from './missing.js'\n`,
      }),
    )
    expect(code).toBe(1)
    expect(output).toContain('Internal resolution error')
    expect(output).toContain('packages/a is not fit to publish')
  })

  test('judges the tarball of an earlier gate of the same run, if there is one', async () => {
    const folder = plant({ 'packages/a/package.json': manifest({}), ...built })
    const gate = [resolve(import.meta.dirname, 'packages.mjs'), folder]
    const shared = { TENON_TARBALLS: join(folder, 'tarballs') }
    expect(await runProgram(gate, folder, shared)).toMatchObject({ code: 0 })
    rmSync(join(folder, 'packages/a/dist'), { recursive: true })
    expect(await runProgram(gate, folder, shared)).toMatchObject({ code: 0 })
    expect(await runProgram(gate, folder)).toMatchObject({ code: 1 })
  })
})
