import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { plant, runProgram } from '../../gates/lib/planted.mjs'
import { FORMAT, LINT, partsOf } from './parts.mjs'
import { root } from './paths.mjs'

describe('partsOf', () => {
  const whole = { chromium: '/usr/bin/chromium', temporal: '/usr/bin/temporal', postgres: true }
  const lacking = { chromium: null, temporal: null, postgres: false }
  const unitOf = (/** @type {import('./parts.mjs').Machine} */ machine) =>
    partsOf(machine, '/reports').parts.find(({ name }) => name === 'unit')?.args ?? []

  test('leaves nothing out on a machine that has everything', () => {
    const { parts, missing } = partsOf(whole, '/reports')
    expect(missing).toEqual([])
    expect(parts.every(({ canRun }) => canRun)).toBe(true)
    expect(unitOf(whole).filter((arg) => arg.startsWith('--exclude'))).toEqual([])
  })

  test('names each file that it leaves out', () => {
    const { parts, missing } = partsOf(lacking, '/reports')
    const excluded = unitOf(lacking).flatMap((arg) => (arg.startsWith('--exclude=') ? [arg.slice(10)] : []))
    expect(excluded.length).toBeGreaterThan(5)
    for (const path of excluded) expect(missing.join('\n')).toContain(path)
    expect(missing.map((line) => line.split(':')[0])).toEqual(['Chromium', 'Temporal dev server', 'Postgres'])
    expect(parts.filter(({ canRun }) => !canRun).map(({ name }) => name)).toEqual(['e2e'])
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
