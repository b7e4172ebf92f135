import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

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

/**
 * Returns every module of a package, as an output of its own: a bundler leaves out whole modules that a page does not use,
 * and loads others on demand, but of a chunk of many modules it keeps whatever calls a function while it is loaded, and
 * loads all of it with the first module that the page needs.
 *
 * @param {string} packageDirectory
 * @returns {Record<string, string>} output name without extension → source file
 */
export function tsupModules(packageDirectory) {
  const files = readdirSync(join(packageDirectory, 'src'), { recursive: true, encoding: 'utf8' })
  return Object.fromEntries(
    files
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => /\.tsx?$/.test(file) && !/\.(test|test-d|d)\.tsx?$/.test(file))
      .map((file) => [file.replace(/\.tsx?$/, ''), `src/${file}`]),
  )
}

/**
 * Returns the folder to which `emit-types.mjs` writes one declaration file for each module of a package. It is outside of
 * `node_modules`, whose modules the bundler of declarations leaves external.
 *
 * @param {string} packageDirectory
 */
export function typesFolder(packageDirectory) {
  return join(import.meta.dirname, '../../dist/types', basename(packageDirectory))
}

/**
 * Returns the settings that bundle the declarations of entries; `emit-types.mjs` must have written those of each module.
 * tsup itself would compile them with the compiler of version 6, which took 90 % of a build.
 *
 * @param {string} packageDirectory
 * @param {Record<string, string>} [entries] as of {@link tsupEntries}
 */
export function tsupTypes(packageDirectory, entries = tsupEntries(packageDirectory)) {
  // Types take most of the time, and what only runs needs none.
  if (process.env.TENON_BUILD_DTS === '0') return false
  const folder = typesFolder(packageDirectory)
  return {
    entry: Object.fromEntries(Object.keys(entries).map((name) => [name, join(folder, `${name}.d.ts`)])),
    compilerOptions: { ignoreDeprecations: '6.0', customConditions: [] },
  }
}

/** Settings that every package is built with. */
export const tsupCommon = Object.freeze({
  format: /** @type {const} */ ('esm'),
  target: 'es2023',
  splitting: true,
  sourcemap: true,
})

/**
 * Returns the settings of a package whose entries are all built the same way.
 *
 * @param {string} packageDirectory
 */
export function tsupPackage(packageDirectory) {
  return { ...tsupCommon, entry: tsupEntries(packageDirectory), dts: tsupTypes(packageDirectory), clean: true }
}
