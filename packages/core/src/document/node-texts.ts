import type { NodeId } from '../ids.ts'
import { isJsonObject, type Json } from '../json.ts'
import type { ParamPath } from './operation.ts'
import type { NodePolicy, WorkflowNode } from './types.ts'

// Lists every field, so that a new one does not compile until its kind is declared.
const POLICY_FIELDS: { readonly [Field in keyof NodePolicy]-?: 'template' | 'node' | 'plain' } = {
  retry: 'plain',
  retryIf: 'template',
  timeout: 'plain',
  totalTimeout: 'plain',
  heartbeat: 'plain',
  taskQueue: 'plain',
  onError: 'plain',
  compensation: 'node',
  join: 'plain',
  skipIf: 'template',
  idempotency: 'template',
}

/** A text of a node that may contain expressions. */
export interface NodeText {
  /** From the node: `['params', ...]` or `['policy', field]`. */
  readonly path: ParamPath
  /** Text as it is stored, with `{{ templates }}` unresolved. */
  readonly text: string
}

/** Returns the texts at any depth of a value, with their paths. */
export function textLeaves(value: Json, path: ParamPath = []): NodeText[] {
  if (typeof value === 'string') return [{ path, text: value }]
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => textLeaves(item, [...path, index]))
  return Object.entries(value).flatMap(([key, member]) => textLeaves(member as Json, [...path, key]))
}

const NO_TEXTS: readonly NodeText[] = Object.freeze([])

/** Returns the texts of a node's own policy that are templates. */
export function policyTexts({ policy }: Pick<WorkflowNode, 'policy'>): readonly NodeText[] {
  if (policy === undefined) return NO_TEXTS
  return Object.entries(policy).flatMap(([field, text]) =>
    POLICY_FIELDS[field as keyof NodePolicy] === 'template' && typeof text === 'string'
      ? [{ path: ['policy', field], text }]
      : [],
  )
}

function mapTexts(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item: Json) => mapTexts(item, change))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapTexts(member as Json, change)]))
}

function mapPolicy(policy: NodePolicy, changes: NodeChanges): NodePolicy {
  const fields = Object.entries(policy).flatMap(([field, value]: [string, unknown]): [string, unknown][] => {
    const kind = POLICY_FIELDS[field as keyof NodePolicy]
    if (typeof value !== 'string' || kind === 'plain') return [[field, value]]
    const changed = kind === 'template' ? changes.text(value) : changes.nodeId(value)
    return changed === null ? [] : [[field, changed]]
  })
  return Object.fromEntries(fields) as NodePolicy
}

/** Changes that {@link mapNode} makes to the references of a node. */
export interface NodeChanges {
  /** Maps a text that may contain expressions. */
  text(text: string): string
  /** Maps the id of another node in the policy; `null` removes the field. */
  nodeId(nodeId: NodeId): NodeId | null
}

/**
 * Copies a node with each template and each reference to another node changed: in params at any depth, and in the
 * policy. Its id, its container and its edges are kept.
 *
 * @returns A fresh node; a policy that becomes empty is left out.
 */
export function mapNode(node: WorkflowNode, changes: NodeChanges): WorkflowNode {
  const { policy, ...rest } = node
  const params = mapTexts(node.params, changes.text) as WorkflowNode['params']
  const mapped = policy === undefined ? {} : mapPolicy(policy, changes)
  return { ...rest, params, ...(Object.keys(mapped).length === 0 ? {} : { policy: mapped }) }
}
