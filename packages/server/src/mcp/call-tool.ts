import {
  type CallToolResult,
  type InputRequiredResult,
  inputRequired,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { ToolInfo } from '@tenon/core/api'
import type { JsonObject, RunId } from '@tenon/core/document'
import type { TenonError } from '@tenon/core/errors'
import { isRunOver } from '@tenon/core/run'
import { cutText } from '@tenon/core/text'
import type { ProtocolCaller } from '../protocols/protocol-callers.ts'
import {
  approvalForm,
  approvalText,
  createRunWatch,
  findTool,
  inputOf,
  isCallerFault,
  readToolRun,
  type ToolRun,
} from '../protocols/tool-run.ts'
import { readSupport } from './client-support.ts'
import { createdTask, textResult, toolResult } from './task-results.ts'
import { answerForms } from './tasks.ts'

export interface CallSettings {
  readonly taskAfterMs: number
  readonly waitMs: number
  readonly logError: (error: unknown) => void
}

interface CallParams {
  readonly name: string
  readonly arguments?: Readonly<Record<string, unknown>> | undefined
}

/**
 * Starts a run of the workflow behind a tool, or continues one that has asked its caller, and answers with its result; with a
 * task if the client supports tasks and the run takes longer; with the forms that the run waits for if the client can show
 * them.
 *
 * @throws ProtocolError for an unknown tool or an unknown state.
 */
export async function callTool(
  caller: ProtocolCaller,
  settings: CallSettings,
  params: CallParams,
  ctx: ServerContext,
): Promise<CallToolResult | InputRequiredResult> {
  const tool = await findTool(caller, params.name)
  if (tool === null) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${cutText(params.name, 64, '…')}`)
  }
  const support = readSupport(ctx)
  const waitMs = support.tasks ? settings.taskAfterMs : settings.waitMs
  try {
    const toolRun = await waitForRun(caller, tool, { params, ctx, waitMs })
    const { run, asked } = toolRun
    if (isRunOver(run.status)) return await toolResult(caller, run)
    if (support.tasks) return createdTask(toolRun)
    if (support.forms && asked.length > 0) return askForInput(toolRun)
    return stillRunning(toolRun)
  } catch (error) {
    // A model can correct its arguments, and reads results only.
    if (!isCallerFault(error)) throw error
    return refused(error)
  }
}

interface Call {
  readonly params: CallParams
  readonly ctx: ServerContext
  readonly waitMs: number
}

async function waitForRun(caller: ProtocolCaller, tool: ToolInfo, { params, ctx, waitMs }: Call): Promise<ToolRun> {
  const { mcpReq, http } = ctx
  const state = mcpReq.requestState<string>()
  const continued = state === undefined ? undefined : await runOfState(caller, tool, state)
  let runId: RunId | undefined = continued?.run.runId
  const watch = createRunWatch(caller, () => runId, reportProgress(ctx))
  const begin = async () => {
    if (continued !== undefined) {
      await answerForms(caller, continued, mcpReq.inputResponses ?? {})
      return { runId: continued.run.runId }
    }
    const input = inputOf(tool, (params.arguments ?? {}) as JsonObject)
    const key = http?.req?.headers.get('idempotency-key') ?? undefined
    const started = await caller.client.runs.start(
      tool.workflowId,
      { input, trigger: tool.trigger },
      key === undefined ? {} : { idempotencyKey: key },
    )
    runId = started.runId
    return started
  }
  // Answers to some of the forms leave the others open, and their events have passed.
  if (continued !== undefined && continued.asked.length > Object.keys(mcpReq.inputResponses ?? {}).length) {
    await begin()
    return readToolRun(caller, continued.run.runId)
  }
  const held = await caller.holdRun({
    ...(continued === undefined ? {} : { runId: continued.run.runId }),
    ...{ begin, waitMs, abortSignal: mcpReq.signal, onEvents: watch },
  })
  return readToolRun(caller, held)
}

/** The state is the id of the run, which its caller may know: it gives no right that the caller does not have. */
async function runOfState(caller: ProtocolCaller, tool: ToolInfo, state: string): Promise<ToolRun> {
  try {
    const toolRun = await readToolRun(caller, state)
    if (toolRun.run.workflowId === tool.workflowId) return toolRun
  } catch (error) {
    if (!isCallerFault(error)) throw error
  }
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Invalid or expired requestState')
}

function reportProgress({ mcpReq }: ServerContext): (completed: number) => Promise<void> {
  const progressToken = mcpReq._meta?.progressToken
  if (progressToken === undefined) return async () => {}
  return (progress) => mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress } })
}

function askForInput({ run, asked }: ToolRun): InputRequiredResult {
  const requests = asked.map((approval) => [
    approval.approvalId,
    inputRequired.elicit({ message: approvalText(approval), requestedSchema: approvalForm(approval) }),
  ])
  return inputRequired({ inputRequests: Object.fromEntries(requests), requestState: run.runId })
}

function stillRunning({ run }: ToolRun): CallToolResult {
  return textResult(
    `The run ${run.runId} of "${run.workflowName}" has not ended yet and continues (${run.status}). Do not call the tool again for the same purpose: that would start another run.`,
  )
}

function refused({ code, message, remedy, details }: TenonError): CallToolResult {
  const issues = Array.isArray(details?.issues) ? (details.issues as readonly { message?: unknown }[]) : []
  const faults = issues.slice(0, 20).map(({ message: fault }) => `- ${String(fault)}`)
  return textResult([`${message} (${code}).`, ...faults, ...(remedy === undefined ? [] : [remedy])].join('\n'), true)
}
