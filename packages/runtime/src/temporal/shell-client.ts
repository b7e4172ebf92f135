import { createHash } from 'node:crypto'
import { Client, Connection, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client'
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common'
import { DEFAULT_TASK_QUEUE, TENANT_ATTRIBUTE, type TemporalEngineOptions, WORKFLOW_ATTRIBUTE } from './options.ts'
import { POKE_SIGNAL, SHELL_WORKFLOW, type ShellState } from './shell-types.ts'

const MAX_FAIRNESS_KEY_BYTES = 64

/** Starts and pokes shells; both may be repeated. */
export interface ShellClient {
  start(run: { readonly tenantId: string; readonly runId: string; readonly workflowId: string }): Promise<void>
  /** @returns false when the shell is gone. */
  poke(runId: string): Promise<boolean>
  close(): Promise<void>
}

export async function connectShellClient(options: TemporalEngineOptions): Promise<ShellClient> {
  const { address, namespace = 'default', apiKey, tls, taskQueue = DEFAULT_TASK_QUEUE } = options
  const connection = await Connection.connect({
    address,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(tls === undefined ? {} : { tls }),
  })
  const client = new Client({ connection, namespace })
  const tenantKey = defineSearchAttributeKey(TENANT_ATTRIBUTE, SearchAttributeType.KEYWORD)
  const workflowKey = defineSearchAttributeKey(WORKFLOW_ATTRIBUTE, SearchAttributeType.KEYWORD)
  return {
    start: async ({ tenantId, runId, workflowId }) => {
      const fairnessKey = fairnessKeyOf(tenantId)
      const state: ShellState = { tenantId, runId, cursor: 0, timers: [], fairnessKey }
      try {
        await client.workflow.start(SHELL_WORKFLOW, {
          workflowId: runId,
          taskQueue,
          args: [state],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          priority: { fairnessKey },
          typedSearchAttributes: [
            { key: tenantKey, value: tenantId },
            { key: workflowKey, value: workflowId },
          ],
        })
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
      }
    },
    poke: async (runId) => {
      try {
        await client.workflow.getHandle(runId).signal(POKE_SIGNAL)
        return true
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false
        throw error
      }
    },
    close: () => connection.close(),
  }
}

/** Temporal takes keys of at most 64 bytes; a longer tenant id goes in by its hash. */
export function fairnessKeyOf(tenantId: string): string {
  if (Buffer.byteLength(tenantId) <= MAX_FAIRNESS_KEY_BYTES) return tenantId
  return createHash('sha256').update(tenantId).digest('hex')
}
