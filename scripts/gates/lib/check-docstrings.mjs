import { join, relative } from 'node:path'
import ts from 'typescript'

/**
 * The public exports of some entry points that have no docstring. An export that several entry points give, or that a
 * package takes from another, is named once, at the place where it is declared.
 *
 * @param {string} root
 * @param {{ compilerOptions: object }} base
 * @param {readonly string[]} entries paths of the entry points' sources, relative to root
 * @returns {{ documented: number, missing: string[] }} one line for each export without one
 */
export function checkDocstrings(root, base, entries) {
  const { options } = ts.convertCompilerOptionsFromJson({ ...base.compilerOptions, noLib: true }, root)
  const program = ts.createProgram(
    entries.map((entry) => join(root, entry)),
    options,
  )
  const checker = program.getTypeChecker()
  /** @type {Set<ts.Symbol>} */
  const symbols = new Set()
  for (const entry of entries) {
    const source = program.getSourceFile(join(root, entry))
    const module = source && checker.getSymbolAtLocation(source)
    if (module === undefined) throw new Error(`${entry} is no module`)
    for (const exported of checker.getExportsOfModule(module)) {
      const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0
      symbols.add(isAlias ? checker.getAliasedSymbol(exported) : exported)
    }
  }
  /** @type {string[]} */
  const missing = []
  let documented = 0
  for (const symbol of symbols) {
    const [declaration] = symbol.declarations ?? []
    const source = declaration?.getSourceFile()
    // What comes from outside is documented there.
    if (declaration === undefined || source === undefined || source.fileName.includes('/node_modules/')) continue
    if (hasText(symbol, checker)) {
      documented += 1
      continue
    }
    const line = source.getLineAndCharacterOfPosition(declaration.getStart()).line + 1
    const place = relative(root, source.fileName).replaceAll('\\', '/')
    missing.push(`${place}:${line} ${symbol.name} is public and has no docstring`)
  }
  return { documented, missing: missing.sort() }
}

/** @param {ts.Symbol} symbol @param {ts.TypeChecker} checker */
function hasText(symbol, checker) {
  return ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim() !== ''
}
