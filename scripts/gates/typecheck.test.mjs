import { describe, expect, test } from 'vitest'
import { plant, runGate } from './lib/planted.mjs'

const settings = { compilerOptions: { strict: true, noEmit: true, types: [] }, include: ['src'] }

describe('typecheck', () => {
  test('passes a tree whose projects are sound', async () => {
    const tree = { 'a/tsconfig.json': settings, 'a/src/x.ts': 'export const x: number = 1\n' }
    expect(await runGate('typecheck.mjs', plant(tree))).toMatchObject({ code: 0 })
  })

  test('names the position of each type error, in projects with the same settings and with others', async () => {
    const { code, output } = await runGate(
      'typecheck.mjs',
      plant({
        'a/tsconfig.json': settings,
        'a/src/x.ts': `export const x: number = 'one'\n`,
        'b/c/tsconfig.json': settings,
        'b/c/src/y.ts': `export const y: number = 'one'\n`,
        'd/tsconfig.json': { ...settings, compilerOptions: { ...settings.compilerOptions, strict: false } },
        'd/src/z.ts': 'export const z: number = null\n',
        'e/tsconfig.json': { ...settings, compilerOptions: { ...settings.compilerOptions, noUnusedLocals: true } },
        'e/src/w.ts': 'const w = 1\nexport {}\n',
      }),
    )
    expect(code).toBe(1)
    expect(output).toContain('a/src/x.ts(1,14): error TS2322')
    expect(output).toContain('b/c/src/y.ts(1,14): error TS2322')
    expect(output).toContain('e/src/w.ts(1,7): error TS6133')
    expect(output).toContain('typecheck: type errors in a/tsconfig.json, b/c/tsconfig.json\n')
    expect(output).toContain('typecheck: d/tsconfig.json\n')
  })

  test('names a file that no project takes in', async () => {
    const tree = { 'a/tsconfig.json': settings, 'a/src/x.ts': 'export {}\n', 'a/bench/y.tsx': 'export {}\n' }
    const { code, output } = await runGate('typecheck.mjs', plant(tree))
    expect(code).toBe(1)
    expect(output).toContain('a/bench/y.tsx belongs to no tsconfig.json')
  })

  test('does not pass a tree in which it finds nothing to check', async () => {
    expect(await runGate('typecheck.mjs', plant({ 'readme.md': '' }))).toMatchObject({ code: 1 })
  })
})
