import type { TenantId } from '../ids.ts'
import type { Json } from '../json.ts'
import type { HttpCredentials } from './http-credentials.ts'

/** Options of a request: method, headers, body and limits. */
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
   * Longest duration in milliseconds, including redirects and the body. Inside a node the timeout of its policy also
   * applies.
   *
   * @defaultValue no limit beside `abortSignal`; 30_000 without one
   */
  readonly timeoutMs?: number
  /**
   * Limit of the decompressed body in bytes; the host may set a lower one.
   *
   * @defaultValue 1_048_576
   */
  readonly maxResponseBytes?: number
  /**
   * Handling of redirects: follow them (at most five, credentials only within an origin), return the redirect to the
   * caller, or fail with `HTTP_REDIRECT_REFUSED`.
   *
   * @defaultValue 'follow'
   */
  readonly redirect?: 'follow' | 'return' | 'refuse'
  /**
   * Credentials to add while the request is sent; a redirect to another origin does not get them, and in the response
   * they are masked. A node with a connection need not set them: its client does.
   *
   * @defaultValue none
   */
  readonly httpCredentials?: HttpCredentials
}

/**
 * Response to a request, with any status: 404 and 500 are responses, not errors. `text()` and `json()` may be called
 * more than once.
 */
export interface HttpResponse {
  /** HTTP status, 200 to 599. */
  readonly status: number
  /** `true` for a status from 200 to 299. */
  readonly ok: boolean
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** URL of the response, after redirects. */
  readonly url: string
  /** Returns the decompressed body. */
  bytes(): Promise<Uint8Array>
  /**
   * Decodes the body as text, by the charset of the header, the byte order mark, or the declaration in HTML and XML.
   *
   * @throws {@link TenonError} `HTTP_RESPONSE_INVALID` for a content type that is not text, an unknown charset, or a
   * body that is not valid in its charset.
   */
  text(): Promise<string>
  /**
   * Parses the body as JSON, with any content type; integers beyond ±(2^53 − 1) become texts with their digits.
   *
   * @throws {@link TenonError} `HTTP_RESPONSE_INVALID`
   */
  json(): Promise<unknown>
}

/** Options of `fetch`, with the credentials that the client adds. */
export interface HttpFetchInit extends RequestInit {
  /** As {@link HttpRequestInit.httpCredentials}. @defaultValue none */
  readonly httpCredentials?: HttpCredentials
}

/** HTTP client of nodes. It refuses private addresses at the socket unless the host allows them. */
export interface HttpClient {
  /**
   * Sends a request and reads the whole response.
   *
   * @throws {@link TenonError} `EGRESS_REFUSED` for an address that is not allowed; `HTTP_FAILED` if no response
   * arrived or it was cut off (details: `sent`, `false` if the request did certainly not reach the service, and
   * `status` if it had arrived); `HTTP_RESPONSE_INVALID` for a body that cannot be decompressed;
   * `HTTP_RESPONSE_TOO_LARGE`; `HTTP_REDIRECT_REFUSED`; `NODE_TIMEOUT` for `timeoutMs`; `CONNECTION_HOST_REFUSED` for
   * a host that the credentials are not for.
   */
  request(url: string, init?: HttpRequestInit): Promise<HttpResponse>
  /** Standard `fetch` with the same rules, for SDK clients. */
  readonly fetch: (input: Parameters<typeof globalThis.fetch>[0], init?: HttpFetchInit) => Promise<Response>
}

/** A tenant's authorized account at a service; the vault keeps the secret. */
export interface Connection {
  /** Id of the connection within the tenant. */
  readonly connectionId: string
  /** Id of the connector of the service that the account belongs to. */
  readonly provider: string
  /** Settings of the account that are not secret. */
  readonly values: Readonly<Record<string, Json>>
}

/** A data key, encrypted by a {@link KeyProvider}. */
export interface WrappedKey {
  /** Names the key that encrypted it; 1 to 200 characters. */
  readonly keyId: string
  /** Encrypted data key, in the format of the provider. */
  readonly bytes: Uint8Array
}

/**
 * Encrypts and decrypts the data keys of tenants with a key of its own: a KMS, an HSM, a file. It gets data keys of 32
 * bytes, never a secret. If it throws, the call fails with `UNAVAILABLE`.
 */
export interface KeyProvider {
  /** Encrypts a data key. `context` must be given again to decrypt it. */
  wrapKey(dataKey: Uint8Array, context: { readonly tenantId: TenantId }): Promise<WrappedKey>
  /** Decrypts a data key, also one that an earlier key has encrypted. */
  unwrapKey(wrapped: WrappedKey, context: { readonly tenantId: TenantId }): Promise<Uint8Array>
}
