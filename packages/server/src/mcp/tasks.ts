import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import type { RunId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { ProtocolCaller } from '../protocols/protocol-callers.ts'
import { approvalForm, approvalText, decideByForm, readToolRun, type ToolRun } from '../protocols/tool-run.ts'
import { taskFields, toolResult } from './task-results.ts'

/**
 * Reads a task: its result once the run has answered or ended, or the forms that it waits for.
 *
 * @throws {@link TenonError} `RUN_NOT_FOUND`, `FORBIDDEN`.
 */
export async function readTask(caller: ProtocolCaller, taskId: RunId): Promise<object> {
  const toolRun = await readToolRun(caller, taskId)
  const { asked, outcome } = toolRun
  if (outcome?.kind === 'canceled') return taskFields(toolRun, 'cancelled')
  // One that has failed is a result with an error: `failed` is for faults of the protocol.
  if (outcome !== null) return { ...taskFields(toolRun, 'completed'), result: toolResult(outcome) }
  if (asked.length === 0) return taskFields(toolRun, 'working')
  const requests = asked.map((approval) => [
    approval.approvalId,
    {
      method: 'elicitation/create',
      params: { mode: 'form', message: approvalText(approval), requestedSchema: approvalForm(approval) },
    },
  ])
  return { ...taskFields(toolRun, 'input_required'), inputRequests: Object.fromEntries(requests) }
}

/**
 * Gives a task the answers to forms that it waits for; others are ignored.
 *
 * @throws ProtocolError without answers.
 * @throws {@link TenonError} `RUN_NOT_FOUND`, `FORBIDDEN`, `REQUEST_INVALID`.
 */
export async function updateTask(
  caller: ProtocolCaller,
  taskId: RunId,
  responses: Readonly<Record<string, unknown>> | undefined,
): Promise<object> {
  if (responses === undefined) {
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      'tasks/update needs inputResponses, by the key of their request',
    )
  }
  await answerForms(caller, await readToolRun(caller, taskId), responses)
  return {}
}

/**
 * Cancels the run of a task; one that is over stays as it is.
 *
 * @throws {@link TenonError} `RUN_NOT_FOUND`, `FORBIDDEN`.
 */
export async function cancelTask({ client }: ProtocolCaller, taskId: RunId): Promise<object> {
  try {
    await client.runs.cancel(taskId)
  } catch (error) {
    if (!(error instanceof TenonError) || error.code !== 'RUN_CLOSED') throw error
  }
  return {}
}

/**
 * Decides the approvals of a run by the forms that a person has filled in. A form that was declined or closed decides nothing.
 *
 * @throws {@link TenonError} `REQUEST_INVALID`, `FORBIDDEN`.
 */
export async function answerForms(
  caller: ProtocolCaller,
  { asked }: ToolRun,
  responses: Readonly<Record<string, unknown>>,
): Promise<void> {
  for (const approval of asked) {
    const response = responses[approval.approvalId]
    if (isAccepted(response)) await decideByForm(caller, approval, response.content)
  }
}

/** Checks whether a person has filled in a form, and neither declined nor closed it. */
export function isAccepted(response: unknown): response is { readonly action: 'accept'; readonly content?: unknown } {
  return typeof response === 'object' && response !== null && 'action' in response && response.action === 'accept'
}
