import type { TenantId } from '../ids.ts'
import type { JsonSchema } from '../json.ts'
import type { ModelFailureCause } from './model-failure.ts'

/** A file in a message, such as a picture: the model gets its bytes. */
export interface FilePart {
  /** Kind of the part. */
  readonly type: 'file'
  /** Media type, such as `image/png` or `application/pdf`. */
  readonly mediaType: string
  /** Name of the file. @defaultValue none */
  readonly name?: string
  /** Content of the file. */
  readonly bytes: Uint8Array
}

/** Text in a message that has parts. */
export interface TextPart {
  /** Kind of the part. */
  readonly type: 'text'
  /** The text. */
  readonly text: string
}

/** A call of a tool that a model asks for. It is a request: the caller decides if the tool is called. */
export interface ModelToolCall {
  /** Names the call in the message with its result. Models may use an id again in a later message. */
  readonly id: string
  /** Name of the tool; the model may name one that it was not offered. */
  readonly name: string
  /** Arguments as the model has written them: JSON as a rule, but it may be cut or not fit the schema of the tool. */
  readonly arguments: string
}

/** Instructions to the model. */
export interface SystemMessage {
  /** Author of the message. */
  readonly role: 'system'
  /** Text of the message. */
  readonly content: string
}

/** Input of the user or of the workflow. */
export interface UserMessage {
  /** Author of the message. */
  readonly role: 'user'
  /** Text of the message, or its parts in order. */
  readonly content: string | readonly (TextPart | FilePart)[]
}

/** An earlier response of the model. */
export interface AssistantMessage {
  /** Author of the message. */
  readonly role: 'assistant'
  /** Text of the message; empty if the model only called tools. */
  readonly content: string
  /** Tools that the model called; the messages with their results come next. @defaultValue none */
  readonly toolCalls?: readonly ModelToolCall[]
}

/** Result of a tool that the model called. */
export interface ToolMessage {
  /** Author of the message. */
  readonly role: 'tool'
  /** The {@link ModelToolCall} that it belongs to. */
  readonly toolCallId: string
  /** Result, or the reason why there is none, as text for the model. */
  readonly content: string
}

/** One message of a conversation with a model. */
export type ChatMessage = SystemMessage | UserMessage | AssistantMessage | ToolMessage

/** A tool that a model may call. */
export interface ModelTool {
  /** `^[a-zA-Z0-9_-]{1,64}$`, unique within the request. */
  readonly name: string
  /** Sentence from which the model decides when to call the tool. */
  readonly description: string
  /** JSON Schema of the arguments, of the type `object`. */
  readonly parameters: JsonSchema
}

/** Prices of a model, in US dollars for a million tokens. */
export interface ModelPrices {
  /** Tokens of the messages. */
  readonly input: number
  /** Tokens of the messages that the provider had in its cache. @defaultValue the price of `input` */
  readonly cachedInput?: number
  /** Tokens of the response, also those that a model uses to think. */
  readonly output: number
}

/** Model to ask instead of another one that has failed. */
export interface ModelFallback {
  /** Id of the model, one of the same catalog. */
  readonly model: string
  /** Failures after which it is asked. @defaultValue {@link FALLBACK_CAUSES}: those that say nothing about the request */
  readonly on?: readonly ModelFailureCause[]
}

/** A model of the catalog of a host. */
export interface ModelInfo {
  /** Name by which workflows and requests choose the model; 1 to 200 characters. */
  readonly id: string
  /** Name for people. @defaultValue the id */
  readonly title?: string
  /** Longest request and response together, in tokens. @defaultValue unknown */
  readonly contextTokens?: number
  /** Prices, from which the cost of each call follows. @defaultValue unknown, so that cost is not counted */
  readonly prices?: ModelPrices
  /** Day from which the provider does not serve the model any more, as `2026-11-30`. @defaultValue none is known */
  readonly retiresOn?: string
  /** Id of the model to use instead when this one retires. @defaultValue none */
  readonly replacement?: string
  /** Models to ask when this one fails, in this order; a node may name others. @defaultValue none */
  readonly fallbacks?: readonly ModelFallback[]
}

/** Request to a model. */
export interface LanguageModelRequest {
  /** Id of the model, one of {@link LanguageModel.models}. */
  readonly model: string
  /** Tenant for whom the model is asked, so that its own key can be used. Nodes always pass it. @defaultValue none */
  readonly tenantId?: TenantId
  /** Conversation so far, oldest first. */
  readonly messages: readonly ChatMessage[]
  /** Tools that the model may call. @defaultValue none */
  readonly tools?: readonly ModelTool[]
  /**
   * Use of tools: by choice, never, or at least one call. Without `tools` it is ignored.
   *
   * @defaultValue 'auto'
   */
  readonly toolChoice?: 'auto' | 'none' | 'required'
  /** JSON Schema of the response. @defaultValue plain text */
  readonly responseSchema?: { readonly name: string; readonly schema: JsonSchema }
  /** Randomness of the response; the range depends on the provider. @defaultValue the default of the provider */
  readonly temperature?: number
  /** Longest response in tokens. @defaultValue the default of the provider */
  readonly maxOutputTokens?: number
  /** Cancels the call, which then rejects with the reason of the signal. */
  readonly abortSignal?: AbortSignal
}

/** Tokens that one call used, as the provider counts them. */
export interface LanguageModelUsage {
  /** Tokens of the messages. */
  readonly inputTokens: number
  /** Tokens of the messages that the provider had in its cache, part of `inputTokens`. @defaultValue unknown */
  readonly cachedInputTokens?: number
  /** Tokens of the response. */
  readonly outputTokens: number
}

/** Use of models by a node run, all calls together. */
export interface ModelUsage extends LanguageModelUsage {
  /** Model that answered last. */
  readonly model: string
  /** Answers that were counted. @defaultValue 1 */
  readonly calls?: number
  /** Cost of the calls of models with prices, in US dollars. @defaultValue no model that was called has prices */
  readonly costUsd?: number
}

/** Response of a model; `model` may be more specific than the requested one. */
export interface LanguageModelResult {
  /** Text of the response; JSON text if the request has a `responseSchema`. Empty if the model only called tools. */
  readonly text: string
  /** Tools that the model calls; never empty. @defaultValue none */
  readonly toolCalls?: readonly ModelToolCall[]
  /**
   * Reason for the end of the response. `length`: it was cut at the token limit, so that the last tool call may be cut
   * too. `tool-calls`: the model waits for the results of `toolCalls`.
   *
   * @defaultValue 'stop'
   */
  readonly finishReason?: 'stop' | 'length' | 'tool-calls'
  /** Model that answered, as the provider names it. */
  readonly model: string
  /** Tokens that the call used. */
  readonly usage: LanguageModelUsage
}

/** A chat model of any provider. */
export interface LanguageModel {
  /** Models to offer; the first is the default. */
  readonly models: readonly ModelInfo[]
  /**
   * Sends one request. An error, a refusal, a filter and an empty response are failures; a cut response is a result.
   *
   * @param onText Called with each piece of the text as it arrives, in order. Its pieces together are the text of the
   * result. A model that cannot stream never calls it.
   * @throws {@link TenonError} `MODEL_FAILED`, retryable if the provider reports it so (details: `cause`, a
   * {@link ModelFailureCause}, `status`, `code`, and `reason`, the message of the provider, masked and cut), also for a
   * stream that was cut.
   */
  generate(request: LanguageModelRequest, onText?: (text: string) => void): Promise<LanguageModelResult>
}
