// Builds copies of the examples against the packed tarballs, so that what is published is what was tried.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { packages } from '../run/lib/paths.mjs'
import { run } from '../run/lib/process.mjs'
import { pack } from './lib/pack.mjs'

const root = resolve(import.meta.dirname, '../..')
const directory = mkdtempSync(join(tmpdir(), 'tenon-tarballs-'))
const rootManifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

try {
  /** @type {Record<string, string>} */
  const tarballs = {}
  for (const name of packages) tarballs[`@tenon/${name}`] = `file:${pack(join(root, 'packages', name), directory)}`
  for (const example of ['host-app', 'custom-node']) {
    const source = join(root, 'examples', example)
    if (!existsSync(source)) throw new Error(`examples/${example} is gone`)
    await buildCopy(example, source, tarballs)
    console.log(`tarballs: examples/${example} builds from the tarballs`)
  }
} finally {
  rmSync(directory, { recursive: true, force: true })
}

/**
 * @param {string} example
 * @param {string} source
 * @param {Record<string, string>} tarballs
 */
async function buildCopy(example, source, tarballs) {
  const copy = join(directory, example)
  cpSync(source, copy, { recursive: true, filter: (path) => !/[\\/](node_modules|dist)$/.test(path) })
  const manifestFile = join(copy, 'package.json')
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'))
  for (const name of Object.keys(manifest.dependencies)) {
    if (tarballs[name] !== undefined) manifest.dependencies[name] = tarballs[name]
  }
  // The tools come from this repository's pins, and every nested @tenon package from the same tarballs.
  manifest.overrides = tarballs
  for (const tool of [
    'typescript',
    'tsup',
    '@types/node',
    '@types/react',
    '@types/react-dom',
    '@types/ws',
    '@types/pg',
  ]) {
    manifest.devDependencies = { ...manifest.devDependencies, [tool]: rootManifest.devDependencies[tool] }
  }
  writeFileSync(manifestFile, JSON.stringify(manifest, null, 2))
  const base = JSON.parse(readFileSync(join(root, 'tsconfig.base.json'), 'utf8'))
  delete base.compilerOptions.customConditions
  writeFileSync(join(copy, 'tsconfig.base.json'), JSON.stringify(base))
  const configFile = join(copy, 'tsconfig.json')
  const config = JSON.parse(readFileSync(configFile, 'utf8'))
  writeFileSync(configFile, JSON.stringify({ ...config, extends: './tsconfig.base.json' }))
  await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'], { cwd: copy })
  await run(process.execPath, [join(copy, 'node_modules/typescript/bin/tsc'), '-p', configFile], { cwd: copy })
  await run('npm', ['run', 'build', '--if-present'], { cwd: copy })
}
