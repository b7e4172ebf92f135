import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { plant, runGate } from './lib/planted.mjs'

const root = resolve(import.meta.dirname, '../..')

/** This very repository, so that an exemption in its settings that lets a fault through is found, too. */
function copyOfOurs() {
  const folder = plant({})
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
  for (const path of listed.toString().split('\n')) {
    if (/\.(tsx?|m?js|json|html|css|md)$/.test(path)) cpSync(join(root, path), join(folder, path), { recursive: true })
  }
  return folder
}

/** @param {string} file @param {(text: string) => string} change */
const edit = (file, change) => writeFileSync(file, change(readFileSync(file, 'utf8')))

describe('unused', () => {
  test('names a planted file, export and dependency', async () => {
    const folder = copyOfOurs()
    writeFileSync(join(folder, 'packages/nodes/src/shared/forgotten.ts'), 'export const forgotten = 1\n')
    edit(join(folder, 'packages/core/src/duration.ts'), (text) => `${text}export function toFortnights(): void {}\n`)
    edit(join(folder, 'packages/editor/package.json'), (text) =>
      text.replace('"dependencies": {', '"dependencies": { "left-pad": "^1.3.0",'),
    )
    edit(join(folder, 'packages/server/src/context.ts'), (text) => `import 'right-pad'\n${text}`)
    const { code, output } = await runGate('unused.mjs', folder)
    expect(code).toBe(1)
    for (const planted of ['forgotten.ts', 'toFortnights', 'left-pad', 'right-pad']) expect(output).toContain(planted)
  })

  test('names what only a test uses', async () => {
    const folder = plant({
      'package.json': { name: 'a', version: '1.0.0', type: 'module', main: 'src/index.js' },
      'knip.json': { project: ['src/**/*.js!'] },
      'src/index.js': `export { used } from './parts.js'\n`,
      'src/parts.js': 'export const used = 1\nexport const tested = 2\n',
      'src/parts.test.js': `import test from 'node:test'\nimport { tested } from './parts.js'\ntest('x', () => tested)\n`,
    })
    const { code, output } = await runGate('unused.mjs', folder)
    expect(code).toBe(1)
    expect(output).toContain('tested')
  })
})
