import { createHash } from 'node:crypto'
import { Client, Connection, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client'
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common'
import type { RuntimeLog } from '../../engine.ts'
import type { RunRef } from '../../store/run-ref.ts'
import {
  connectionOptions,
  DEFAULT_TASK_QUEUE,
  TENANT_ATTRIBUTE,
  type TemporalEngineOptions,
  WORKFLOW_ATTRIBUTE,
} from './options.ts'
import { judgeShell, mayHaveTimedOut, type ShellDescription, type ShellHealth } from './shell-health.ts'
import { SHELL_WORKFLOW, type ShellState, WAKE_SIGNAL } from './shell-types.ts'

const MAX_FAIRNESS_KEY_BYTES = 64
const MAX_HISTORY_EVENTS = 8_000
const MOST_STOPPED = 1_000
/** Events of a history among which the newest end of a task of the shell is: signals may have come since. */
const NEWEST_EVENTS = 100
/** A call that takes longer is made again later. */
const CALL_TIMEOUT_MS = 10_000
/** Priority of Temporal for runs of normal priority, of 1 to 5; activities inherit it. Lower ones first. */
const USUAL_PRIORITY = 3

/** `WorkflowExecutionStatus` of Temporal's API. */
const [RUNNING, CANCELED, TERMINATED] = [1, 4, 5]

/** `stopped`: an operator has ended it. `gone`: unknown to Temporal, or ended in another way. */
export type FoundShell =
  | { readonly state: 'running'; readonly health: ShellHealth }
  | { readonly state: 'stopped' | 'gone' }

/** Starts, wakes and finds shells; all calls are idempotent. */
export interface ShellClient {
  start(run: RunRef & { readonly workflowId: string; readonly priority: number }): Promise<void>
  /** Wakes a shell. @returns `false` if it does not exist. */
  wake(runId: string): Promise<boolean>
  /** Finds the shell of a run. */
  find(runId: string): Promise<FoundShell>
  /** Finds the runs whose shells an operator has ended since an instant, ms since the Unix epoch; at most 1,000. */
  findStopped(since: number): Promise<readonly RunRef[]>
  close(): Promise<void>
}

export async function connectShellClient(
  options: TemporalEngineOptions,
  identity: string,
  log: RuntimeLog,
): Promise<ShellClient> {
  const { namespace = 'default', taskQueue = DEFAULT_TASK_QUEUE, maxHistoryEvents = MAX_HISTORY_EVENTS } = options
  const { tenantQueueOf = () => null, tenantQueues = [] } = options
  const connection = await Connection.connect(connectionOptions(options))
  let isReady = false
  /** Before the first start, and again after a failed one: a Temporal that lost its data has also lost these. */
  const prepare = async () => {
    if (!isReady) await ensureSearchAttributes(connection, namespace, log)
    isReady = true
  }
  await prepare()
  const { workflow } = new Client({ connection, namespace, identity })
  const tenantKey = defineSearchAttributeKey(TENANT_ATTRIBUTE, SearchAttributeType.KEYWORD)
  const workflowKey = defineSearchAttributeKey(WORKFLOW_ATTRIBUTE, SearchAttributeType.KEYWORD)

  /** Calls Temporal; returns undefined if no such shell is running. */
  const ask = async <Value>(call: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      return await connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, call)
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined
      throw error
    }
  }
  /** Checks the newest end of a task of the shell in its history, which has the first of the attempts that follow each other. */
  const hasTaskTimedOut = async (runId: string): Promise<boolean> => {
    const request = { namespace, execution: { workflowId: runId }, maximumPageSize: NEWEST_EVENTS }
    const answer = await ask(() => connection.workflowService.getWorkflowExecutionHistoryReverse(request))
    const ended = answer?.history?.events?.find(
      (event) =>
        event.workflowTaskTimedOutEventAttributes != null ||
        event.workflowTaskFailedEventAttributes != null ||
        event.workflowTaskCompletedEventAttributes != null,
    )
    return ended?.workflowTaskTimedOutEventAttributes != null
  }
  return {
    start: async ({ tenantId, runId, workflowId, priority }) => {
      const fairnessKey = fairnessKeyOf(tenantId)
      const state: ShellState = { tenantId, runId, cursor: 0, timers: [], held: [], fairnessKey, maxHistoryEvents }
      try {
        await prepare()
        await connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, () =>
          workflow.start(SHELL_WORKFLOW, {
            workflowId: runId,
            taskQueue: tenantQueueOf(tenantId) ?? taskQueue,
            args: [state],
            workflowIdReusePolicy: 'ALLOW_DUPLICATE',
            priority: { fairnessKey, priorityKey: USUAL_PRIORITY - priority },
            typedSearchAttributes: [
              { key: tenantKey, value: tenantId },
              { key: workflowKey, value: workflowId },
            ],
          }),
        )
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return
        isReady = false
        throw error
      }
    },
    wake: async (runId) => {
      const woken = await ask(async () => {
        await workflow.getHandle(runId).signal(WAKE_SIGNAL)
        return true
      })
      return woken ?? false
    },
    find: async (runId) => {
      const found = await ask(() => workflow.getHandle(runId).describe())
      const status = found?.status.code
      if (found !== undefined && status === RUNNING) {
        const description = found.raw as ShellDescription
        const hasTimedOut = mayHaveTimedOut(description) && (await hasTaskTimedOut(runId))
        return { state: 'running', health: judgeShell(description, Date.now(), hasTimedOut) }
      }
      return { state: status === TERMINATED || status === CANCELED ? 'stopped' : 'gone' }
    },
    findStopped: async (since) => {
      const query = [
        `WorkflowType = '${SHELL_WORKFLOW}'`,
        `TaskQueue IN (${[taskQueue, ...tenantQueues].map(quoted).join(', ')})`,
        `ExecutionStatus IN ('Terminated', 'Canceled')`,
        `CloseTime >= '${new Date(since).toISOString()}'`,
      ].join(' AND ')
      return connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, async () => {
        const stopped: RunRef[] = []
        for await (const { workflowId: runId, typedSearchAttributes } of workflow.list({ query, pageSize: 200 })) {
          const tenantId = typedSearchAttributes.get(tenantKey)
          if (tenantId !== undefined) stopped.push({ tenantId, runId })
          if (stopped.length >= MOST_STOPPED) break
        }
        return stopped
      })
    },
    close: () => connection.close(),
  }
}

/**
 * Returns the fairness key of a tenant. Temporal accepts at most 64 bytes; a longer tenant id is replaced by its hash.
 */
export function fairnessKeyOf(tenantId: string): string {
  if (Buffer.byteLength(tenantId) <= MAX_FAIRNESS_KEY_BYTES) return tenantId
  return createHash('sha256').update(tenantId).digest('hex')
}

/** Quotes a text for a query of Temporal's visibility. */
const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const KEYWORD = 2

/**
 * Registers missing search attributes of shells, so that a plain `temporal server start-dev` is sufficient. If only an
 * operator may do so (Temporal Cloud), the attributes must exist already.
 */
async function ensureSearchAttributes(
  { operatorService }: Pick<Connection, 'operatorService'>,
  namespace: string,
  log: RuntimeLog,
): Promise<void> {
  try {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace })
    const missing = [TENANT_ATTRIBUTE, WORKFLOW_ATTRIBUTE].filter((name) => customAttributes[name] === undefined)
    if (missing.length === 0) return
    const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]))
    await operatorService.addSearchAttributes({ namespace, searchAttributes })
  } catch (error) {
    log('warn', 'search_attributes.register_failed: an operator has to add them', { error: String(error) })
  }
}
