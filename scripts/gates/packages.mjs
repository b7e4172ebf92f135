// Packs each package as it would be published, then lets publint and attw judge the tarball.
// `node scripts/gates/packages.mjs FOLDER` judges the packages of another tree.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { run } from '../run/lib/process.mjs'
import { pack } from './lib/pack.mjs'

const tools = resolve(import.meta.dirname, '../../node_modules')
const root = resolve(process.argv[2] ?? join(import.meta.dirname, '../..'))
const directory = mkdtempSync(join(tmpdir(), 'tenon-packages-'))

/** Sheets have no types. */
const UNTYPED = ['./styles.css', './styles.layered.css']

try {
  for (const name of readdirSync(join(root, 'packages'))) {
    const tarball = pack(join(root, 'packages', name), directory)
    const attw = [join(tools, '@arethetypeswrong/cli/dist/index.js'), tarball, '--profile', 'esm-only']
    const untyped = ['--exclude-entrypoints', ...UNTYPED, '--format', 'ascii']
    const isFit =
      (await passes([join(tools, 'publint/src/cli.js'), 'run', tarball, '--strict'])) &&
      // It is loud about what is right, too, so it says why only when something is wrong.
      ((await passes([...attw, ...untyped, '--quiet'])) || (await passes([...attw, ...untyped])))
    if (isFit) console.log(`packages: packages/${name} is fit to publish`)
    else console.error(`packages: packages/${name} is not fit to publish`)
    if (!isFit) process.exitCode = 1
  }
} finally {
  rmSync(directory, { recursive: true, force: true })
}

/** @param {readonly string[]} args */
async function passes(args) {
  try {
    await run(process.execPath, args)
    return true
  } catch {
    return false
  }
}
