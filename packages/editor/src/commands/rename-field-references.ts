import {
  type DocumentOperation,
  documentGraph,
  isJsonObject,
  type Json,
  type NodeId,
  type NodePolicy,
  policyTexts,
  textLeaves,
  upstreamOf,
  type WorkflowNode,
} from '@tenon/core/document'
import { type PathKeyRename, renamePathKeys } from '@tenon/core/expression'
import { fieldsOf, resolveSchema } from '../manifest/param-field.ts'
import type { PlanContext } from './command.ts'

/** A field of the output of a node that gets another name. */
export interface FieldRename {
  readonly nodeId: NodeId
  /** Param that describes the output: an object of values, or a schema. */
  readonly param: string
  readonly from: string
  readonly to: string
}

interface FollowedReferences {
  /** Operations that write the new name into the templates of the document. */
  readonly operations: readonly DocumentOperation[]
  /** References that were changed. */
  readonly count: number
}

/**
 * Finds the references to a field that is about to be renamed: `nodes.<id>.output.<field>` in all nodes, and
 * `input.<field>` and `trigger.<field>` in the nodes behind it, in params and policies.
 *
 * A node that may get an input of this name from another node as well keeps its reference: only its author knows which
 * one is meant, and validation reports it. Params that take no templates are left as they are.
 */
export function renameFieldReferences(context: PlanContext, rename: FieldRename): FollowedReferences {
  const { document, manifest } = context
  const owner = document.nodes.find(({ id }) => id === rename.nodeId)
  if (owner === undefined || !describesOutput(context, owner, rename.param)) return { operations: [], count: 0 }
  const readsOwner = createReaderCheck(context, owner, rename.from)
  const isTrigger = manifest.entryOf(owner)?.control === 'trigger'
  let count = 0
  const operations = document.nodes.flatMap((node): DocumentOperation[] => {
    // A node does not read its own output.
    if (node === owner) return []
    const followed = (text: string) =>
      renamePathKeys(text, (root, path) => {
        const found = keyOf(root, path)
        if (found !== null) count += 1
        return found
      })
    const keyOf = (root: string, path: readonly (string | number)[]): PathKeyRename | null => {
      const { from, to } = rename
      if (root === 'nodes') {
        const isOutput = path[0] === owner.id && path[1] === 'output' && path[2] === from
        return isOutput ? { at: 2, to } : null
      }
      const isField = (root === 'input' || (root === 'trigger' && isTrigger)) && path[0] === from
      return isField && readsOwner(node.id, root) ? { at: 0, to } : null
    }
    return changedTexts(context, node, followed)
  })
  return { operations, count }
}

function changedTexts(context: PlanContext, node: WorkflowNode, change: (text: string) => string): DocumentOperation[] {
  const literal = literalParams(context, node)
  const inParams = textLeaves(node.params)
    .filter(({ path }) => !literal.has(String(path[0])))
    .flatMap(({ path, text }): DocumentOperation[] => {
      const value = change(text)
      return value === text ? [] : [{ op: 'set_param', nodeId: node.id, path, value }]
    })
  const inPolicy = policyTexts(node).flatMap(({ path, text }): DocumentOperation[] => {
    const value = change(text)
    return value === text ? [] : [{ op: 'set_policy', nodeId: node.id, field: path[1] as keyof NodePolicy, value }]
  })
  return [...inParams, ...inPolicy]
}

function literalParams({ manifest }: PlanContext, node: WorkflowNode): ReadonlySet<string> {
  const entry = manifest.entryOf(node)
  if (entry === undefined) return new Set()
  const fields = fieldsOf(entry.params, resolveSchema(entry.params, entry.params))
  return new Set(fields.filter(({ meta }) => meta.literal === true).map(({ name }) => name))
}

function describesOutput({ manifest }: PlanContext, node: WorkflowNode, param: string): boolean {
  return Object.values(manifest.entryOf(node)?.outputs ?? {}).some(
    (output) => isJsonObject(output as Json) && describesFields(output as DescribedOutput, param),
  )
}

interface DescribedOutput {
  readonly fromParam?: unknown
  readonly as?: unknown
}

/** The fields of the data of an event, and of rows, are not fields of the output. */
function describesFields({ fromParam, as }: DescribedOutput, param: string): boolean {
  return fromParam === param && as !== 'event' && as !== 'rows'
}

/** Checks whether a node reads the field from `owner` and from no other node. */
function createReaderCheck(context: PlanContext, owner: WorkflowNode, field: string) {
  const { document, manifest } = context
  const graph = documentGraph(document)
  const beforeOwner = upstreamOf(document, owner.id, graph)
  const nodesById = new Map(document.nodes.map((node) => [node.id, node]))
  const mayGive = (node: WorkflowNode, root: string) =>
    root === 'trigger' ? manifest.entryOf(node)?.control === 'trigger' : writesField(context, node, field)
  const known = new Map<string, boolean>()
  return (nodeId: NodeId, root: string): boolean => {
    const key = `${root} ${nodeId}`
    const before = known.get(key)
    if (before !== undefined) return before
    const upstream = upstreamOf(document, nodeId, graph)
    // The output of the owner replaces the output of the nodes before it.
    const others = [...upstream].filter((id) => id !== owner.id && !beforeOwner.has(id))
    const isOwners = upstream.has(owner.id) && !others.some((id) => mayGive(nodesById.get(id) as WorkflowNode, root))
    known.set(key, isOwners)
    return isOwners
  }
}

const EVENT_FIELDS: ReadonlySet<string> = new Set(['id', 'source', 'type', 'time', 'subject', 'data'])

/** Checks whether a node is known to add a field to the input of later nodes. */
function writesField({ manifest }: PlanContext, node: WorkflowNode, field: string): boolean {
  if (node.disabled === true) return false
  return Object.values(manifest.entryOf(node)?.outputs ?? {}).some((output) => {
    if (!isJsonObject(output as Json)) return false
    const { fromParam, as } = output as DescribedOutput
    if (typeof fromParam !== 'string') return hasProperty(output as Json, field)
    if (as === 'list') return field === 'items' || field === 'count'
    if (as === 'rows') return ['rows', 'row', 'count'].includes(field)
    if (as === 'event') return EVENT_FIELDS.has(field)
    const value = node.params[fromParam]
    return as === 'values' ? isJsonObject(value) && Object.hasOwn(value, field) : hasProperty(value, field)
  })
}

function hasProperty(schema: Json | undefined, field: string): boolean {
  if (!isJsonObject(schema)) return false
  if (isJsonObject(schema.properties) && Object.hasOwn(schema.properties, field)) return true
  return [schema.anyOf, schema.oneOf, schema.allOf].some(
    (parts) => Array.isArray(parts) && parts.some((part: Json) => hasProperty(part, field)),
  )
}
