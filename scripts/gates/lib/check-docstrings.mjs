import { join, relative } from 'node:path'
import ts from 'typescript'

/** Public interfaces that hosts and authors of nodes write or call: each of their fields needs a docstring too. */
const CHECKED_INTERFACES =
  /(Options|Props|Definition|Context|Policy|Implementation|Settings)$|^(WorkflowServer|Engine|TenonClient)$/

/**
 * Finds the public exports of some entry points that have no docstring, and the fields that have none, of
 * {@link CHECKED_INTERFACES} and of the interfaces below some folders. An export of several entry points, or from
 * another package, is reported once, at its declaration.
 *
 * @param {string} root
 * @param {{ compilerOptions: object }} base
 * @param {readonly string[]} entries paths of the entry points' sources, relative to root
 * @param {readonly string[]} folders folders and files in which the fields of every public interface are checked
 * @returns {{ documented: number, documentedFields: number, missing: string[] }} `missing` has one line for each export
 * and each field without a docstring
 */
export function checkDocstrings(root, base, entries, folders = []) {
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
  let documentedFields = 0
  /** @param {ts.Declaration} declaration @param {string} fault */
  const addMissing = (declaration, fault) => {
    const source = declaration.getSourceFile()
    const line = source.getLineAndCharacterOfPosition(declaration.getStart()).line + 1
    missing.push(`${pathOf(root, source)}:${line} ${fault}`)
  }
  for (const symbol of symbols) {
    const [declaration] = symbol.declarations ?? []
    const source = declaration?.getSourceFile()
    // Declarations of other packages are documented there.
    if (declaration === undefined || source === undefined || source.fileName.includes('/node_modules/')) continue
    if (hasText(symbol, checker)) documented += 1
    else addMissing(declaration, `${symbol.name} is public and has no docstring`)
    const isBelow = folders.some((folder) => `${pathOf(root, source)}/`.startsWith(`${folder}/`))
    if (!isBelow && !CHECKED_INTERFACES.test(symbol.name)) continue
    for (const field of fieldsOf(symbol, checker)) {
      if (hasText(field.symbol, checker)) documentedFields += 1
      else addMissing(field.declaration, `${symbol.name}.${field.name} is public and has no docstring`)
    }
  }
  return { documented, documentedFields, missing: missing.sort() }
}

/**
 * Lists the properties and methods that an interface declares itself, and those of the object types within them. An
 * object type on a single line is described along with the property that has it.
 *
 * @param {ts.Symbol} symbol
 * @param {ts.TypeChecker} checker
 */
function fieldsOf(symbol, checker) {
  /** @type {{ name: string, symbol: ts.Symbol, declaration: ts.Declaration }[]} */
  const fields = []
  /** @param {readonly ts.TypeElement[]} members @param {string} prefix */
  const add = (members, prefix) => {
    for (const member of members) {
      const field = member.name && checker.getSymbolAtLocation(member.name)
      if (field === undefined) continue
      fields.push({ name: prefix + field.name, symbol: field, declaration: member })
      const type = ts.isPropertySignature(member) ? member.type : undefined
      if (type === undefined || !ts.isTypeLiteralNode(type) || !type.getText().includes('\n')) continue
      add(type.members, `${prefix}${field.name}.`)
    }
  }
  for (const declaration of symbol.declarations ?? []) {
    if (ts.isInterfaceDeclaration(declaration)) add(declaration.members, '')
  }
  return fields
}

/** @param {string} root @param {ts.SourceFile} source */
function pathOf(root, source) {
  return relative(root, source.fileName).replaceAll('\\', '/')
}

/** @param {ts.Symbol} symbol @param {ts.TypeChecker} checker */
function hasText(symbol, checker) {
  return ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim() !== ''
}
