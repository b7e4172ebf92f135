import { analyzeTemplate } from './analyze.ts'
import { parseTemplate } from './parse.ts'
import { printKey } from './print-literal.ts'

/**
 * A template with other node ids in its references, for pasted and imported nodes. All other text stays
 * as it is; a template that cannot be read comes back unchanged.
 *
 * @param newId - The new id for an id, the same one to leave it. Ids are names: letters, digits, `_`.
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
