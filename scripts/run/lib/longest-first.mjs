import { relative } from 'node:path'
import { BaseSequencer } from 'vitest/node'

/**
 * Patterns of test files that run long although their text is short, longest first: their cases are in a suite that
 * they share, or in programs that they start.
 */
export const LONG = [
  /\/engines\/temporal\/temporal\.test\.ts$/,
  /\/engines\/embedded\/postgres\.test\.ts$/,
  /\/editor\/test\/browser\/axe\.test\.ts$/,
  /\/editor\/test\/browser\/(inspector|connected|layout|keyboard|canvas)\.test\.ts$/,
  /\/editor\/src\/.*\/(connect-draft|typed-fields|key-value-control)\.test\.tsx?$/,
  /\/test\/chaos\//,
  // One process computes for minutes: at the end, the other core would wait for it.
  /\/test\/simulation\/simulation\.test\.ts$/,
  /\/server\/test\/(bad-input|connection-canary|secret-canary|postgres)\.test\.ts$/,
  /\.property\.test\.ts$/,
  /\/temporal\/.*\.test\.ts$/,
  /^scripts\/gates\/(tarballs|unused|packages|sizes|storybook)\.test\.mjs$/,
  /(service-handlers|put-event|admission|limits|retention|schedule-claims)\.test\.ts$/,
  /(log-partitions|busy-worker|session-memory|follow-run-log|pglite|open-pglite|several-workers)\.test\.ts$/,
]

/**
 * Starts the longest test files first, so that none of them runs alone at the end. Vitest sorts by the durations of its
 * last run on the machine, or by file size on a machine without a run; {@link LONG} comes before both.
 */
export class LongestFirst extends BaseSequencer {
  /**
   * @override
   * @param {import('vitest/node').TestSpecification[]} files
   */
  async sort(files) {
    const sorted = await super.sort(files)
    const ranks = new Map(sorted.map((file) => [file, rankOf(relative(file.project.config.root, file.moduleId))]))
    // A worker keeps its modules while the next file is of the same project.
    const projects = [...new Set(sorted.map(({ project }) => project.name))]
    return projects.flatMap((name) =>
      sorted.filter(({ project }) => project.name === name).sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0)),
    )
  }
}

/** @param {string} path */
function rankOf(path) {
  const rank = LONG.findIndex((pattern) => pattern.test(path.replaceAll('\\', '/')))
  return rank === -1 ? LONG.length : rank
}
