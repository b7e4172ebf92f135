import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { run } from '../../run/lib/process.mjs'
import { pack } from './pack.mjs'

const ours = resolve(import.meta.dirname, '../../..')
const compiler = join(ours, 'node_modules/typescript/bin/tsc')

/**
 * @typedef {object} Example
 * @property {string} name folder relative to `examples/`, with the variant behind it
 * @property {string} folder relative to `examples/`
 * @property {Record<string, string>} dependencies versions that replace those of its package.json
 */

/**
 * Lists the examples in a folder. An example whose package.json has `variants: { name: { dependency: range } }` is listed
 * once more for each of them.
 *
 * @param {string} root
 * @param {string} [parent] folder relative to `examples/`
 * @returns {Example[]}
 */
export function examplesIn(root, parent = '') {
  const directory = join(root, 'examples', parent)
  if (!existsSync(directory)) return []
  return readdirSync(directory).flatMap((entry) => {
    const manifest = join(directory, entry, 'package.json')
    if (!existsSync(manifest)) return []
    const folder = parent === '' ? entry : `${parent}/${entry}`
    const { variants = {} } = JSON.parse(readFileSync(manifest, 'utf8'))
    return [
      { name: folder, folder, dependencies: {} },
      ...Object.entries(variants).map(([name, dependencies]) => ({
        name: `${folder} (${name})`,
        folder,
        dependencies,
      })),
    ]
  })
}

/**
 * Packs every package of a tree, gives the use of the tarballs to `work`, and deletes them.
 *
 * @param {string} root
 * @param {(copies: { build: (example: Example) => Promise<string> }) => Promise<void>} work `build` copies an example,
 * installs the tarballs in the copy, type-checks and builds it, and resolves to the copy's folder
 */
export async function withTarballs(root, work) {
  const directory = mkdtempSync(join(tmpdir(), 'tenon-tarballs-'))
  try {
    /** @type {Record<string, string>} */
    const tarballs = {}
    for (const name of readdirSync(join(root, 'packages'))) {
      tarballs[`@tenon/${name}`] = `file:${pack(join(root, 'packages', name), directory)}`
    }
    await work({ build: (example) => buildCopy(root, directory, tarballs, example) })
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
  }
}

/**
 * Finds the first TypeScript block of a page.
 *
 * @param {string} markdown
 */
export function firstSnippetOf(markdown) {
  const code = /^```ts\n([\s\S]*?)^```$/m.exec(markdown)?.[1]
  if (code === undefined) throw new Error('README.md has no block of TypeScript')
  return code
}

/**
 * @param {string} root
 * @param {string} directory
 * @param {Record<string, string>} tarballs
 * @param {Example} example
 */
async function buildCopy(root, directory, tarballs, { name, folder, dependencies }) {
  const copy = join(directory, name.replaceAll(/[^\w.-]/g, '-'))
  const isSource = (/** @type {string} */ path) => !/[\\/](node_modules|dist|\.next)$/.test(path)
  cpSync(join(root, 'examples', folder), copy, { recursive: true, filter: isSource })
  const { readme } = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'))
  if (readme !== undefined) {
    mkdirSync(dirname(join(copy, readme)), { recursive: true })
    writeFileSync(join(copy, readme), firstSnippetOf(readFileSync(join(root, 'README.md'), 'utf8')))
  }
  edit(join(copy, 'package.json'), (manifest) => manifestOf(root, manifest, tarballs, dependencies))
  cpSync(join(root, 'tsconfig.base.json'), join(copy, 'tsconfig.base.json'))
  // A host knows nothing of our sources.
  edit(join(copy, 'tsconfig.base.json'), ({ compilerOptions: { customConditions, ...compilerOptions } }) => ({
    compilerOptions,
  }))
  edit(join(copy, 'tsconfig.json'), (config) => ({ ...config, extends: './tsconfig.base.json' }))
  await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'], { cwd: copy })
  await run(process.execPath, [compiler, '-p', join(copy, 'tsconfig.json')], { cwd: copy })
  await run('npm', ['run', 'build', '--if-present'], { cwd: copy })
  return copy
}

/**
 * @param {string} root
 * @param {Record<string, any>} manifest
 * @param {Record<string, string>} tarballs
 * @param {Record<string, string>} dependencies
 */
function manifestOf(root, manifest, tarballs, dependencies) {
  const pins = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies ?? {}
  /** @param {Record<string, string>} [ranges] @param {Record<string, string>} [versions] */
  const replaced = (ranges = {}, versions = {}) =>
    Object.fromEntries(
      Object.entries(ranges).map(([name, range]) => [
        name,
        dependencies[name] ?? tarballs[name] ?? versions[name] ?? range,
      ]),
    )
  return {
    ...manifest,
    dependencies: replaced(manifest.dependencies),
    // Its tools at the versions that this repository pins.
    devDependencies: replaced(manifest.devDependencies, pins),
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
