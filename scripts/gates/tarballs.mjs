// Builds and tests copies of the examples against the packed tarballs, so that what is published is what was tried.
// `node scripts/gates/tarballs.mjs FOLDER` tries those of another tree.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { run } from '../run/lib/process.mjs'
import { pack } from './lib/pack.mjs'

const ours = resolve(import.meta.dirname, '../..')
const root = resolve(process.argv[2] ?? ours)
const compiler = join(ours, 'node_modules/typescript/bin/tsc')
const directory = mkdtempSync(join(tmpdir(), 'tenon-tarballs-'))

/** The examples get them at the versions that this repository pins. */
const TOOLS = [
  'typescript',
  'tsup',
  'vitest',
  '@types/node',
  '@types/react',
  '@types/react-dom',
  '@types/ws',
  '@types/pg',
]

try {
  /** @type {Record<string, string>} */
  const tarballs = {}
  for (const name of readdirSync(join(root, 'packages'))) {
    tarballs[`@tenon/${name}`] = `file:${pack(join(root, 'packages', name), directory)}`
  }
  for (const example of readdirSync(join(root, 'examples'))) {
    try {
      await tryCopy(example, tarballs)
      console.log(`tarballs: examples/${example} works with the tarballs`)
    } catch (error) {
      console.error(`tarballs: examples/${example} does not work with the tarballs (${String(error)})`)
      process.exitCode = 1
    }
  }
} finally {
  rmSync(directory, { recursive: true, force: true })
}

/**
 * @param {string} example
 * @param {Record<string, string>} tarballs
 */
async function tryCopy(example, tarballs) {
  const copy = join(directory, example)
  const source = join(root, 'examples', example)
  cpSync(source, copy, { recursive: true, filter: (path) => !/[\\/](node_modules|dist)$/.test(path) })
  edit(join(copy, 'package.json'), (manifest) => withTarballs(manifest, tarballs))
  cpSync(join(root, 'tsconfig.base.json'), join(copy, 'tsconfig.base.json'))
  // A host knows nothing of our sources.
  edit(join(copy, 'tsconfig.base.json'), ({ compilerOptions: { customConditions, ...compilerOptions } }) => ({
    compilerOptions,
  }))
  edit(join(copy, 'tsconfig.json'), (config) => ({ ...config, extends: './tsconfig.base.json' }))
  await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'], { cwd: copy })
  await run(process.execPath, [compiler, '-p', join(copy, 'tsconfig.json')], { cwd: copy })
  for (const script of ['build', 'test']) await run('npm', ['run', script, '--if-present'], { cwd: copy })
}

/**
 * @param {Record<string, any>} manifest
 * @param {Record<string, string>} tarballs
 */
function withTarballs(manifest, tarballs) {
  const pins = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies ?? {}
  const tools = Object.fromEntries(TOOLS.flatMap((tool) => (pins[tool] === undefined ? [] : [[tool, pins[tool]]])))
  const own = Object.entries(manifest.dependencies).map(([name, range]) => [name, tarballs[name] ?? range])
  return {
    ...manifest,
    dependencies: Object.fromEntries(own),
    devDependencies: { ...manifest.devDependencies, ...tools },
    // Every nested package of ours comes from the same tarballs.
    overrides: tarballs,
  }
}

/**
 * @param {string} file
 * @param {(value: any) => unknown} change
 */
function edit(file, change) {
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8'))), null, 2))
}
