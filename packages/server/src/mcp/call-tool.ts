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
import type { ProblemIssue, TenonError } from '@tenon/core/errors'
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
import { answerForms, isAccepted } from './tasks.ts'

/** Most faults of arguments that an answer names. */
const MOST_FAULTS = 20

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
  const call: Call = { params, ctx, waitMs, runId: null }
  try {
    const toolRun = await waitForRun(caller, tool, call)
    const { asked, outcome } = toolRun
    if (outcome !== null) return toolResult(outcome)
    if (support.tasks) return createdTask(toolRun)
    if (support.forms && asked.length > 0 && !hasDeclined(ctx)) return askForInput(toolRun)
    return textResult(stillRunning(tool, toolRun.run.runId))
  } catch (error) {
    if (!isCallerFault(error)) {
      if (call.runId === null) throw error
      settings.logError(error)
    }
    return afterFault(tool, call, error)
  }
}

/** Answers a call that met a fault. Once there is a run, a model must know of it, or it starts another one. */
function afterFault(tool: ToolInfo, { runId }: Call, error: unknown): CallToolResult {
  // A model can correct its arguments, and reads results only.
  const fault = isCallerFault(error) ? refusal(error) : ''
  if (runId === null || isRightLost(error)) return textResult(fault, true)
  const isOfForm = isCallerFault(error) && error.code === 'REQUEST_INVALID'
  return isOfForm ? textResult(`${fault}\n${stillRunning(tool, runId)}`, true) : textResult(stillRunning(tool, runId))
}

const isRightLost = (error: unknown): boolean =>
  isCallerFault(error) && (error.code === 'FORBIDDEN' || error.code === 'UNAUTHENTICATED')

/** Checks whether a person has seen the forms of this call and filled in none: it does not ask for them again. */
function hasDeclined({ mcpReq }: ServerContext): boolean {
  const responses = Object.values(mcpReq.inputResponses ?? {})
  return responses.length > 0 && !responses.some(isAccepted)
}

interface Call {
  readonly params: CallParams
  readonly ctx: ServerContext
  readonly waitMs: number
  /** Run of the call, set as soon as there is one. */
  runId: RunId | null
}

async function waitForRun(caller: ProtocolCaller, tool: ToolInfo, call: Call): Promise<ToolRun> {
  const { params, ctx, waitMs } = call
  const { mcpReq, http } = ctx
  const state = mcpReq.requestState<string>()
  const continued = state === undefined ? undefined : await runOfState(caller, tool, state)
  call.runId = continued?.run.runId ?? null
  const watch = createRunWatch(caller, () => call.runId ?? undefined, reportProgress(ctx))
  const begin = async () => {
    if (continued !== undefined) {
      await answerForms(caller, continued, mcpReq.inputResponses ?? {})
      return { runId: continued.run.runId }
    }
    const input = inputOf(tool, (params.arguments ?? {}) as JsonObject)
    const key = http?.req?.headers.get('idempotency-key') ?? undefined
    const started = await caller.client.runs.start(
      tool.workflowId,
      // Without the trigger of the tool: a canary may start at another node.
      { input },
      key === undefined ? {} : { idempotencyKey: key },
    )
    call.runId = started.runId
    return started
  }
  // Nothing was decided, so nothing will happen.
  if (continued !== undefined && hasDeclined(ctx)) return continued
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

function stillRunning({ workflowName }: ToolInfo, runId: RunId): string {
  return `The run ${runId} of "${workflowName}" has not ended yet and continues. Do not call the tool again for the same purpose: that would start another run.`
}

function refusal({ code, message, remedy, details }: TenonError): string {
  const issues = Array.isArray(details?.issues) ? (details.issues as readonly ProblemIssue[]) : []
  const faults = issues.slice(0, MOST_FAULTS).map(({ path, message: fault }) => `- ${path.join('.')}: ${fault}`)
  return [`${message} (${code}).`, ...faults, ...(remedy === undefined ? [] : [remedy])].join('\n')
}
