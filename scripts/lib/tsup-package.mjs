import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The entries of a package, read from the "@tenon/source" condition of its exports, which alone says what is public.
 *
 * @param {string} packageDirectory
 * @returns {Record<string, string>} output name without extension → source file
 */
export function tsupEntries(packageDirectory) {
  const manifest = JSON.parse(readFileSync(join(packageDirectory, 'package.json'), 'utf8'))
  /** @type {Record<string, string>} */
  const entries = {}
  for (const target of Object.values(manifest.exports)) {
    const source = typeof target === 'object' ? target['@tenon/source'] : undefined
    if (source === undefined) continue
    const name = source.replace(/^\.\/src\//, '').replace(/\.tsx?$/, '')
    entries[name] = source.replace(/^\.\//, '')
  }
  return entries
}

/** Settings that every package is built with. */
export const tsupCommon = Object.freeze({
  format: /** @type {const} */ ('esm'),
  target: 'es2023',
  splitting: true,
  sourcemap: true,
  // Types take most of the time, and what only runs needs none.
  dts:
    process.env.TENON_BUILD_DTS === '0'
      ? false
      : { compilerOptions: { ignoreDeprecations: '6.0', customConditions: [] } },
})
