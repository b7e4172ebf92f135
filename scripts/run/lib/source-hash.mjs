import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const SKIPPED = new Set(['node_modules', 'dist', 'coverage'])

/**
 * A hash over every file below the folders, so that a build is repeated only when its sources have changed.
 *
 * @param {readonly string[]} paths folders and files
 */
export function hashOf(paths) {
  const hash = createHash('sha256')
  /** @param {string} path */
  const add = (path) => {
    hash.update(path)
    hash.update(readFileSync(path))
  }
  /** @param {string} directory */
  const walk = (directory) => {
    const entries = readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const entry of entries) {
      const path = join(directory, entry.name)
      if (entry.isFile()) add(path)
      else if (entry.isDirectory() && !SKIPPED.has(entry.name)) walk(path)
    }
  }
  for (const path of paths) {
    if (existsSync(path)) {
      try {
        walk(path)
      } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOTDIR') throw error
        add(path)
      }
    }
  }
  return hash.digest('hex')
}

/**
 * Runs `work` unless it has run for this hash before.
 *
 * @param {string} stamp file that remembers the hash
 * @param {string} hash
 * @param {() => Promise<void>} work
 */
export async function unlessDone(stamp, hash, work) {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  await work()
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, hash)
}
