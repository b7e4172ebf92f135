import type { TenantId } from '@tenon/core/document'
import type { Connection, HttpCredentials, WaitFor } from '@tenon/core/node'
import type { Actor } from '@tenon/core/run'
import type { CallbackRef } from './commit/callback-placeholder.ts'
import type { Login } from './egress/logins.ts'
import type { RunRef } from './store/run-ref.ts'

/** Returns what only a body may know, just before it runs: values of secret params, callback URLs, connections. */
export interface SecretReader {
  /**
   * Decrypts the value of one secret.
   *
   * @param secretId - `$secret` of a marker.
   * @param field - Node type and param that the value was set for: `acme/mail.apiKey`.
   * @throws {@link TenonError} `SECRET_NOT_FOUND` for an unknown id, or one that was set for another field;
   * `UNAVAILABLE` if it cannot be read or decrypted now. With `details.waitsFor`, the name of a service that is down, the
   * attempt does not count, and is made again for as long as it takes.
   */
  reveal(tenantId: TenantId, secretId: string, field: string): Promise<string>
  /**
   * Returns the callback URL of a node run; `null` if the run did not make the placeholder, which stays as it is then.
   *
   * @throws {@link TenonError} `KEY_PROVIDER_REQUIRED` if the server has no key for callbacks, `CALLBACK_URL_UNKNOWN`,
   * `UNAVAILABLE`.
   */
  callbackUrl(tenantId: TenantId, callback: CallbackRef): Promise<string | null>
  /**
   * Decrypts the credentials of a connection for one attempt. Without this method, nodes with a connection fail with
   * `CONNECTION_NOT_FOUND`.
   *
   * @param run - Run whose node uses it, which decides whether it may.
   * @returns The connection; `reconnect` if a person must connect it again, for which the node run then waits.
   * @throws {@link TenonError} `CONNECTION_NOT_FOUND`, `CONNECTION_REFUSED` if the run may not use it, `SECRET_NOT_FOUND`;
   * `UNAVAILABLE` as for {@link SecretReader.reveal}.
   */
  openConnection?(run: RunRef, connectionId: string): Promise<OpenConnection | ReconnectNeeded>
  /**
   * Checks whether a person may decide what a node does with its connection: with params of others, the account of one
   * person would do what these want. Without this method, params of people are refused for nodes with a connection.
   *
   * @throws {@link TenonError} `CONNECTION_REFUSED` for the connection of another person.
   */
  checkParamsBy?(tenantId: TenantId, actor: Actor | null, connectionId: string): Promise<void>
}

/** A connection with its credentials in plain text, for one attempt. */
export interface OpenConnection {
  /** Data of the connection that the code of the node may use. */
  readonly connection: Connection
  /** Credentials, which the HTTP client adds to the requests of the node. */
  readonly credentials: HttpCredentials
  /** Paces the requests of the connection by HTTP. @defaultValue they are sent at once */
  readonly pace?: RequestPace
  /** Account at a database or a mail server. @defaultValue none: the connection is for HTTP */
  readonly login?: Login
  /** Texts to hide in errors, log lines and outputs: each secret, in each form in which a service may send it back. */
  readonly secrets: readonly string[]
}

/** Rate of the requests of a connection, over all processes. */
export interface RequestPace {
  /**
   * Waits until a request may be sent.
   *
   * @throws {@link TenonError} `CONNECTION_RATE_LIMITED` (details: `retryAfterMs`) if the wait would be too long for an attempt.
   */
  admit(abortSignal: AbortSignal | undefined): Promise<void>
  /** Receives the time for which the service wants no requests, as it answers with 429. */
  holdFor(waitMs: number): Promise<void>
}

/** A connection whose credentials are no longer valid. */
export interface ReconnectNeeded {
  /** The wait of the node run. */
  readonly reconnect: Omit<Extract<WaitFor, { kind: 'connection' }>, 'kind' | 'dueAt'>
}
