import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { packages, root } from './paths.mjs'
import { run } from './process.mjs'
import { hashOf, unlessDone } from './source-hash.mjs'

const tsup = join(root, 'node_modules/tsup/dist/cli-default.js')
const emitTypes = join(root, 'scripts/lib/emit-types.mjs')
const example = join(root, 'examples/host-app')

/**
 * Builds the packages whose sources, or those of a package below them, have changed since the last build.
 *
 * @param {{ declarations: boolean }} options
 */
export async function buildPackages({ declarations }) {
  /** @type {string[]} */
  const below = [join(root, 'scripts/lib'), join(root, 'tsconfig.base.json'), join(root, 'package-lock.json')]
  for (const name of packages) {
    const cwd = join(root, 'packages', name)
    below.push(cwd)
    const hash = hashOf(below)
    // A build with declarations serves both, so it also counts as the fast one.
    const stamp = join(cwd, 'dist', declarations ? '.full' : '.fast')
    await unlessDone(stamp, hash, async () => {
      console.log(`building @tenon/${name} …`)
      rmSync(join(cwd, 'dist'), { recursive: true, force: true })
      if (declarations) await run(process.execPath, [emitTypes], { cwd })
      await run(process.execPath, [tsup, '--silent'], { cwd, env: { TENON_BUILD_DTS: declarations ? '1' : '0' } })
      if (name === 'editor') await run(process.execPath, [join(cwd, 'scripts/build-styles.mjs')], { cwd })
      if (declarations) await unlessDone(join(cwd, 'dist', '.fast'), hash, async () => {})
    })
  }
}

/** Builds the example's server and its pages. */
export async function buildExample() {
  const hash = hashOf([
    ...packages.map((name) => join(root, 'packages', name, 'src')),
    example,
    join(root, 'package-lock.json'),
  ])
  await unlessDone(join(example, 'dist', '.built'), hash, async () => {
    console.log('building the demo …')
    rmSync(join(example, 'dist'), { recursive: true, force: true })
    await run(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], {
      cwd: example,
    })
    await run(process.execPath, [tsup, '--silent'], { cwd: example })
  })
}
