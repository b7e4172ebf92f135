import ts from 'typescript'

/**
 * Returns a text with everything blanked that people do not read as sentences, so that lines and columns are kept: code
 * outside of comments and strings, and inside of them examples, `code` and names of parameters.
 *
 * @param {string} path
 * @param {string} text
 * @returns {string}
 */
export function proseOf(path, text) {
  if (path.endsWith('.md')) return withoutCode(text)
  if (path.endsWith('.css')) return keepOnly(text, rangesOf(text, /\/\*[\s\S]*?\*\//g))
  return keepOnly(text, sentencesOf(path, text))
}

/** @typedef {readonly [start: number, end: number]} Range */

/**
 * @param {string} text
 * @param {RegExp} pattern
 * @returns {Range[]}
 */
function rangesOf(text, pattern) {
  return [...text.matchAll(pattern)].map(({ index, 0: found }) => [index, index + found.length])
}

/**
 * Finds the comments of a source, and its strings and JSX texts of several words.
 *
 * @param {string} path
 * @param {string} text
 * @returns {Range[]}
 */
function sentencesOf(path, text) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  /** @type {Map<number, number>} */
  const ranges = new Map()
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (!ts.isJsxText(node)) {
      for (const { pos, end } of ts.getLeadingCommentRanges(text, node.pos) ?? []) ranges.set(pos, end)
      for (const { pos, end } of ts.getTrailingCommentRanges(text, node.pos) ?? []) ranges.set(pos, end)
    }
    const isText = ts.isStringLiteral(node) || ts.isJsxText(node) || isTemplatePart(node)
    if (isText && /\w\s+\w/.test(node.getText(source))) ranges.set(node.getStart(source), node.end)
    for (const child of node.getChildren(source)) visit(child)
  }
  visit(source)
  return [...ranges]
}

/**
 * @param {ts.Node} node
 * @returns {boolean}
 */
function isTemplatePart(node) {
  return ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)
}

/**
 * @param {string} text
 * @param {readonly Range[]} ranges
 * @returns {string}
 */
function keepOnly(text, ranges) {
  let prose = ''
  let last = 0
  for (const [start, end] of [...ranges].sort(([a], [b]) => a - b)) {
    if (start < last) continue
    prose += blank(text.slice(last, start)) + withoutCode(text.slice(start, end))
    last = end
  }
  return prose + blank(text.slice(last))
}

/**
 * @param {string} prose
 * @returns {string}
 */
function withoutCode(prose) {
  return prose
    .replaceAll(/```[\s\S]*?```/g, blank)
    .replaceAll(/`[^`\n]*`/g, blank)
    .replaceAll(/\{@link [^}]*\}|@param [\w.]+|@see .*|\]\([^)]*\)/g, blank)
}

/**
 * @param {string} text
 * @returns {string}
 */
function blank(text) {
  return text.replaceAll(/[^\n]/g, ' ')
}
