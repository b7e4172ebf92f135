import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import {
  type BegunModelCall,
  FALLBACK_CAUSES,
  type LanguageModel,
  type LanguageModelRequest,
  type LanguageModelResult,
  type ModelBudget,
  type ModelFallback,
  type ModelUsage,
  modelCostUsd,
  modelFailureCause,
  type NodeContext,
  type SpentModelCall,
} from '@tenon/core/node'
import { cutText } from '@tenon/core/text'
import { estimateTokens } from './estimate-tokens.ts'
import { toLoggedMessages } from './to-logged-messages.ts'

/** Longest stored text of a response. */
const KEPT_LENGTH = 60_000

/** Call of a model by a node. */
export interface ModelCall {
  readonly languageModel: LanguageModel
  /** Id of the model; empty for the first model of the host. */
  readonly model: string
  /** Models to ask when it fails, in order; empty for those of the catalog. @defaultValue those of the catalog */
  readonly fallbacks?: readonly ModelFallback[]
  /** Request without the model, which may be a fallback, and what the context has. */
  readonly request: Omit<LanguageModelRequest, 'model' | 'tenantId' | 'abortSignal'>
  /** Number of the answer within the node run, from 1, for the log. */
  readonly answer: number
  /** Messages at the end of the request that the log does not have from earlier answers. @defaultValue all */
  readonly newMessages?: number
  /** Budget of the node, besides those of the host. @defaultValue no limits */
  readonly budget?: ModelBudget
  /** Called with pieces of the text; those of a model that fails afterwards are followed by those of the next one. */
  readonly onText?: (text: string) => void
}

/** Answer to a {@link ModelCall}. */
export interface ModelAnswer {
  readonly result: LanguageModelResult
  /** Tokens and cost of this answer. */
  readonly usage: ModelUsage
  /** Writes the answer to the run log, once, with the fault that the caller has found in it. */
  record(fault?: { readonly code: string; readonly message: string }): void
}

type CallContext = Pick<NodeContext, 'abortSignal' | 'heartbeat' | 'log' | 'models' | 'tenantId' | 'toolCall'>

/**
 * Asks a model of the catalog, and its fallbacks in turn while they fail for causes that the fallbacks name. The run log
 * gets each failed call with its cause, as a call of the tool `model`, and which model was asked instead.
 *
 * Each call is counted before it is made, in the account of the context.
 *
 * @throws {@link TenonError} `BUDGET_EXCEEDED` before a call; `MODEL_FAILED` of the first model of which the failure is
 * retryable, else of the first one; an error of another kind as soon as a model throws it.
 */
export async function callModel(call: ModelCall, context: CallContext): Promise<ModelAnswer> {
  const { languageModel, onText } = call
  const { abortSignal, heartbeat, log, tenantId } = context
  const chain = chainOf(call)
  const failures: TenonError[] = []
  let index = 0
  for (let model = chain[index]; model !== undefined; model = chain[index]) {
    heartbeat()
    const recorder = recorderOf(call, model, context)
    let begun: BegunModelCall | null = null
    try {
      begun = await begin(call, model, context)
      const result = await languageModel.generate({ ...call.request, model, tenantId, abortSignal }, onText)
      const usage = usageOf(languageModel, model, result)
      await begun.end(spentOf(usage, recorder.durationMs()))
      const first = failures[0]
      const instead = first === undefined ? '' : ` instead of ${chain[0]}, which failed: ${first.message}`
      log('info', `${result.model || model} answered${instead}`, { ...usage, answer: call.answer })
      return { result, usage, record: recorder.answered(result, usage) }
    } catch (error) {
      // A call that was aborted is charged by providers, so it counts as it was estimated.
      abortSignal.throwIfAborted()
      await begun?.end(spentOf(undefined, recorder.durationMs()))
      const cause = modelFailureCause(error)
      // A call that a budget refused was not made.
      if (error instanceof TenonError && (begun !== null || cause !== null)) recorder.failed(error)
      if (!(error instanceof TenonError) || cause === null) throw error
      failures.push(error)
      const at = index
      index = chain.findIndex((each, position) => position > at && mayFollow(call, each, cause))
      const next = chain[index]
      if (next === undefined) throw failureOf(failures)
      log('warn', `${model} failed (${cause}), so ${next} is asked`, { model, cause, next, answer: call.answer })
    }
  }
  throw new TenonError('MODEL_FAILED', 'The server has no language model')
}

/** Counts a call with its estimate; a budget that does not allow it refuses it here. */
async function begin({ languageModel, request, budget }: ModelCall, model: string, { models }: CallContext) {
  const estimate = estimateTokens(request)
  const prices = languageModel.models.find(({ id }) => id === model)?.prices
  return models.begin({
    ...{ model, ...estimate, costUsd: modelCostUsd(estimate, prices) },
    ...(budget === undefined ? {} : { budget }),
  })
}

function spentOf(usage: ModelUsage | undefined, durationMs: number): SpentModelCall {
  const { inputTokens = 0, cachedInputTokens = 0, outputTokens = 0, costUsd } = usage ?? {}
  return { inputTokens, cachedInputTokens, outputTokens, costUsd, durationMs }
}

/** Returns the ids of the models in the order in which they are asked, each once. */
function chainOf({ languageModel, model, fallbacks }: ModelCall): readonly string[] {
  const first = model === '' ? languageModel.models[0]?.id : model
  if (first === undefined) return []
  return [...new Set([first, ...fallbacksOf(languageModel, first, fallbacks).map((each) => each.model)])]
}

function fallbacksOf(
  { models }: LanguageModel,
  model: string,
  own: readonly ModelFallback[] = [],
): readonly ModelFallback[] {
  return own.length > 0 ? own : (models.find(({ id }) => id === model)?.fallbacks ?? [])
}

function mayFollow(call: ModelCall, next: string, cause: ReturnType<typeof modelFailureCause>): boolean {
  const [first = ''] = chainOf(call)
  const fallback = fallbacksOf(call.languageModel, first, call.fallbacks).find(({ model }) => model === next)
  return (fallback?.on ?? FALLBACK_CAUSES).some((each) => each === cause)
}

/** Returns a retryable failure if there is one, since a later attempt of the node asks all of them again. */
function failureOf(failures: readonly TenonError[]): TenonError {
  const [first, ...others] = failures
  if (first === undefined) return new TenonError('MODEL_FAILED', 'The server has no language model')
  return first.retryable ? first : (others.find(({ retryable }) => retryable) ?? first)
}

function usageOf(
  { models }: LanguageModel,
  model: string,
  { usage, model: answered }: LanguageModelResult,
): ModelUsage {
  const costUsd = modelCostUsd(usage, models.find(({ id }) => id === model)?.prices)
  const named = cutText(answered === '' ? model : answered, 200, '')
  return { ...usage, model: named, ...(costUsd === undefined ? {} : { costUsd }) }
}

function recorderOf({ request, answer, newMessages }: ModelCall, model: string, { toolCall }: CallContext) {
  const startedAt = performance.now()
  const base = {
    tool: 'model',
    arguments: { model, answer, messages: toLoggedMessages(request.messages, newMessages) },
  }
  const durationMs = (): number => Math.round(performance.now() - startedAt)
  return {
    durationMs,
    failed: ({ code, message }: TenonError) =>
      toolCall({ ...base, error: { code, message }, durationMs: durationMs() }),
    /** Returns the function that records the answer, which has arrived now. */
    answered: ({ text, toolCalls, finishReason = 'stop' }: LanguageModelResult, usage: ModelUsage) => {
      const length = { durationMs: durationMs() }
      const kept: Json = {
        ...{ text: cutText(text, KEPT_LENGTH, '…'), finishReason },
        ...(toolCalls === undefined ? {} : { toolCalls: toolCalls.map((each) => ({ ...each })) }),
        ...usage,
      }
      return (fault?: { readonly code: string; readonly message: string }): void =>
        toolCall({ ...base, answer: kept, ...(fault === undefined ? {} : { error: fault }), ...length })
    },
  }
}
