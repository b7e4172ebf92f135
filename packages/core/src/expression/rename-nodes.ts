import { renamePathKeys } from './rename-path-keys.ts'

/**
 * Replaces the node ids in the references of a template, for pasted and imported nodes. All other text is unchanged; a
 * template with a syntax error is returned unchanged.
 *
 * @param newId - Returns the new id for an id, or the same id to keep it. Ids are names: letters, digits, `_`.
 */
export function renameNodeReferences(template: string, newId: (id: string) => string): string {
  return renamePathKeys(template, (root, [id]) =>
    root === 'nodes' && typeof id === 'string' ? { at: 0, to: newId(id) } : null,
  )
}
