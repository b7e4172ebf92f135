import {
  isJsonObject,
  type Json,
  type JsonObject,
  type JsonSchema,
  resolvePorts,
  secretParamsOf,
} from '@tenon/core/document'
import type { OutputFromParam } from '@tenon/core/node'
import { isTemplate } from '../../graph/template-parts.ts'
import { fits, type RunFormDraft } from '../form/form-draft.ts'
import { formFields, initialValues } from '../form/form-model.ts'
import { withoutExpressionHints } from '../form/literal-values.ts'
import type { NodeInfo } from '../store/node-directory.ts'

/** Value to enter: its schema, and its entries at first. */
export interface ValueToEnter {
  readonly schema: JsonSchema
  readonly draft: RunFormDraft
}

/**
 * Returns the params to run a node again with: those of its last attempt, without secrets, which remain those of the
 * document. A node that has not started has the params of the document, without those that are expressions.
 *
 * @param input - Recorded params; `null` without such.
 */
export function paramsToEnter({ node, params }: Pick<NodeInfo, 'node' | 'params'>, input: Json): ValueToEnter {
  const secrets = new Set(secretParamsOf(params))
  const known = isJsonObject(input) ? Object.entries(input) : Object.entries(node?.params ?? {}).filter(isLiteral)
  const values = Object.fromEntries(known.filter(([name]) => !secrets.has(name)))
  return valueToEnter(withoutExpressionHints(withoutMembers(params, secrets)), values)
}

/** Returns the output to enter for a port, in the form of its schema. */
export function outputToEnter(
  { node, entry }: Pick<NodeInfo, 'node' | 'entry'>,
  port: string | undefined,
): ValueToEnter {
  const described = (port === undefined ? undefined : entry?.outputs[port]) ?? entry?.outputs['*'] ?? {}
  const schema = isOfParam(described) ? schemaOfParam(node?.params ?? {}, described) : described
  return valueToEnter(schema, initialValues(formFields(schema) ?? []))
}

/** Returns the ports by which a run can continue with an entered output. */
export function outputPorts({ node, entry }: Pick<NodeInfo, 'node' | 'entry'>) {
  // A run leaves a fork by all of its ports.
  if (node === null || entry === null || entry.control === 'fork') return []
  return resolvePorts(node, entry).filter(({ isError }) => isError !== true)
}

/** Returns the form of a value, or its JSON if the form could not show a part of it. */
function valueToEnter(schema: JsonSchema, values: JsonObject): ValueToEnter {
  const fields = formFields(schema) ?? []
  const isShown = ([name, value]: readonly [string, Json]) =>
    fields.some((field) => field.name === name && fits(field, value))
  const mode = fields.length > 0 && Object.entries(values).every(isShown) ? 'form' : 'json'
  const names = fields.map(({ name }) => name)
  return { schema, draft: { mode, values, text: JSON.stringify(values, null, 2), names } }
}

function isOfParam(output: JsonSchema | OutputFromParam): output is OutputFromParam {
  return typeof output === 'object' && 'fromParam' in output
}

function schemaOfParam(params: JsonObject, { fromParam, as }: OutputFromParam): JsonSchema {
  const schema = (as ?? 'schema') === 'schema' ? params[fromParam] : undefined
  return isJsonObject(schema) ? schema : {}
}

function isLiteral([, value]: readonly [string, Json | undefined]): boolean {
  if (typeof value !== 'object' || value === null) return !isTemplate(value)
  return Object.values(value).every((part) => isLiteral(['', part]))
}

function withoutMembers(schema: JsonSchema, names: ReadonlySet<string>): JsonSchema {
  if (typeof schema === 'boolean' || names.size === 0) return schema
  const { properties, required } = schema
  if (!isJsonObject(properties)) return schema
  return {
    ...schema,
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !names.has(name))),
    ...(Array.isArray(required) ? { required: required.filter((name: Json) => !names.has(String(name))) } : {}),
  }
}
