import type { Json, NodeId, ParamPath } from '@tenon/core/document'
import type { ParamField } from '../../manifest/param-field.ts'
import type { TypedTextField } from '../../session/use-typed-text.ts'

/** Formats any value as the text of a field. */
export function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}

/** Returns the prefix of the keys of all texts of a param. */
export function textKeyOf(nodeId: NodeId, path: ParamPath): string {
  return [nodeId, 'params', ...path].join('/')
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
  return { key: `${textKeyOf(nodeId, path)}/${part.id}`, nodeId, path, label: part.label }
}
