import type { Json, NodeId } from '@tenon/core/document'
import type { ParamField } from '../../manifest/param-field.ts'
import type { TypedTextField } from '../../session/use-typed-text.ts'

/** Formats any value as the text of a field. */
export function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}

/**
 * Returns the identity of the text of a param, or of one part of it, among the fields of the editor.
 *
 * @param part - Part of a param with several texts.
 */
export function textFieldOf(
  nodeId: NodeId,
  { path, title }: ParamField,
  part: { readonly id: string; readonly label: string } = { id: '', label: title },
): TypedTextField {
  return { key: [nodeId, 'params', ...path, part.id].join('/'), nodeId, path, label: part.label }
}
