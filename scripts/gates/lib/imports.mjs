import ts from 'typescript'

/**
 * @typedef {object} Import
 * @property {string} specifier
 * @property {boolean} typeOnly
 * @property {boolean} dynamic
 * @property {number} line
 */

/**
 * @param {string} path
 * @param {string} text
 */
export function parseSource(path, text) {
  return ts.createSourceFile(
    path,
    text,
    ts.ScriptTarget.Latest,
    true,
    path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
  )
}

/**
 * Every module that a file names, with how it is taken in.
 *
 * @param {ts.SourceFile} source
 * @returns {Import[]}
 */
export function importsOf(source) {
  /** @type {Import[]} */
  const imports = []
  /** @param {ts.Node} node @param {ts.Expression | undefined} specifier @param {boolean} typeOnly @param {boolean} dynamic */
  const add = (node, specifier, typeOnly, dynamic) => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return
    const { line } = source.getLineAndCharacterOfPosition(node.getStart())
    imports.push({ specifier: specifier.text, typeOnly, dynamic, line: line + 1 })
  }
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, isTypeOnly(node), false)
    else if (ts.isExportDeclaration(node)) add(node, node.moduleSpecifier, isTypeOnlyExport(node), false)
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node, node.arguments[0], false, true)
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node, /** @type {ts.Expression} */ (node.argument.literal), true, false)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return imports
}

/** @param {ts.ImportDeclaration} node */
function isTypeOnly(node) {
  const clause = node.importClause
  if (clause === undefined) return false
  if (clause.isTypeOnly) return true
  const named = clause.namedBindings
  return (
    clause.name === undefined &&
    named !== undefined &&
    ts.isNamedImports(named) &&
    named.elements.length > 0 &&
    named.elements.every((element) => element.isTypeOnly)
  )
}

/** @param {ts.ExportDeclaration} node */
function isTypeOnlyExport(node) {
  if (node.isTypeOnly) return true
  const clause = node.exportClause
  return clause !== undefined && ts.isNamedExports(clause) && clause.elements.every((element) => element.isTypeOnly)
}

/**
 * Free uses of global names: `Date`, `document.body`, `Math.random` (as `Math.random`).
 *
 * @param {ts.SourceFile} source
 * @param {readonly string[]} names
 * @returns {{ name: string, line: number }[]}
 */
export function globalUses(source, names) {
  /** @type {{ name: string, line: number }[]} */
  const uses = []
  const simple = new Set(names.filter((name) => !name.includes('.')))
  const dotted = new Set(names.filter((name) => name.includes('.')))
  const declared = declaredNames(source)
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return
    const { line } = source.getLineAndCharacterOfPosition(node.getStart())
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
      const name = `${node.expression.text}.${node.name.text}`
      if (dotted.has(name)) uses.push({ name, line: line + 1 })
    }
    if (ts.isIdentifier(node) && simple.has(node.text) && !declared.has(node.text) && isReference(node)) {
      uses.push({ name: node.text, line: line + 1 })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return uses
}

/** @param {ts.SourceFile} source */
function declaredNames(source) {
  const names = new Set()
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (
      (ts.isVariableDeclaration(node) ||
        ts.isParameter(node) ||
        ts.isFunctionDeclaration(node) ||
        ts.isImportSpecifier(node) ||
        ts.isBindingElement(node)) &&
      node.name !== undefined &&
      ts.isIdentifier(node.name)
    ) {
      names.add(node.name.text)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return names
}

/** @param {ts.Identifier} node */
function isReference(node) {
  const parent = node.parent
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodDeclaration(parent)) {
    return parent.name !== node
  }
  if (ts.isJsxAttribute(parent) || ts.isPropertyDeclaration(parent) || ts.isQualifiedName(parent)) return false
  return true
}
