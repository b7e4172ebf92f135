import { posix } from 'node:path'

/**
 * Finds folders of a package that import each other in a circle, by imports that are run: neither types nor lazy ones.
 * A file that lies beside the folders counts as a folder of its own.
 *
 * @param {Map<string, import('./imports.mjs').Import[]>} graph path from the repository's root → its imports
 * @returns {string[]} one line a circle, with one import for each step
 */
export function folderCircles(graph) {
  /** @type {Map<string, Map<string, string>>} folder → folder that it imports → the import */
  const folders = new Map()
  for (const [path, imports] of graph) {
    const from = folderOf(path)
    if (from === null) continue
    for (const { specifier, typeOnly, dynamic, line } of imports) {
      if (typeOnly || dynamic || !specifier.startsWith('.')) continue
      const to = folderOf(posix.join(posix.dirname(path), specifier))
      if (to === null || to === from) continue
      const targets = folders.get(from) ?? new Map()
      if (!targets.has(to)) targets.set(to, `${path}:${line} imports ${specifier}`)
      folders.set(from, targets)
    }
  }
  return circlesOf(folders)
}

/**
 * @param {string} path
 * @returns {string | null} `packages/<name>/src/<folder>`; null for tests, which may reach everywhere
 */
function folderOf(path) {
  if (/\.(test|test-d|testsuite)\.tsx?$|\/testing\//.test(path)) return null
  const match = /^packages\/[a-z]+\/src\/[^/]+/.exec(path)
  return match === null ? null : match[0]
}

/**
 * Lists one circle for each group of folders that reach each other.
 *
 * @param {Map<string, Map<string, string>>} folders
 * @returns {string[]}
 */
function circlesOf(folders) {
  /** @type {Set<string>} */
  const reported = new Set()
  /** @type {string[]} */
  const circles = []
  for (const start of [...folders.keys()].sort()) {
    if (reported.has(start)) continue
    const circle = shortestCircle(folders, start)
    if (circle === null || circle.some((folder) => reported.has(folder))) continue
    for (const folder of circle) reported.add(folder)
    const steps = circle.map((folder, index) => folders.get(folder)?.get(circle[(index + 1) % circle.length] ?? ''))
    circles.push(`${[...circle, start].join(' > ')}: ${steps.join('; ')}`)
  }
  return circles
}

/**
 * @param {Map<string, Map<string, string>>} folders
 * @param {string} start
 * @returns {string[] | null} folders from the start to the one that imports the start
 */
function shortestCircle(folders, start) {
  /** @type {Map<string, string>} */
  const reachedFrom = new Map()
  const queue = [start]
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const next of folders.get(at)?.keys() ?? []) {
      if (next === start) {
        const circle = [at]
        for (let back = at; back !== start; ) {
          back = reachedFrom.get(back) ?? start
          circle.unshift(back)
        }
        return circle
      }
      if (reachedFrom.has(next)) continue
      reachedFrom.set(next, at)
      queue.push(next)
    }
  }
  return null
}
