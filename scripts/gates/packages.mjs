// Packs each package as it would be published, then lets publint and attw judge the tarball.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { packages } from '../run/lib/paths.mjs'
import { run } from '../run/lib/process.mjs'
import { pack } from './lib/pack.mjs'

const root = resolve(import.meta.dirname, '../..')
const directory = mkdtempSync(join(tmpdir(), 'tenon-packages-'))
try {
  for (const name of packages) {
    const tarball = pack(join(root, 'packages', name), directory)
    await run(process.execPath, [join(root, 'node_modules/publint/src/cli.js'), 'run', tarball, '--strict'])
    await run(process.execPath, [
      join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js'),
      tarball,
      '--profile',
      'esm-only',
      '--exclude-entrypoints',
      './styles.css',
      './styles.layered.css',
      '--format',
      'ascii',
      '--quiet',
    ])
    console.log(`packages: @tenon/${name} is fit to publish`)
  }
} finally {
  rmSync(directory, { recursive: true, force: true })
}
