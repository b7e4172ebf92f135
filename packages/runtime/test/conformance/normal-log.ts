import type { JsonObject } from '@tenon/core/document'
import type { RunEvent } from '@tenon/core/run'
import type { ConformanceCase } from './conformance-case.ts'

/** Log of a run without what may differ between stores and after faults: the events of each node run, in order, and the end. */
export interface NormalLog {
  readonly status: string
  readonly nodeRuns: Readonly<Record<string, readonly string[]>>
}

/** Fields that depend on the clock, on attempts that were lost, or on random ids. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ...[
    'attempt',
    'durationMs',
    'lateMs',
    'dueAt',
    'deadlineAt',
    'receivedAt',
    'firedAt',
    'at',
    'seed',
    'eventId',
    'requestId',
  ],
  ...['childRunId', 'runId', 'hash', 'size', 'arrived', 'arrivals', 'how', 'message', 'actor', 'vote'],
])
/** Decisions that depend on the order in which parallel bodies end. */
const UNORDERED: ReadonlySet<string> = new Set(['join_waiting', 'nodes_skipped', 'node_dropped', 'wait_closed'])

/** Returns the normal form of a log, as section 3 of the design of the run log defines it for runs without a gated order. */
export function normalLogOf(events: readonly RunEvent[], runId: string): NormalLog {
  const nodeRuns: Record<string, string[]> = {}
  for (const event of events) {
    if (event.class === 'observation' || UNORDERED.has(event.type)) continue
    if (!('nodeRunId' in event) || event.nodeRunId === undefined) continue
    const { index } = event.data as { readonly index?: number }
    const key = index === undefined ? event.nodeRunId : `${event.nodeRunId}[${index}]`
    const lines = nodeRuns[key] ?? []
    nodeRuns[key] = lines
    lines.push(`${event.type} ${textOf(event.data)}`.replaceAll(runId, 'RUN'))
  }
  return { status: events.at(-1)?.type ?? 'none', nodeRuns }
}

function textOf(data: object): string {
  return JSON.stringify(data, (key, value: unknown) => (LEFT_OUT.has(key) ? undefined : value))
}

/** Returns the end of a log as a case names it. */
export function endOf(events: readonly RunEvent[]): ConformanceCase['ends'] {
  const end = events.at(-1)
  switch (end?.type) {
    case 'run_completed': {
      const last = events.findLast((event) => event.type === 'node_completed' && event.nodeRunId.startsWith('end'))
      const output = last?.type === 'node_completed' ? (last.data.output.inline as JsonObject | undefined) : undefined
      return { status: 'completed', ...(output === undefined ? {} : { output }) }
    }
    case 'run_error':
      return { status: 'failed', code: end.data.error.code }
    case 'run_canceled':
      return { status: 'canceled' }
    default:
      throw new Error(`The run ends with ${end?.type}`)
  }
}

/** Returns the node runs that have completed, sorted, without triggers and ends. */
export function completedOf(events: readonly RunEvent[]): readonly string[] {
  const completed = events.flatMap((event) => (event.type === 'node_completed' ? [event.nodeRunId] : []))
  return completed.filter((id) => id !== 'start' && !id.startsWith('end')).sort()
}
