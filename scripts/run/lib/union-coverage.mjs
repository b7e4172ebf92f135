/**
 * @typedef {import('istanbul-lib-coverage').CoverageMap} CoverageMap
 * @typedef {{ readonly lines: number, readonly branches: number }} CoveredPercent percent of all, from 0 to 100
 */

/**
 * Returns what is covered by at least one of several reports on the same sources. Vitest and the bundler of the pages map
 * the same branch to slightly different ends, so that Istanbul's own merge would count it twice, the second time as
 * covered by one report only. Here an arm of a branch is identified by where it starts.
 *
 * @param {readonly CoverageMap[]} reports
 * @returns {CoveredPercent & { files: ReadonlyMap<string, CoveredPercent> }}
 */
export function unionCoverage(reports) {
  const paths = new Set(reports.flatMap((report) => report.files()))
  const all = { lines: counter(), branches: counter() }
  /** @type {Map<string, CoveredPercent>} */
  const files = new Map()
  for (const path of paths) {
    const lines = counter()
    const branches = counter()
    for (const report of reports) {
      if (!report.files().includes(path)) continue
      const file = report.fileCoverageFor(path)
      for (const [line, hits] of Object.entries(file.getLineCoverage())) lines.add(line, hits)
      for (const [arm, hits] of armsOf(file)) branches.add(arm, hits)
    }
    for (const [line, hits] of lines.entries()) all.lines.add(`${path}:${line}`, hits)
    for (const [arm, hits] of branches.entries()) all.branches.add(`${path}:${arm}`, hits)
    files.set(path, { lines: lines.percent(), branches: branches.percent() })
  }
  return { lines: all.lines.percent(), branches: all.branches.percent(), files }
}

/**
 * Yields the arms of all branches of a file. The operands of `a && b && c` are arms of one branch or of nested ones,
 * depending on the parentheses that the bundler keeps, so each operand is identified by its own start.
 *
 * @param {import('istanbul-lib-coverage').FileCoverage} file
 * @returns {Generator<[arm: string, hits: number]>}
 */
function* armsOf(file) {
  for (const [id, { type, loc, locations }] of Object.entries(file.branchMap)) {
    for (const [index, location] of locations.entries()) {
      const arm = type === 'binary-expr' ? at(location) : `${at(loc)}:${index}`
      yield [`${type}:${arm}`, file.b[id]?.[index] ?? 0]
    }
  }
}

/** @param {import('istanbul-lib-coverage').Range} range */
function at({ start }) {
  return `${start.line}:${start.column}`
}

function counter() {
  /** @type {Map<string, number>} */
  const hits = new Map()
  return {
    /** @param {string} key @param {number} count */
    add: (key, count) => hits.set(key, (hits.get(key) ?? 0) + count),
    entries: () => hits.entries(),
    percent: () => {
      const covered = [...hits.values()].filter((count) => count > 0).length
      return hits.size === 0 ? 100 : Math.floor((covered / hits.size) * 10_000) / 100
    },
  }
}
