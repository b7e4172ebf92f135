import { posix } from 'node:path'
import { folderCircles } from './folder-circles.mjs'
import { globalUses, importsOf, parseSource } from './imports.mjs'
import { CORE_EXTERNALS, FORBIDDEN_GLOBALS, PACKAGE_RULES, UNREACHABLE } from './layer-rules.mjs'

/**
 * Finds every import and global that the layers forbid, and folders of a package that import each other in a circle.
 *
 * @param {Map<string, string>} files path from the repository's root → text; `.ts` and `.tsx` of packages
 * @param {Record<string, Record<string, string>>} exportsByPackage package → subpath → source file from the root
 * @returns {string[]} one line a violation
 */
export function checkLayers(files, exportsByPackage) {
  /** @type {string[]} */
  const violations = []
  /** @type {Map<string, import('./imports.mjs').Import[]>} */
  const graph = new Map()
  for (const [path, text] of files) {
    const name = path.split('/')[1] ?? ''
    const rule = PACKAGE_RULES[name]
    if (rule === undefined || !/^packages\/[a-z]+\/(src|test)\//.test(path)) continue
    const source = parseSource(path, text)
    const imports = importsOf(source)
    graph.set(path, imports)
    // Generators of fast-check serve tests only, and are stored beside what they generate.
    const isTest = /\.(test|test-d)\.tsx?$|\/test\/|\/testing\/arbitrar[a-z-]*\.ts$/.test(path)
    for (const found of imports) {
      const problem = faultOf(path, name, rule, found, isTest)
      if (problem !== null) violations.push(`${path}:${found.line} ${problem}`)
    }
    if (isTest) continue
    for (const forbidden of FORBIDDEN_GLOBALS) {
      if (!path.startsWith(forbidden.under) || (forbidden.except !== '' && path.startsWith(forbidden.except))) continue
      for (const use of globalUses(source, forbidden.names)) {
        violations.push(`${path}:${use.line} uses ${use.name}: ${forbidden.why}`)
      }
    }
  }
  const circles = folderCircles(graph).map((circle) => `folders in a circle: ${circle}`)
  return [...violations, ...circles, ...checkReach(graph, exportsByPackage)]
}

/**
 * @param {string} path
 * @param {string} name
 * @param {{ tenon: readonly string[], node: boolean }} rule
 * @param {import('./imports.mjs').Import} found
 * @param {boolean} isTest
 * @returns {string | null}
 */
function faultOf(path, name, rule, found, isTest) {
  const { specifier } = found
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(path), specifier)
    if (!target.startsWith(`packages/${name}/`) && !isTest) return `leaves its package: ${specifier}`
    if (
      path.startsWith('packages/runtime/src/interpreter/') &&
      !target.startsWith('packages/runtime/src/interpreter/')
    ) {
      return `the interpreter imports only core and itself: ${specifier}`
    }
    const engine = engineOf(path)
    const other = engineOf(target)
    // In tests, too: engines meet in what both are built on, and nowhere else.
    if (engine !== null && other !== null && engine !== other) return `${engine} must not import ${other}: ${specifier}`
    return null
  }
  if (specifier.startsWith('@tenon/')) {
    const other = specifier.split('/')[1] ?? ''
    if (other === name) return `imports its own package by name: ${specifier}`
    if (!rule.tenon.includes(other)) return `${name} must not import ${specifier}`
    return null
  }
  if (isTest) return null
  if (specifier.startsWith('node:')) {
    if (!rule.node) return `${name} must not import ${specifier}`
    if (path.startsWith('packages/runtime/src/interpreter/')) return `the interpreter must not import ${specifier}`
    return null
  }
  if (path.startsWith('packages/runtime/src/interpreter/')) return `the interpreter must not import ${specifier}`
  if (name === 'core' && !found.typeOnly) {
    const allowed = CORE_EXTERNALS.find((external) => isPackage(specifier, external.package))
    if (allowed === undefined) return `core must not import ${specifier}`
    if (!allowed.under.some((folder) => path.startsWith(folder)))
      return `core may import ${specifier} only under ${allowed.under.join(', ')}`
  }
  return null
}

/**
 * @param {string} path
 * @returns {string | null} the folder of the engine that a file belongs to: `engines/embedded`
 */
function engineOf(path) {
  return /^packages\/runtime\/src\/(engines\/[a-z]+)\//.exec(path)?.[1] ?? null
}

/**
 * @param {Map<string, import('./imports.mjs').Import[]>} graph
 * @param {Record<string, Record<string, string>>} exportsByPackage
 */
function checkReach(graph, exportsByPackage) {
  /** @type {string[]} */
  const violations = []
  for (const { entry, packages } of UNREACHABLE) {
    /** @type {Map<string, string | null>} file → the file that reached it */
    const from = new Map([[entry, null]])
    const queue = [entry]
    for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
      for (const found of graph.get(file) ?? []) {
        if (found.typeOnly || found.dynamic) continue
        const heavy = packages.find((name) => isPackage(found.specifier, name))
        if (heavy !== undefined)
          violations.push(`${entry} reaches ${found.specifier} by ${pathTo(from, file).join(' > ')}`)
        const target = resolve(file, found.specifier, exportsByPackage)
        if (target === null || from.has(target) || !graph.has(target)) continue
        from.set(target, file)
        queue.push(target)
      }
    }
  }
  return violations
}

/**
 * @param {string} file
 * @param {string} specifier
 * @param {Record<string, Record<string, string>>} exportsByPackage
 * @returns {string | null}
 */
function resolve(file, specifier, exportsByPackage) {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(file), specifier)
  const match = /^@tenon\/([a-z]+)(\/.+)?$/.exec(specifier)
  if (match === null) return null
  return exportsByPackage[match[1] ?? '']?.[`.${match[2] ?? ''}`] ?? null
}

/**
 * @param {Map<string, string | null>} from
 * @param {string} file
 */
function pathTo(from, file) {
  const path = []
  for (let at = /** @type {string | null} */ (file); at !== null; at = from.get(at) ?? null) path.unshift(at)
  return path
}

/**
 * @param {string} specifier
 * @param {string} name a package, or a scope that ends in `/`
 */
function isPackage(specifier, name) {
  return specifier === name || specifier.startsWith(name.endsWith('/') ? name : `${name}/`)
}
