import { isJsonObject, isoInstant, type Json, type JsonObject } from '@tenon/core/document'
import type { InputView } from '../interpreter/scope.ts'
import type { RunSession } from './run-session.ts'
import type { ReadPath } from './templates.ts'
import type { ValueLoader } from './value-loader.ts'

type MutableObject = { [key: string]: Json }

/** What the templates of one node run may read. */
export type Scope = Readonly<Record<string, Json>>

/**
 * Puts the scope of a node run together from the values that its templates read, and from no others: of `input` only
 * the keys that are named, unless the whole is.
 */
export async function buildScope(
  session: RunSession,
  nodeRunId: string,
  reads: readonly ReadPath[],
  values: ValueLoader,
): Promise<Scope> {
  const { identity, plan, beginning, machine } = session
  const view = machine.scope.inputView(nodeRunId)
  const load = (ref: Parameters<ValueLoader['load']>[1]) => values.load(identity.tenantId, ref)
  const scope: MutableObject = {
    vars: plan.variables as JsonObject,
    run: {
      id: identity.runId,
      workflowId: identity.workflowId,
      version: identity.version,
      startedAt: isoInstant(beginning?.startedAt ?? 0),
    },
  }
  const readsOf = (root: string) => reads.filter((path) => path[0] === root)
  if (readsOf('input').length > 0) scope.input = await buildInput(view, readsOf('input'), load)
  if (readsOf('nodes').length > 0) scope.nodes = await buildNodes(session, view, readsOf('nodes'), load)
  if (readsOf('trigger').length > 0) scope.trigger = beginning === null ? null : await load(beginning.input)
  if (readsOf('error').length > 0) {
    const failure = view.error()
    if (failure !== null) scope.error = await load(failure.output)
  }
  return scope
}

type Load = (ref: Parameters<ValueLoader['load']>[1]) => Promise<Json>

async function buildInput(view: InputView, reads: readonly ReadPath[], load: Load): Promise<Json> {
  const input: MutableObject = {}
  const keys = reads.map((path) => path[1])
  if (keys.some((key) => typeof key !== 'string')) {
    for (const { output } of view.owners()) {
      const value = await load(output)
      if (isJsonObject(value)) Object.assign(input, value)
    }
    return input
  }
  for (const key of new Set(keys as readonly string[])) {
    const owner = view.ownerOf(key)
    const value = owner === null ? null : await load(owner.output)
    if (isJsonObject(value ?? undefined) && value !== null) {
      const member = (value as JsonObject)[key]
      if (member !== undefined) input[key] = member
    }
  }
  return input
}

async function buildNodes(
  { plan }: RunSession,
  view: InputView,
  reads: readonly ReadPath[],
  load: Load,
): Promise<Json> {
  const named = reads.map((path) => path[1])
  const isWhole = named.some((nodeId) => typeof nodeId !== 'string')
  const nodeIds = isWhole ? plan.nodes.map(({ id }) => id) : (named as readonly string[])
  const nodes: MutableObject = {}
  for (const nodeId of new Set(nodeIds)) {
    const owned = view.outputOf(nodeId)
    if (owned !== null) nodes[nodeId] = { output: await load(owned.output) }
  }
  return nodes
}
