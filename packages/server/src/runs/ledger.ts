import type { Ledger, LedgerEntry } from '@tenon/core/api'
import { type Json, nodeTypeKey, type TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { maskCredentials, maskParams } from '@tenon/core/mask'
import {
  type CalledView,
  foldRunEvents,
  type NodeRunId,
  type NodeRunView,
  nodeRunDurationMs,
  type RunEvent,
  type ValueRef,
} from '@tenon/core/run'
import type { StoredRun } from '@tenon/runtime'
import type { PlanNode } from '@tenon/runtime/interpreter'
import type { ServerContext } from '../context.ts'
import { toInstantOrNull } from '../http/instant.ts'
import { inDocumentOrder } from './ledger-order.ts'
import { presentRun } from './present-run.ts'
import { readRunVersions } from './run-versions.ts'

type LedgerExtras = Pick<LedgerEntry, 'toolCalls' | 'errors' | 'logs'>

/** A ledger is read as a whole, so there is an end to what it may hold. */
const MAX_EVENTS = 100_000
const MAX_BYTES = 67_108_864

/**
 * Puts together what every node run of a run got and gave, from the run log alone, in document order. Inline nodes
 * leave no input in the log; theirs is evaluated again.
 *
 * @param only - The one node run to read; then the log may be longer. @defaultValue all of them
 * @throws {@link TenonError} `VALUE_TOO_LARGE` for a run of more than 100,000 events, or of values above 64 MiB.
 */
export async function readLedger(server: ServerContext, run: StoredRun, only?: NodeRunId): Promise<Ledger> {
  const { tenantId } = run
  if (only === undefined && run.nextSeq - 1 > MAX_EVENTS) throw ledgerTooLarge()
  const events = await readAllEvents(server, run)
  const versions = await readRunVersions(server, run, events)
  const view = foldRunEvents(events)
  const isWanted = ({ nodeRunId }: NodeRunView) => only === undefined || nodeRunId === only
  const nodeRuns = inDocumentOrder([...view.nodeRuns.values()].filter(isWanted), versions.plan)
  const runInput = inputOfRun(events)
  const valueAt = await loadAll(server, tenantId, [
    runInput,
    ...nodeRuns.flatMap((nodeRun) => [nodeRun.input, nodeRun.output]),
  ])
  const extras = collectExtras(events)
  const inlineInputs = await server.openInlineInputs(tenantId, run.runId)
  const givenParams = collectGivenParams(events)
  const scheduledIn = collectTurns(events)
  const inputOf = async (nodeRun: NodeRunView): Promise<Json> => {
    if (nodeRun.input !== null) return valueAt(nodeRun.input)
    if (nodeRun.scheduledAt === null || inlineInputs === null) return null
    const { nodeRunId, scheduledAt } = nodeRun
    const movedIn = versions.movedAfter(scheduledIn.get(nodeRunId) ?? null)
    return inlineInputs(nodeRunId, scheduledAt, givenParams.get(nodeRunId), movedIn)
  }
  const schemas = new Map(
    server.registry.manifest.nodes.map((entry) => [nodeTypeKey(entry.type, entry.version), entry.params]),
  )
  const schemaOf = (node: Pick<PlanNode, 'type' | 'typeVersion'> | undefined) =>
    (node && schemas.get(nodeTypeKey(node.type, node.typeVersion))) ?? true
  const entries: LedgerEntry[] = []
  for (const nodeRun of nodeRuns) {
    const { call } = nodeRun
    const turn = scheduledIn.get(nodeRun.nodeRunId) ?? null
    const node = call === null ? versions.nodeOf(nodeRun.nodeId, turn) : nodeOfCall(call)
    entries.push({
      nodeRunId: nodeRun.nodeRunId,
      nodeId: nodeRun.nodeId,
      ...(call === null ? {} : { calledBy: call.callerId }),
      name: node?.name ?? nodeRun.nodeId,
      type: node?.type ?? '',
      status: nodeRun.status,
      attempts: nodeRun.attempt,
      startedAt: toInstantOrNull(nodeRun.startedAt),
      finishedAt: toInstantOrNull(nodeRun.endedAt),
      durationMs: nodeRunDurationMs(nodeRun),
      port: nodeRun.port,
      isReused: nodeRun.isReused,
      input: maskParams(schemaOf(node), await inputOf(nodeRun)),
      output: valueAt(nodeRun.output),
      ...(extras.get(nodeRun.nodeRunId) ?? { toolCalls: [], errors: [], logs: [] }),
    })
  }
  return maskCredentials({ run: await presentRun(server, run), input: valueAt(runInput), nodeRuns: entries })
}

function nodeOfCall({ title, nodeType, typeVersion }: CalledView) {
  return { name: title, type: nodeType, typeVersion }
}

/** Loads values together. @returns Reads a loaded value; null for null. */
async function loadAll(server: ServerContext, tenantId: TenantId, wanted: readonly (ValueRef | null)[]) {
  const refs = [...new Map(wanted.flatMap((ref) => (ref === null ? [] : [[ref.hash, ref] as const]))).values()]
  checkLedgerSize(refs)
  const values = await server.reader.loadValues(tenantId, refs)
  const byHash = new Map(refs.map((ref, index) => [ref.hash, values[index] ?? null]))
  return (ref: ValueRef | null): Json => (ref === null ? null : (byHash.get(ref.hash) ?? null))
}

/** @throws {@link TenonError} `VALUE_TOO_LARGE` if the values are more than one answer may hold. */
export function checkLedgerSize(refs: readonly Pick<ValueRef, 'size'>[]): void {
  if (refs.reduce((sum, { size }) => sum + size, 0) > MAX_BYTES) throw ledgerTooLarge()
}

function ledgerTooLarge(): TenonError {
  return new TenonError('VALUE_TOO_LARGE', 'The run is too large for one ledger', {
    remedy: 'Read the run log instead, page by page.',
    details: { maxBytes: MAX_BYTES },
  })
}

async function readAllEvents(server: ServerContext, run: StoredRun): Promise<readonly RunEvent[]> {
  const events: RunEvent[] = []
  for (;;) {
    const batch = await server.reader.readEvents(run.tenantId, run.runId, events.at(-1)?.seq ?? 0)
    if (batch.length === 0) return events
    events.push(...batch)
  }
}

function inputOfRun(events: readonly RunEvent[]): ValueRef | null {
  const started = events.find((event) => event.type === 'run_started')
  return started?.type === 'run_started' ? started.data.input : null
}

/** Returns the params that people gave for the last passes of parked node runs. */
function collectGivenParams(events: readonly RunEvent[]): ReadonlyMap<NodeRunId, ValueRef> {
  return new Map(
    events.flatMap((event) =>
      event.type === 'node_scheduled' && event.data.params !== undefined ? [[event.nodeRunId, event.data.params]] : [],
    ),
  )
}

/** Returns the turn in which the last pass of each node run was scheduled. */
function collectTurns(events: readonly RunEvent[]): ReadonlyMap<NodeRunId, number> {
  return new Map(events.flatMap((event) => (event.type === 'node_scheduled' ? [[event.nodeRunId, event.turn]] : [])))
}

function collectExtras(events: readonly RunEvent[]): ReadonlyMap<string, LedgerExtras> {
  const extras = new Map<string, { [Key in keyof LedgerExtras]: LedgerExtras[Key][number][] }>()
  const at = (nodeRunId: NodeRunId) => {
    const known = extras.get(nodeRunId) ?? { toolCalls: [], errors: [], logs: [] }
    extras.set(nodeRunId, known)
    return known
  }
  for (const event of events) {
    if (event.type === 'tool_call') {
      const { pass: _pass, attempt: _attempt, ...call } = event.data
      at(event.nodeRunId).toolCalls.push(call)
    } else if (event.type === 'node_error' || event.type === 'node_failed') {
      at(event.nodeRunId).errors.push({ ...event.data.error, attempt: event.data.attempt })
    } else if (event.type === 'node_log') {
      const { timestamp, level, message } = event.data
      at(event.nodeRunId).logs.push({ timestamp, level, message })
    }
  }
  return extras
}
