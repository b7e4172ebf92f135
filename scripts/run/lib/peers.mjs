import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './paths.mjs'
import { run } from './process.mjs'

/** Folder of the peers of the bench, with a lockfile of its own. */
export const PEERS = join(root, 'bench/peers')

/**
 * Installs the peers of the bench as their lockfile says, unless they are installed.
 *
 * @returns {Promise<string | null>} why that failed, or null
 */
export async function ensurePeers() {
  if (isInstalled()) return null
  try {
    await run('npm', ['ci', '--workspaces=false'], { cwd: PEERS, quiet: true })
    return null
  } catch (error) {
    return `the peers cannot be installed (${error instanceof Error ? error.message : String(error)})`
  }
}

/** Npm writes its own lockfile below `node_modules` when an installation is whole. */
function isInstalled() {
  const installed = join(PEERS, 'node_modules/.package-lock.json')
  if (!existsSync(installed)) return false
  const wanted = JSON.parse(readFileSync(join(PEERS, 'package.json'), 'utf8')).dependencies
  const { packages } = JSON.parse(readFileSync(installed, 'utf8'))
  return Object.entries(wanted).every(([name, version]) => packages[`node_modules/${name}`]?.version === version)
}
