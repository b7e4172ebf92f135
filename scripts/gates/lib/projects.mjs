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
function projectsOf(root) {
  return [...readSources(root, ['tsconfig.json']).keys()].filter((path) => !ELSEWHERE.test(path)).sort()
}

/**
 * Settings that several projects share, and their files.
 *
 * @typedef {object} Program
 * @property {readonly string[]} projects paths of their settings, relative to root
 * @property {readonly string[]} files relative to root
 */

/**
 * Groups projects by their compiler options. Most of the files of each project are the sources of packages that it imports,
 * and a program of several projects checks each of them once.
 *
 * @param {string} root
 * @returns {readonly Program[]} largest first
 */
export function programsOf(root) {
  /** @type {Map<string, { projects: string[], files: Set<string> }>} */
  const programs = new Map()
  for (const project of projectsOf(root)) {
    const { options, files } = readProject(root, project)
    const program = programs.get(options) ?? { projects: [], files: new Set() }
    programs.set(options, program)
    program.projects.push(project)
    for (const file of files) program.files.add(file)
  }
  return [...programs.values()]
    .map(({ projects, files }) => ({ projects, files: [...files] }))
    .sort((a, b) => b.files.length - a.files.length)
}

/**
 * TypeScript files that no program takes in, so that nothing checks them.
 *
 * @param {string} root
 * @param {readonly Program[]} programs
 * @returns {string[]} paths relative to root
 */
export function orphansOf(root, programs) {
  const checked = new Set(programs.flatMap(({ files }) => files))
  const paths = [...readSources(root, ['.ts', '.tsx']).keys()]
  return paths.filter((path) => !checked.has(path) && !ELSEWHERE.test(path))
}

/** @param {string} root @param {string} project */
function readProject(root, project) {
  const file = join(root, project)
  const { config } = ts.readConfigFile(file, ts.sys.readFile)
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(file))
  const sorted = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    options: JSON.stringify(sorted),
    files: fileNames.map((name) => relative(root, name).replaceAll('\\', '/')),
  }
}
