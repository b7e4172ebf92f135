import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { readSources } from './sources.mjs'

/** These have dependencies of their own; `scripts/gates/hosts.mjs` checks them where they are installed. */
const ELSEWHERE = /^examples\/hosts\//

/**
 * The TypeScript projects of a tree: every folder with a tsconfig.json.
 *
 * @param {string} root
 * @returns {string[]} paths of the settings, relative to root
 */
export function projectsOf(root) {
  return [...readSources(root, ['tsconfig.json']).keys()].filter((path) => !ELSEWHERE.test(path)).sort()
}

/**
 * TypeScript files that no project takes in, so that nothing checks them.
 *
 * @param {string} root
 * @param {readonly string[]} projects
 * @returns {string[]} paths relative to root
 */
export function orphansOf(root, projects) {
  const checked = new Set(projects.flatMap((project) => filesOf(root, join(root, project))))
  const paths = [...readSources(root, ['.ts', '.tsx']).keys()]
  return paths.filter((path) => !checked.has(path) && !ELSEWHERE.test(path))
}

/** @param {string} root @param {string} file */
function filesOf(root, file) {
  const { config } = ts.readConfigFile(file, ts.sys.readFile)
  const { fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(file))
  return fileNames.map((name) => relative(root, name).replaceAll('\\', '/'))
}
