import type { CallToolResult } from '@modelcontextprotocol/server'
import type { Run } from '@tenon/core/api'
import { isJsonObject } from '@tenon/core/document'
import type { ToolOutcome, ToolRun } from '../protocols/tool-run.ts'

/** Wait between two looks at a task. */
const POLL_MS = 1_000

/** The states of a task that are not over. */
export type OpenStatus = 'working' | 'input_required'

/** Returns the common fields of a task, whose id is that of its run. */
export function taskFields({ run, asked }: ToolRun, status: OpenStatus | 'completed' | 'cancelled') {
  const opened = asked.map(({ openedAt }) => openedAt)
  const [lastUpdatedAt] = [run.queuedAt, run.startedAt, run.finishedAt, ...opened]
    .filter((at) => at !== null)
    .sort()
    .reverse()
  return {
    taskId: run.runId,
    status,
    ...statusMessage(run),
    createdAt: run.queuedAt,
    lastUpdatedAt: lastUpdatedAt ?? run.queuedAt,
    // Kept as long as its run.
    ttlMs: null,
    pollIntervalMs: POLL_MS,
  }
}

function statusMessage({ status, workflowName }: Run): { readonly statusMessage?: string } {
  if (status === 'queued') return { statusMessage: `"${workflowName}" is queued` }
  if (status === 'paused') return { statusMessage: `"${workflowName}" is paused by a person` }
  if (status === 'waiting') return { statusMessage: `"${workflowName}" waits` }
  return {}
}

/** Returns the answer to a call that has become a task. Its form is not part of the types of a call. */
export function createdTask(toolRun: ToolRun): CallToolResult {
  return { resultType: 'task', ...taskFields(toolRun, 'working') } as unknown as CallToolResult
}

/** Returns the result of a run as that of its call. */
export function toolResult(outcome: ToolOutcome): CallToolResult {
  if (outcome.kind === 'failed') return textResult(`${outcome.sentence} (${outcome.code})`, true)
  if (outcome.kind === 'canceled') return textResult(outcome.sentence, true)
  const { value } = outcome
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return isJsonObject(value) ? { ...textResult(text), structuredContent: value } : textResult(text)
}

/** Returns a text as the result of a call. */
export function textResult(text: string, isError = false): CallToolResult {
  return { content: [{ type: 'text', text }], ...(isError ? { isError } : {}) }
}
