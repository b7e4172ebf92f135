import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/**
 * Packs a package as `npm publish` would.
 *
 * @param {string} packageDirectory
 * @param {string} destination
 * @returns {string} path of the tarball
 */
export function pack(packageDirectory, destination) {
  const output = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', destination], {
    cwd: packageDirectory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const packed = JSON.parse(output)
  const entry = Array.isArray(packed) ? packed[0] : Object.values(packed)[0]
  return join(destination, entry.filename)
}
