import { isJsonObject, type Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { newRunOf } from '../commit/new-run.ts'
import { storeValue } from '../commit/stored-value.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { checkRunInput } from '../run-input.ts'
import { itemsOf, type QueueEntry, queueEntryOf } from '../store/queue-entry.ts'
import { admitRuns } from './admit-runs.ts'
import { endCollecting, findCollecting, readStartInput, replaceInput } from './collecting-runs.ts'
import { noteAnswer, noteFirstRun } from './earlier-run.ts'
import { type AcceptedRun, laneOf, type RunToAccept, withoutDeadline } from './run-to-accept.ts'

/** Merges a request into the run that waits for further ones; null if there is none, or it has no room for the request. */
export async function mergeRequest(
  tx: Tx<RuntimeTables>,
  schema: string,
  run: RunToAccept,
): Promise<AcceptedRun | null> {
  const { request, plan, rules, limits, at } = run
  const { collect: rule } = rules
  if (rule === null) return null
  const { tenantId, workflowId } = request
  const runId = await findCollecting(tx, tenantId, workflowId, rule)
  if (runId === null) return null
  const added =
    rule.kind === 'debounce'
      ? { input: request.input, entry: run.entry, size: 1, isFull: false }
      : addItems(run, await readStartInput(tx, tenantId, runId), rule.maxSize)
  if (added === null) {
    await endCollecting(tx, tenantId, runId)
    return null
  }
  const { input, entry, size, isFull } = added
  const { row, facts, payloads } = newRunOf({ ...request, input, runId }, plan, at)
  const start = facts.map(withoutDeadline).find((fact) => fact.type === 'run_started')
  if (start?.type !== 'run_started') return null
  const { startedBy } = row
  const inMs = await replaceInput(tx, schema, {
    tenantId,
    runId,
    entry,
    rule,
    size,
    isFull,
    start,
    startedBy,
    payloads,
  })
  if (inMs === null) return null
  await noteAnswer(tx, request, { how: 'merged', runId })
  await noteFirstRun(tx, request, rules, runId)
  const lane = laneOf(request, entry)
  if (!isFull) return { outcome: 'merged', runId, admitted: [], openings: [{ lane, runId, inMs }] }
  return { outcome: 'merged', runId, ...(await admitRuns(tx, schema, { tenantId, limits, focus: { lanes: [lane] } })) }
}

interface AddedItems {
  readonly input: Json
  readonly entry: QueueEntry
  readonly size: number
  readonly isFull: boolean
}

/**
 * Adds the items of a request to the input of a run; null if the run must start without them: it would have too many, or an
 * input that its trigger, its keys or the size of a value do not allow.
 */
function addItems({ request, plan }: RunToAccept, known: Json, maxSize: number): AddedItems | null {
  const added = itemsOf(request.input)
  if (!isJsonObject(known) || !isJsonObject(request.input)) return null
  const items = [...itemsOf(known), ...added]
  if (items.length > maxSize) return null
  const input = { ...request.input, items }
  try {
    const trigger = plan.nodes.find(({ id }) => id === request.trigger)
    if (trigger !== undefined) checkRunInput(trigger, input)
    storeValue(input)
    const entry = queueEntryOf(plan, input)
    return { input, entry, size: added.length, isFull: items.length === maxSize }
  } catch (error) {
    if (!(error instanceof TenonError)) throw error
    return null
  }
}
