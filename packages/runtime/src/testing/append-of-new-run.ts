import type { Append, AppendOperation } from '../store/append.ts'

/** Creates the append that stores a new run with some operations, such as open waits. */
export function appendOfNewRun({
  tenantId,
  runId,
  at,
  startWeek = 1,
  operations,
}: {
  readonly tenantId: string
  readonly runId: string
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  /** Week of its partition of the log. */
  readonly startWeek?: number
  readonly operations: readonly AppendOperation[]
}): Append {
  const data = { planHash: 'p', semantics: 1, seed: 's', trigger: 'start', deadlineAt: null, actor: null }
  return {
    ...{ tenantId, runId, kind: 'create', expectTurn: 0, turns: 1, status: 'running', patch: null, payloads: [] },
    events: [
      {
        ...{ class: 'fact', id: 'start', at, turnOffset: 1, causeOffset: null },
        body: { type: 'run_started', data: { ...data, input: { hash: 'h', size: 2 } } },
      },
    ],
    create: {
      ...{ startWeek, traceId: 't', workflowId: 'w', version: '1', mode: 'live', engine: 'embedded' },
      ...{ planHash: 'p', semantics: 1, queuedAt: at },
      startedBy: { kind: 'trigger', trigger: { nodeId: 'start', name: 'Start', kind: 'start' } },
    },
    operations,
  }
}
