import { analyzeTemplate } from './analyze.ts'
import { parseTemplate } from './parse.ts'
import { printKey } from './print-literal.ts'

/**
 * Replaces the node ids in the references of a template, for pasted and imported nodes. All other text is unchanged; a
 * template with a syntax error is returned unchanged.
 *
 * @param newId - Returns the new id for an id, or the same id to keep it. Ids are names: letters, digits, `_`.
 */
export function renameNodeReferences(template: string, newId: (id: string) => string): string {
  let nodes: readonly { readonly id: string; readonly start: number; readonly end: number }[]
  try {
    nodes = analyzeTemplate(parseTemplate(template)).reads.flatMap(({ node }) => node ?? [])
  } catch {
    return template
  }
  return nodes.reduceRight((text, { id, start, end }) => {
    const isQuoted = text[start] === '"' || text[start] === "'"
    const written = isQuoted ? JSON.stringify(newId(id)) : printKey(newId(id))
    return newId(id) === id ? text : text.slice(0, start) + written + text.slice(end)
  }, template)
}
