import type { TenantId } from '../ids.ts'
import type { Json, JsonSchema } from '../json.ts'

/** What a request of a node sends, and how long and how much it waits for. */
export interface HttpRequestInit {
  /** HTTP method. @defaultValue 'GET' */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD'
  /** Request headers by name. @defaultValue none */
  readonly headers?: Readonly<Record<string, string>>
  /** Body to send; text is sent as UTF-8. @defaultValue none */
  readonly body?: string | Uint8Array
  /** Cancels the request. Inside a node, the signal of the attempt cancels it as well. */
  readonly abortSignal?: AbortSignal
  /**
   * Longest time for all of it, redirects and body included. Inside a node its policy's timeout holds anyway.
   *
   * @defaultValue no limit beside `abortSignal`; 30_000 without one
   */
  readonly timeoutMs?: number
  /**
   * Limit of the decompressed body; the host may have set a lower one.
   *
   * @defaultValue 1_048_576
   */
  readonly maxResponseBytes?: number
  /**
   * Handling of redirects: follow them (at most five times, credentials only within an
   * origin), give it to the caller, or fail with `HTTP_REDIRECT_REFUSED`.
   *
   * @defaultValue 'follow'
   */
  readonly redirect?: 'follow' | 'return' | 'refuse'
}

/**
 * The answer to a request, whatever its status: 404 and 500 are answers, not errors. `text()` and `json()` may be
 * called more than once.
 */
export interface HttpResponse {
  /** HTTP status, 200 to 599. */
  readonly status: number
  /** `true` for a status from 200 to 299. */
  readonly ok: boolean
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Where the answer came from, after redirects. */
  readonly url: string
  /** The body, decompressed. */
  bytes(): Promise<Uint8Array>
  /**
   * The body as text, by the charset of the header, the byte order mark, or what HTML and XML declare.
   *
   * @throws {@link TenonError} `HTTP_RESPONSE_INVALID` for a content type that is not text, an unknown charset, or a
   * body that is not valid in its charset.
   */
  text(): Promise<string>
  /**
   * The body as JSON, whatever its content type; integers beyond ±(2^53 − 1) are texts with their digits.
   *
   * @throws {@link TenonError} `HTTP_RESPONSE_INVALID`
   */
  json(): Promise<unknown>
}

/**
 * The only way out of a node: it refuses private addresses at the socket unless the host allows them.
 */
export interface HttpClient {
  /**
   * Sends a request and reads the whole response.
   *
   * @throws {@link TenonError} `EGRESS_REFUSED` for an address that is not allowed; `HTTP_FAILED` when no answer came
   * or it broke off (details: `sent`, `false` if the request surely did not reach the service, and `status` if one had
   * arrived); `HTTP_RESPONSE_INVALID` for a body that cannot be decompressed; `HTTP_RESPONSE_TOO_LARGE`;
   * `HTTP_REDIRECT_REFUSED`; `NODE_TIMEOUT` for `timeoutMs`.
   */
  request(url: string, init?: HttpRequestInit): Promise<HttpResponse>
  /** The same rules as a standard `fetch`, for SDK clients. */
  readonly fetch: typeof globalThis.fetch
}

/** One message of a conversation with a model. */
export interface ChatMessage {
  /** Author of the message; `system` gives instructions to the model. */
  readonly role: 'system' | 'user' | 'assistant'
  /** Text of the message. */
  readonly content: string
}

/** What a model is asked. `temperature` and `maxOutputTokens` are left to the provider unless they are given. */
export interface LanguageModelRequest {
  /** Name of the model, one of {@link LanguageModel.models}. */
  readonly model: string
  /** Conversation so far, oldest first. */
  readonly messages: readonly ChatMessage[]
  /** The answer must be JSON of this schema. */
  readonly responseSchema?: { readonly name: string; readonly schema: JsonSchema }
  /** Randomness of the answer; the range depends on the provider. @defaultValue the default of the provider */
  readonly temperature?: number
  /** Longest answer in tokens. @defaultValue the default of the provider */
  readonly maxOutputTokens?: number
  /** Cancels the call, which then rejects with the reason of the signal. */
  readonly abortSignal?: AbortSignal
}

/** Tokens that one call used, as the provider counts them. */
export interface LanguageModelUsage {
  /** Tokens of the messages. */
  readonly inputTokens: number
  /** Tokens of the answer. */
  readonly outputTokens: number
}

/** What a node run has used of models, all calls together; `model` is the one that answered last. */
export interface ModelUsage extends LanguageModelUsage {
  /** Model that answered last. */
  readonly model: string
}

/** What a model answered; `model` is the one that did, which may be more exact than the one that was asked. */
export interface LanguageModelResult {
  /** Answer of the model; JSON text when the request has a `responseSchema`. */
  readonly text: string
  /** `length`: the answer was cut at the token limit. @defaultValue 'stop' */
  readonly finishReason?: 'stop' | 'length'
  /** Model that answered, as the provider names it. */
  readonly model: string
  /** Tokens that the call used. */
  readonly usage: LanguageModelUsage
}

/** A chat model behind any provider. */
export interface LanguageModel {
  /** Model names to offer; the first is the default. */
  readonly models: readonly string[]
  /**
   * Asks once. An error, a refusal, a filter and an empty answer are failures; a cut answer is a result.
   *
   * @throws {@link TenonError} `MODEL_FAILED`, retryable when the provider says so (details: `status`, `code`, and
   * `reason`, the provider's own words, masked and cut).
   */
  generate(request: LanguageModelRequest): Promise<LanguageModelResult>
}

/** A tenant's authorized account at a service; the secret stays with the vault. */
export interface Connection {
  /** Id of the connection within the tenant. */
  readonly connectionId: string
  /** Name of the service that the account belongs to. */
  readonly provider: string
  /** Settings of the account that are not secret. */
  readonly values: Readonly<Record<string, Json>>
}

/** A data key as a {@link KeyProvider} has encrypted it. */
export interface WrappedKey {
  /** Names the key that encrypted it; 1 to 200 characters. */
  readonly keyId: string
  /** Encrypted data key, in the format of the provider. */
  readonly bytes: Uint8Array
}

/**
 * Keeps the key under which the data keys of tenants are encrypted: a KMS, an HSM, a file. It sees data keys of 32
 * bytes, never a secret. What it throws makes the call fail with `UNAVAILABLE`.
 */
export interface KeyProvider {
  /** Encrypts a data key. `context` must be given again to decrypt it. */
  wrapKey(dataKey: Uint8Array, context: { readonly tenantId: TenantId }): Promise<WrappedKey>
  /** Decrypts a data key, also one that an earlier key has encrypted. */
  unwrapKey(wrapped: WrappedKey, context: { readonly tenantId: TenantId }): Promise<Uint8Array>
}
