import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'

/** Set by `npm test`: a folder, empty at first, for the tarballs that several gates use. */
const SHARED = process.env.TENON_TARBALLS

/**
 * Packs a package as `npm publish` would. In `npm test`, the first gate that needs a package packs it for all gates.
 *
 * @param {string} packageDirectory
 * @param {string} destination
 * @returns {string} path of the tarball
 */
export function pack(packageDirectory, destination) {
  if (SHARED === undefined) return packInto(packageDirectory, destination)
  const folder = join(SHARED, basename(packageDirectory))
  const [packed] = existsSync(folder) ? readdirSync(folder) : []
  if (packed !== undefined) return join(folder, packed)
  mkdirSync(folder, { recursive: true })
  return packInto(packageDirectory, folder)
}

/** @param {string} packageDirectory @param {string} destination */
function packInto(packageDirectory, destination) {
  const output = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', destination], {
    cwd: packageDirectory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const packed = JSON.parse(output)
  const entry = Array.isArray(packed) ? packed[0] : Object.values(packed)[0]
  return join(destination, entry.filename)
}
