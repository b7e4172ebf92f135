import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const SKIPPED = new Set(['node_modules', 'dist', '.git', '.tenon', 'coverage', 'storybook-static', 'test-results'])

/**
 * Reads every file below a folder whose name ends in one of the endings.
 *
 * @param {string} root
 * @param {readonly string[]} endings
 * @returns {Map<string, string>} path relative to root, with `/` → text
 */
export function readSources(root, endings) {
  /** @type {Map<string, string>} */
  const files = new Map()
  /** @param {string} directory */
  const walk = (directory) => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (SKIPPED.has(entry.name)) continue
      const path = join(directory, entry.name)
      if (entry.isDirectory()) walk(path)
      else if (endings.some((ending) => entry.name.endsWith(ending))) {
        files.set(relative(root, path).replaceAll('\\', '/'), readFileSync(path, 'utf8'))
      }
    }
  }
  walk(root)
  return files
}

/**
 * Prints what a gate found and ends the process accordingly.
 *
 * @param {string} gate
 * @param {readonly string[]} violations
 * @param {string} passed what to say when there are none
 */
export function report(gate, violations, passed) {
  if (violations.length === 0) {
    console.log(`${gate}: ${passed}`)
    return
  }
  for (const violation of violations) console.error(violation)
  console.error(`${gate}: ${violations.length} violation(s)`)
  process.exitCode = 1
}
