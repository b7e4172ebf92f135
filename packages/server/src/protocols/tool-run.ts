import type { Approval, Run, ToolInfo } from '@tenon/core/api'
import { isJsonObject, type Json, type JsonObject, type JsonSchema, type RunId } from '@tenon/core/document'
import { ERROR_TABLE, TenonError } from '@tenon/core/errors'
import { isRunOver, type RunEvent } from '@tenon/core/run'
import { cutText } from '@tenon/core/text'
import type { ProtocolCaller } from './protocol-callers.ts'

/** A run that a tool has started, as one caller sees it. */
export interface ToolRun {
  readonly run: Run
  /** Open approvals on which the caller may still vote, oldest first; none once there is a result. */
  readonly asked: readonly Approval[]
  /** Result for the caller: the answer of a respond node, also while the run continues; `null` before there is one. */
  readonly outcome: ToolOutcome | null
}

/** Result of a run for its caller. */
export type ToolOutcome =
  | { readonly kind: 'completed'; readonly value: Json }
  /** The sentence has the remedy, if there is one. */
  | { readonly kind: 'failed'; readonly code: string; readonly sentence: string }
  | { readonly kind: 'canceled'; readonly sentence: string }

/** Checks whether an error is that of the caller, who may read it and act on it. */
export function isCallerFault(error: unknown): error is TenonError {
  return error instanceof TenonError && ERROR_TABLE[error.code].status < 500
}

/** Finds a tool by its name; `null` without one, also for callers who may not start runs. */
export async function findTool(caller: ProtocolCaller, name: string): Promise<ToolInfo | null> {
  // The query takes no other text.
  if (name.length === 0 || name.length > 64) return null
  try {
    const { items } = await caller.listTools({ name })
    return items[0] ?? null
  } catch (error) {
    if (isRefusal(error)) return null
    throw error
  }
}

/** Lists a page of the tools that a caller may use: none for callers who may not start runs. */
export async function listTools(caller: ProtocolCaller, cursor: string | undefined) {
  try {
    return await caller.listTools(cursor === undefined ? {} : { cursor })
  } catch (error) {
    if (isRefusal(error)) return { items: [], nextCursor: null }
    throw error
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof TenonError && error.code === 'FORBIDDEN'
}

/** Name of the argument with the input of a workflow whose input is no object. */
const WRAPPED = 'input'

/** Returns the schema of the arguments of a tool, which is always that of an object. */
export function argumentsSchema({
  inputSchema,
}: Pick<ToolInfo, 'inputSchema'>): JsonObject & { readonly type: 'object' } {
  if (inputSchema === null || typeof inputSchema === 'boolean') return { type: 'object' }
  if (takesObject(inputSchema)) return { ...inputSchema, type: 'object' }
  return { type: 'object', properties: { [WRAPPED]: inputSchema }, required: [WRAPPED] }
}

/** Returns the input of a run that is called with arguments. */
export function inputOf({ inputSchema }: Pick<ToolInfo, 'inputSchema'>, given: JsonObject): Json {
  const isWrapped = inputSchema !== null && typeof inputSchema !== 'boolean' && !takesObject(inputSchema)
  return isWrapped ? (given[WRAPPED] ?? null) : given
}

function takesObject(schema: Exclude<JsonSchema, boolean>): boolean {
  const { type } = schema
  return type === undefined || type === 'object' || (Array.isArray(type) && type.includes('object'))
}

/**
 * Reads a run with its result, or with what it asks of the caller.
 *
 * @throws {@link TenonError} `RUN_NOT_FOUND`, `FORBIDDEN`.
 */
export async function readToolRun(caller: ProtocolCaller, runId: RunId): Promise<ToolRun> {
  const { client, identity } = caller
  const run = await client.runs.get(runId)
  const outcome = await readOutcome(caller, run)
  if (outcome !== null) return { run, asked: [], outcome }
  const { items } = await client.approvals.list({ status: 'open', runId, limit: 200 })
  const asked = items.filter(
    ({ canDecide, votes }) => canDecide && votes.every(({ actor }) => actor.userId !== identity.userId),
  )
  return { run, asked: asked.reverse(), outcome }
}

/** Reads the result of a run: its answer, else the end of the run. */
async function readOutcome(caller: ProtocolCaller, run: Run): Promise<ToolOutcome | null> {
  const answer = await caller.readAnswer(run.runId)
  if (answer !== null) return { kind: 'completed', value: answer.body }
  if (!isRunOver(run.status)) return null
  if (run.status === 'completed') return { kind: 'completed', value: run.output }
  const { code = 'RUN_NOT_COMPLETED', message = 'The run did not complete', remedy } = run.error ?? {}
  const sentence = [message, remedy].filter((part) => part !== undefined).join('. ')
  return run.status === 'canceled' ? { kind: 'canceled', sentence } : { kind: 'failed', code, sentence }
}

/** Creates the check that ends a wait as soon as the run asks its caller for something, and counts its progress. */
export function createRunWatch(
  caller: ProtocolCaller,
  runIdOf: () => RunId | undefined,
  onProgress: (completed: number) => void | Promise<void>,
): (events: readonly RunEvent[]) => Promise<boolean> {
  let completed = 0
  return async (events) => {
    const before = completed
    completed += events.filter(({ type }) => type === 'node_completed').length
    if (completed > before) await onProgress(completed)
    const runId = runIdOf()
    if (runId === undefined || !events.some(({ type }) => type === 'approval_needed')) return false
    return (await readToolRun(caller, runId)).asked.length > 0
  }
}

/** Longest text of an approval for a client. */
const MAX_TEXT = 8_000

/** Returns the text that asks a person to decide: title, message, evidence and the call to approve. */
export function approvalText({ title, message, evidence, call }: Approval): string {
  const parts = [
    title,
    message,
    isJsonObject(evidence) && Object.keys(evidence).length === 0 ? '' : evidence === null ? '' : pretty(evidence),
    call === undefined ? '' : `Call of ${call.nodeType}: ${pretty(call.params)}`,
  ]
  const text = parts.filter((part) => part.trim() !== '').join('\n\n')
  return cutText(text, MAX_TEXT, '…')
}

function pretty(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}

/** Returns the form by which a person decides, as a flat JSON Schema. */
export function approvalForm({ choices }: Pick<Approval, 'choices'>) {
  return {
    type: 'object' as const,
    properties: {
      choice: { type: 'string' as const, title: 'Decision', enum: [...choices] },
      comment: { type: 'string' as const, title: 'Comment', maxLength: 4_000 },
    },
    required: ['choice'],
  }
}

/**
 * Votes on an approval with the values of its form. One that was closed meanwhile, or on which the caller has voted, stays as
 * it is.
 *
 * @throws {@link TenonError} `REQUEST_INVALID` for values that do not fit the form; `FORBIDDEN`.
 */
export async function decideByForm({ client }: ProtocolCaller, approval: Approval, values: unknown): Promise<void> {
  const { choice, comment } = isJsonObject(values as Json) ? (values as JsonObject) : {}
  if (typeof choice !== 'string' || !approval.choices.includes(choice)) {
    throw new TenonError('REQUEST_INVALID', `\`choice\` must be one of ${approval.choices.join(', ')}`, {
      remedy: 'Ask the person again, with the form of the request.',
    })
  }
  const hasComment = typeof comment === 'string' && comment.trim() !== ''
  try {
    await client.approvals.decide(approval.approvalId, { choice, ...(hasComment ? { comment } : {}) })
  } catch (error) {
    if (error instanceof TenonError && (error.code === 'APPROVAL_CLOSED' || error.code === 'APPROVAL_VOTED')) return
    throw error
  }
}
