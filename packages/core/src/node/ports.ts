import type { Json, JsonSchema } from '../json.ts'

/** What a request of a node sends, and how long and how much it waits for. */
export interface HttpRequestInit {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly abortSignal?: AbortSignal
  /** @defaultValue 30_000 */
  readonly timeoutMs?: number
  /** @defaultValue 1_048_576 */
  readonly maxResponseBytes?: number
}

/**
 * The answer to a request, whatever its status: 404 and 500 are answers, not errors. `text()` and `json()` may be
 * called more than once.
 */
export interface HttpResponse {
  readonly status: number
  readonly ok: boolean
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Where the answer came from, after redirects. */
  readonly url: string
  text(): Promise<string>
  json(): Promise<unknown>
}

/**
 * The only way out of a node: it refuses private addresses at the socket unless the host allows them.
 */
export interface HttpClient {
  /**
   * @throws {@link TenonError} `EGRESS_REFUSED` for an address that is not allowed, `HTTP_FAILED` when no
   * answer came, `HTTP_RESPONSE_TOO_LARGE`, `NODE_TIMEOUT`.
   */
  request(url: string, init?: HttpRequestInit): Promise<HttpResponse>
  /** The same rules as a standard `fetch`, for SDK clients. */
  readonly fetch: typeof globalThis.fetch
}

/** One message of a conversation with a model. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

/** What a model is asked. `temperature` and `maxOutputTokens` are left to the provider unless they are given. */
export interface LanguageModelRequest {
  readonly model: string
  readonly messages: readonly ChatMessage[]
  /** The answer must be JSON of this schema. */
  readonly responseSchema?: { readonly name: string; readonly schema: JsonSchema }
  readonly temperature?: number
  readonly maxOutputTokens?: number
  readonly abortSignal?: AbortSignal
}

/** Tokens that one call used, as the provider counts them. */
export interface LanguageModelUsage {
  readonly inputTokens: number
  readonly outputTokens: number
}

/** What a node run has used of models, all calls together; `model` is the one that answered last. */
export interface ModelUsage extends LanguageModelUsage {
  readonly model: string
}

/** What a model answered; `model` is the one that did, which may be more exact than the one that was asked. */
export interface LanguageModelResult {
  readonly text: string
  readonly model: string
  readonly usage: LanguageModelUsage
}

/** A chat model behind any provider. */
export interface LanguageModel {
  /** Model names to offer; the first is the default. */
  readonly models: readonly string[]
  /** @throws {@link TenonError} `MODEL_FAILED`, retryable when the provider says so. */
  generate(request: LanguageModelRequest): Promise<LanguageModelResult>
}

/** A tenant's authorized account at a service; the secret stays with the vault. */
export interface Connection {
  readonly connectionId: string
  readonly provider: string
  readonly values: Readonly<Record<string, Json>>
}
