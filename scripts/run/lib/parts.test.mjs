import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { plant, runProgram } from '../../gates/lib/planted.mjs'
import { FORMAT, LINT, partsOf } from './parts.mjs'
import { root } from './paths.mjs'

describe('partsOf', () => {
  const whole = { chromium: '/usr/bin/chromium', temporal: '/usr/bin/temporal', postgres: true }
  const lacking = { chromium: null, temporal: null, postgres: false }
  const leftOutOf = (/** @type {import('./parts.mjs').Machine} */ machine) => {
    const unit = partsOf(machine, '/reports').parts.find(({ name }) => name === 'unit')
    return (unit?.env?.['TENON_TESTS_LEFT_OUT'] ?? '').split(',').filter((path) => path !== '')
  }

  test('leaves nothing out on a machine that has everything', () => {
    const { parts, missing } = partsOf(whole, '/reports')
    expect(missing).toEqual([])
    expect(parts.every(({ canRun }) => canRun)).toBe(true)
    expect(leftOutOf(whole)).toEqual([])
  })

  test('lets a part wait only for parts before it', () => {
    const { parts } = partsOf(whole, '/reports')
    const before = (/** @type {number} */ index) => parts.slice(0, index).map(({ name }) => name)
    for (const [index, { after = [] }] of parts.entries())
      expect(before(index)).toEqual(expect.arrayContaining([...after]))
    expect(parts.find(({ name }) => name === 'e2e')?.after).toEqual(['build'])
  })

  test('counts coverage only where every test runs', () => {
    const runnerOf = (/** @type {import('./parts.mjs').Machine} */ machine) =>
      partsOf(machine, '/reports').parts.find(({ name }) => name === 'unit')?.args[0]
    expect(runnerOf(whole)).toMatch(/run.coverage\.mjs$/)
    expect(runnerOf({ ...whole, temporal: null })).toMatch(/vitest\.mjs$/)
    expect(runnerOf({ ...whole, postgres: false })).toMatch(/vitest\.mjs$/)
  })

  test('names each file that it leaves out', () => {
    const { parts, missing } = partsOf(lacking, '/reports')
    const leftOut = leftOutOf(lacking)
    expect(leftOut.length).toBeGreaterThan(5)
    for (const path of leftOut) expect(missing.join('\n')).toContain(path)
    expect(missing.map((line) => line.split(':')[0])).toEqual(['Chromium', 'Temporal dev server', 'Postgres'])
    expect(parts.filter(({ canRun }) => !canRun).map(({ name }) => name)).toEqual(['e2e'])
  })

  test('has a runner that leaves out what its environment excludes', async () => {
    const { parts } = partsOf(lacking, '/reports')
    const env = parts.find(({ name }) => name === 'unit')?.env
    const list = ['node_modules/vitest/vitest.mjs', 'list', '--filesOnly', 'packages/server/test']
    const { output } = await runProgram(list, root, env)
    expect(output).toContain('packages/server/test/bad-input.test.ts')
    expect(output).not.toContain('packages/server/test/postgres.test.ts')
  })
})

/** @param {Record<string, string>} files */
function plantOurs(files) {
  const folder = plant(files)
  for (const name of ['biome.json', '.gitignore']) cpSync(join(root, name), join(folder, name))
  return folder
}

describe('format and lint', () => {
  test('pass what is right', async () => {
    const folder = plantOurs({ 'a.ts': 'export const a = 1\n' })
    expect(await runProgram(FORMAT, folder)).toMatchObject({ code: 0 })
    expect(await runProgram(LINT, folder)).toMatchObject({ code: 0 })
  })

  test('format names a file that is written otherwise', async () => {
    const { code, output } = await runProgram(FORMAT, plantOurs({ 'a.ts': 'export const a = "1";\n' }))
    expect(code).toBe(1)
    expect(output).toContain('a.ts')
  })

  test.each([
    ['any', 'export const a = (b: any) => b\n', 'noExplicitAny'],
    ['a default export', 'export default 1\n', 'noDefaultExport'],
    ['an enum', 'export enum A {\n  B = 1,\n}\n', 'noEnum'],
    ['a barrel', `export * from './b.ts'\n`, 'noReExportAll'],
    ['what is only a warning', 'export const a = () => {\n  const unused = 1\n}\n', 'noUnusedVariables'],
  ])('lint names %s', async (_name, text, rule) => {
    const { code, output } = await runProgram(LINT, plantOurs({ 'a.ts': text }))
    expect(code).toBe(1)
    expect(output).toContain(rule)
  })

  test('lint holds components to the rules of React', async () => {
    const text = `import { useState } from 'react'\nexport const A = ({ b }: { b: boolean }) => {\n  if (b) useState(1)\n  return null\n}\n`
    const { code, output } = await runProgram(LINT, plantOurs({ 'a.tsx': text }))
    expect(code).toBe(1)
    expect(output).toContain('useHookAtTopLevel')
  })
})
