import type { UserId, WorkflowId } from '../ids.ts'
import type { ConnectorAuthKind, ConnectorField } from '../node/connector.ts'
import type { LookupChoice } from '../node/connector-parts.ts'
import type { IsoInstant } from './types.ts'

/** A service that tenants of this server can connect to. */
export interface ConnectorInfo {
  /** Id of the connector, unique on the server. */
  readonly id: string
  /** Name of the service. */
  readonly title: string
  /** Way in which its connections authenticate. */
  readonly auth: ConnectorAuthKind
  /** Fields to fill in for a new connection; none for OAuth, where the service asks its user. */
  readonly fields: readonly ConnectorField[]
  /** Hosts that get the credentials. Without any, the person who creates a connection enters them. */
  readonly allowedHosts: readonly string[]
  /** `true` if its connections can be tested. */
  readonly canTest: boolean
}

/** Users and workflows that may use a connection. */
export type ConnectionSharing =
  /** `tenant`: every workflow. `user`: runs that its owner has started. */
  | { readonly kind: 'tenant' | 'user' }
  /** Some workflows. */
  | {
      readonly kind: 'workflows'
      /** Workflows that may use the connection; 1 to 200. */
      readonly workflowIds: readonly WorkflowId[]
    }

/** State of a connection; `needs_reauth` means that its node runs wait until a person connects it again. */
export type ConnectionStatus = 'connected' | 'needs_reauth'

/** Time and author of a secret, whose value is never returned. */
export interface SetSecretField {
  /** Time at which the value was set. */
  readonly setAt: IsoInstant
  /** Display name of the person who set it. */
  readonly setBy: string
  /** `true` if a secret manager of the host keeps the value, and the connection has its reference alone. */
  readonly isReference: boolean
}

/** Services that tenants can connect to. */
export interface ConnectorList {
  /** Connectors of the server, in the order in which people choose. */
  readonly items: readonly ConnectorInfo[]
  /** Name of the secret manager whose secrets the caller may refer to; `null` if there is none, or the caller is no admin. */
  readonly secretManager: string | null
}

/** A tenant's account at a service. Its secrets are encrypted, and no route returns them. */
export interface ConnectionInfo {
  /** Id of the connection, unique within the tenant. */
  readonly id: string
  /** Name for people. */
  readonly name: string
  /** Connector of the service. */
  readonly connector: string
  /** Fields that are not secret, by name. */
  readonly values: Readonly<Record<string, string>>
  /** Secrets that are set, by name. */
  readonly secrets: Readonly<Record<string, SetSecretField>>
  /** Hosts that get the credentials. */
  readonly allowedHosts: readonly string[]
  /** Users and workflows that may use it. */
  readonly sharing: ConnectionSharing
  /** `true` if the host provides it: its secrets are in no table, and no person changes it here. */
  readonly isProvided: boolean
  /** Person who created it, or for whom the host provides it; empty if the host provides it for others. */
  readonly owner: { readonly userId: UserId; readonly displayName: string }
  /** True if the caller may change, connect and delete it: its owner and admins. */
  readonly mayChange: boolean
  /** State of the connection. */
  readonly status: ConnectionStatus
  /** Sentence that says why it needs to be connected again; `null` if it does not. */
  readonly statusReason: string | null
  /** Time at which it was created. */
  readonly createdAt: IsoInstant
  /** Time of its last change by a person. */
  readonly updatedAt: IsoInstant
}

/** Request to create a connection. */
export interface CreateConnection {
  /** Connector of the service. */
  readonly connector: string
  /** Name for people, 1 to 200 characters. */
  readonly name: string
  /** Fields that are not secret, by name. @defaultValue none */
  readonly values?: Readonly<Record<string, string>>
  /** Secrets by name, each of 1 to 16,384 characters. @defaultValue none */
  readonly secrets?: Readonly<Record<string, string>>
  /**
   * References to secrets that the secret manager of the host keeps, by the name of the secret, each of 1 to 1,000 characters.
   * They are given by admins, since a reference does not prove that a person knows the secret. @defaultValue none
   */
  readonly references?: Readonly<Record<string, string>>
  /** Hosts that get the credentials; for connectors without hosts of their own. 1 to 20. */
  readonly allowedHosts?: readonly string[]
  /** Users and workflows that may use it. @defaultValue every workflow of the tenant */
  readonly sharing?: ConnectionSharing
}

/**
 * Request to change a connection. A change of `values` or `allowedHosts` must give all secrets again, so that no person can
 * send a secret that they do not know to another host.
 */
export type UpdateConnection = Partial<Omit<CreateConnection, 'connector'>>

/** Page of the service on which a person allows access to an account. */
export interface ConnectionAuthorization {
  /** Address to open in a window of its own. */
  readonly url: string
}

/** Answer of the service to an authorization, which its window sends back to the page. */
export interface FinishAuthorization {
  /** Code of the service. */
  readonly code: string
  /** State that the service has returned unchanged. */
  readonly state: string
}

/** Result of a test of a connection. */
export interface ConnectionTest {
  /** `true` if the service accepted the credentials. */
  readonly ok: boolean
  /** Status of the response; `null` if none arrived. */
  readonly status: number | null
  /** Sentence about the result. */
  readonly message: string
}

/** Things at the service of a connection that a param can name. */
export interface LookupChoices {
  /** The first of them, at most 100. */
  readonly items: readonly LookupChoice[]
}

/** A workflow that uses a connection. */
export interface ConnectionUse {
  /** Workflow that uses it. */
  readonly workflowId: WorkflowId
  /** Present name of the workflow. */
  readonly workflowName: string
  /** `true` if its latest published version uses it. */
  readonly isPublished: boolean
  /** `true` if its draft uses it. */
  readonly isInDraft: boolean
}
