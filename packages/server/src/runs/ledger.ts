import type { Ledger, LedgerEntry } from '@tenon/core/api'
import type { Json } from '@tenon/core/document'
import { foldRunEvents, type NodeRunView, nodeRunDurationMs, type RunEvent, type ValueRef } from '@tenon/core/run'
import type { StoredRun } from '@tenon/runtime'
import type { Plan } from '@tenon/runtime/interpreter'
import type { ServerContext } from '../context.ts'
import { toInstantOrNull } from '../http/instant.ts'
import { presentRun } from './present-run.ts'

type LedgerExtras = Pick<LedgerEntry, 'toolCalls' | 'errors' | 'logs'>

/**
 * Puts together what every node run of a run got and gave, from the run log alone, in document order. Inline nodes
 * leave no input in the log; theirs is evaluated again.
 */
export async function readLedger(server: ServerContext, run: StoredRun): Promise<Ledger> {
  const { tenantId } = run
  const events = await readAllEvents(server, run)
  const plan = await server.reader.getPlan(tenantId, run.planHash)
  const view = foldRunEvents(events)
  const extras = collectExtras(events)
  const load = (ref: ValueRef | null) => (ref === null ? null : server.reader.loadValue(tenantId, ref))
  const inlineInputs = await server.openInlineInputs(tenantId, run.runId)
  const inputOf = async (nodeRun: NodeRunView): Promise<Json> => {
    if (nodeRun.input !== null) return load(nodeRun.input)
    if (nodeRun.scheduledAt === null || inlineInputs === null) return null
    return inlineInputs(nodeRun.nodeRunId, nodeRun.scheduledAt)
  }
  const nodeRuns: LedgerEntry[] = []
  for (const nodeRun of inDocumentOrder([...view.nodeRuns.values()], plan)) {
    const node = plan?.nodes.find((candidate) => candidate.id === nodeRun.nodeId)
    nodeRuns.push({
      nodeRunId: nodeRun.nodeRunId,
      nodeId: nodeRun.nodeId,
      name: node?.name ?? nodeRun.nodeId,
      type: node?.type ?? '',
      status: nodeRun.status,
      attempts: nodeRun.attempt,
      startedAt: toInstantOrNull(nodeRun.startedAt),
      finishedAt: toInstantOrNull(nodeRun.endedAt),
      durationMs: nodeRunDurationMs(nodeRun),
      port: nodeRun.port,
      input: await inputOf(nodeRun),
      output: await load(nodeRun.output),
      ...(extras.get(nodeRun.nodeRunId) ?? { toolCalls: [], errors: [], logs: [] }),
    })
  }
  return { run: await presentRun(server, run), input: await runInput(events, load), nodeRuns }
}

async function readAllEvents(server: ServerContext, run: StoredRun): Promise<readonly RunEvent[]> {
  const events: RunEvent[] = []
  for (;;) {
    const batch = await server.reader.readEvents(run.tenantId, run.runId, events.at(-1)?.seq ?? 0)
    if (batch.length === 0) return events
    events.push(...batch)
  }
}

async function runInput(
  events: readonly RunEvent[],
  load: (ref: ValueRef | null) => Json | Promise<Json>,
): Promise<Json> {
  const started = events.find((event) => event.type === 'run_started')
  return started?.type === 'run_started' ? load(started.data.input) : null
}

function inDocumentOrder(nodeRuns: readonly NodeRunView[], plan: Plan | null): readonly NodeRunView[] {
  const order = new Map(plan?.nodes.map((node, index) => [node.id, index]))
  const rankOf = (nodeRun: NodeRunView) => order.get(nodeRun.nodeId) ?? order.size
  return [...nodeRuns].sort((left, right) => rankOf(left) - rankOf(right))
}

function collectExtras(events: readonly RunEvent[]): ReadonlyMap<string, LedgerExtras> {
  const extras = new Map<string, { [Key in keyof LedgerExtras]: LedgerExtras[Key][number][] }>()
  const at = (nodeRunId: string) => {
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
