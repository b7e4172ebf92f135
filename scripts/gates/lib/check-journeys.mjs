import { posix } from 'node:path'
import ts from 'typescript'
import { parseSource } from './imports.mjs'

/** Heading in ARCHITECTURE.md below which the journeys are listed, each with a heading of its own. */
const HEADING = '## The files of three journeys'

/**
 * @typedef {object} Stop
 * @property {number} line
 * @property {string} path file, from the repository's root
 * @property {string | null} through file of the interface by which the journey arrives, if by no import
 */

/**
 * Reads the journeys of a page: the numbered items below {@link HEADING}, each of which begins with a file, and may name
 * the interface through which the journey gets there: `` 1. `a.ts`: … `` or `` 2. `b.ts` (through `port.ts`): … ``.
 *
 * @param {string} page text of ARCHITECTURE.md
 * @returns {Map<string, Stop[]>} title → files in order
 */
export function journeysOf(page) {
  /** @type {Map<string, Stop[]>} */
  const journeys = new Map()
  const lines = page.split('\n')
  const from = lines.indexOf(HEADING)
  if (from === -1) return journeys
  let stops = /** @type {Stop[]} */ ([])
  for (const [offset, line] of lines.slice(from + 1).entries()) {
    if (/^## /.test(line)) break
    const title = /^### (.+)$/.exec(line)
    if (title !== null) {
      stops = []
      journeys.set(title[1] ?? '', stops)
    }
    const item = /^\d+\. `([^`]+)`(?: \(through `([^`]+)`\))?/.exec(line)
    if (item !== null) stops.push({ line: from + offset + 2, path: item[1] ?? '', through: item[2] ?? null })
  }
  return journeys
}

/**
 * Finds files of the journeys that do not exist, and those that the journey does not reach: each must be imported by a file
 * before it; or, if it is reached through an interface, the interface must be imported by it and by a file before it.
 *
 * @param {string} page text of ARCHITECTURE.md
 * @param {Map<string, string>} files path from the repository's root → text
 * @param {Record<string, Record<string, string>>} exportsByPackage package → subpath → source file from the root
 * @returns {{ violations: string[], journeys: number, stops: number }} one line a violation
 */
export function checkJourneys(page, files, exportsByPackage) {
  const journeys = journeysOf(page)
  /** @type {string[]} */
  const violations = journeys.size === 0 ? [`ARCHITECTURE.md has no journeys below "${HEADING}"`] : []
  /** @type {Map<string, Set<string>>} */
  const read = new Map()
  /** @param {string} path */
  const targetsOf = (path) => {
    const known = read.get(path) ?? targetsIn(path, files, exportsByPackage)
    read.set(path, known)
    return known
  }
  for (const [title, stops] of journeys) {
    if (stops.length === 0) violations.push(`ARCHITECTURE.md: the journey "${title}" has no files`)
    for (const [index, { line, path, through }] of stops.entries()) {
      const missing = [path, ...(through === null ? [] : [through])].filter((each) => !files.has(each))
      for (const each of missing) violations.push(`ARCHITECTURE.md:${line} ${each} does not exist`)
      if (missing.length > 0 || index === 0) continue
      const before = stops.slice(0, index).map((stop) => stop.path)
      const goal = through ?? path
      if (!before.some((from) => targetsOf(from).has(goal))) {
        violations.push(`ARCHITECTURE.md:${line} ${goal} is imported by no file before it`)
      }
      if (through !== null && !targetsOf(path).has(through)) {
        violations.push(`ARCHITECTURE.md:${line} ${path} does not import ${through}`)
      }
    }
  }
  const stops = [...journeys.values()].reduce((sum, list) => sum + list.length, 0)
  return { violations, journeys: journeys.size, stops }
}

/**
 * Files from which a file imports something, types included. A name from the entry of a package counts as imported from
 * the file that the entry gets it from.
 *
 * @param {string} path
 * @param {Map<string, string>} files
 * @param {Record<string, Record<string, string>>} exportsByPackage
 * @returns {Set<string>}
 */
function targetsIn(path, files, exportsByPackage) {
  /** @type {Set<string>} */
  const targets = new Set()
  for (const { specifier, names } of namedImports(path, files.get(path) ?? '')) {
    if (specifier.startsWith('.')) targets.add(posix.join(posix.dirname(path), specifier))
    const match = /^@tenon\/([a-z]+)(\/.+)?$/.exec(specifier)
    const entry = match === null ? undefined : exportsByPackage[match[1] ?? '']?.[`.${match[2] ?? ''}`]
    if (entry === undefined) continue
    for (const given of namedImports(entry, files.get(entry) ?? '')) {
      if (!given.names.some((name) => names.includes(name))) continue
      targets.add(posix.join(posix.dirname(entry), given.specifier))
    }
  }
  return targets
}

/**
 * @param {string} path
 * @param {string} text
 * @returns {{ specifier: string, names: string[] }[]} what is imported or re-exported, by its name there
 */
function namedImports(path, text) {
  /** @type {{ specifier: string, names: string[] }[]} */
  const found = []
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const bindings = node.importClause?.namedBindings
      const elements = bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : []
      const names = elements.map(({ name, propertyName }) => (propertyName ?? name).text)
      found.push({ specifier: node.moduleSpecifier.text, names })
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      const elements =
        node.exportClause !== undefined && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : []
      const specifier = /** @type {ts.StringLiteral} */ (node.moduleSpecifier).text
      found.push({ specifier, names: elements.map(({ name }) => name.text) })
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments
      if (argument !== undefined && ts.isStringLiteral(argument)) found.push({ specifier: argument.text, names: [] })
    }
    ts.forEachChild(node, visit)
  }
  visit(parseSource(path, text))
  return found
}
