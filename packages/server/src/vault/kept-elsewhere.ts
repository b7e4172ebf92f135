import type { TenantId, UserId, WorkflowId } from '@tenon/core/document'

/** A connection whose secret a secret manager is asked for. */
export interface SecretRequest {
  /** Tenant of the connection. The manager must give it no secret of another one: its admins choose the references. */
  readonly tenantId: TenantId
  /** Reference that an admin of the tenant entered, 1 to 1,000 characters. */
  readonly reference: string
  /** Connector of the connection. */
  readonly connector: string
  /** Hosts that get the secret; none for a database or a mail server, whose host is a field of the connection. */
  readonly allowedHosts: readonly string[]
  /** Aborted after ten seconds. */
  readonly abortSignal: AbortSignal
}

/**
 * Store of secrets outside of Tenon, such as AWS Secrets Manager, Vault, or a table of the host. Connections refer to its
 * secrets, which are read when a request needs them, stay in memory for a short time, and are stored nowhere.
 */
export interface SecretManager {
  /** Name for people, 1 to 60 characters. */
  readonly title: string
  /** Time for which a secret stays in memory, in milliseconds, 0 to 300,000. @defaultValue 60_000 */
  readonly cacheMs?: number
  /**
   * Reads a secret. While it throws or does not answer within ten seconds, node runs wait and use no attempt.
   *
   * @returns The secret, 6 to 16,384 characters; `null` if the tenant has none with this reference, so that the node fails.
   */
  read(request: SecretRequest): Promise<string | null>
}

/** A connection of the host whose secrets are needed. */
export interface ConnectionRequest {
  /** Tenant of the connection. */
  readonly tenantId: TenantId
  /** Id of the connection: `host_` and the key. */
  readonly connectionId: string
  /** Key with which the host has provided it. */
  readonly key: string
  /** Its connector. */
  readonly connector: string
  /** Its fields that are not secret. */
  readonly values: Readonly<Record<string, string>>
  /** Hosts that get the secrets; none for a database or a mail server. */
  readonly allowedHosts: readonly string[]
  /** Person for whom the run acts, or who tests the connection; `null` for no person. */
  readonly principal: { readonly userId: UserId } | null
  /** Workflow of the run; `null` outside of one, as for a test. */
  readonly workflowId: WorkflowId | null
  /** Aborted after ten seconds. */
  readonly abortSignal: AbortSignal
}

/** Answer of {@link ResolveConnection}. */
export type ResolvedConnection =
  /** Secrets of the connector, by name: `accessToken` for OAuth, `apiKey`, `password`, `secretAccessKey` or `token`. */
  | {
      readonly secrets: Readonly<Record<string, string>>
      /** End of the secrets, in milliseconds since the Unix epoch: they are asked for again by then. @defaultValue a minute later */
      readonly expiresAt?: number
    }
  /**
   * The account must be connected again, with a sentence for the person who tests it. The node run that needs it waits until
   * the connection is provided again. Others ask for themselves: `provideConnection()` with `reconnect` speaks for all.
   */
  | { readonly reconnect: string }

/**
 * Returns the secrets of a connection that the host has provided; `null` if it does not exist any more, so that the node
 * fails. They stay in memory for at most a minute, for the same person and workflow, and are stored nowhere. While it throws
 * or does not answer within ten seconds, node runs wait and use no attempt.
 */
export type ResolveConnection = (request: ConnectionRequest) => Promise<ResolvedConnection | null>
