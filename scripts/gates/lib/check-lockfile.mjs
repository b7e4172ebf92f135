/**
 * Finds optional packages that the lockfile leaves out. npm lists only the current platform's builds when it writes a
 * lockfile beside an existing `node_modules`; `npm ci` then fails everywhere.
 *
 * @param {{ packages?: Record<string, { optionalDependencies?: Record<string, string>, resolved?: string }> }} lock
 * the parsed package-lock.json, lockfileVersion 3
 * @returns {string[]} one line a missing package, and one a package with the address of a registry
 */
export function checkLockfile(lock) {
  const packages = lock.packages ?? {}
  /** @type {string[]} */
  const violations = []
  for (const [path, entry] of Object.entries(packages)) {
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (!isListed(packages, path, name)) violations.push(`${path || 'package.json'} needs ${name}, which is missing`)
    }
    if (/^https?:/.test(entry.resolved ?? '')) violations.push(`${path} names a registry in "resolved"`)
  }
  return violations
}

/**
 * Follows Node's lookup: the package's own node_modules first, then those of the folders above.
 *
 * @param {Record<string, unknown>} packages
 * @param {string} from
 * @param {string} name
 */
function isListed(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    if (`${folder === '' ? '' : `${folder}/`}node_modules/${name}` in packages) return true
    if (folder === '') return false
  }
}
