import type { Json, NodeId } from '@tenon/core/document'
import type { ParamField } from '../../manifest/param-field.ts'
import type { TypedTextField } from '../../session/use-typed-text.ts'

/** Any value as the text that a field shows. */
export function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}

/**
 * Names the text of a param, or of one part of it, among the fields of the editor.
 *
 * @param part - Which part, where a param has several texts of its own.
 */
export function textFieldOf(
  nodeId: NodeId,
  { path, title }: ParamField,
  part: { readonly id: string; readonly label: string } = { id: '', label: title },
): TypedTextField {
  return { key: [nodeId, 'params', ...path, part.id].join('/'), nodeId, label: part.label }
}
