import type { createOpenApiDocument } from '@tenon/core/api'
import type { TextFields } from '@tenon/core/collab'
import type { TenantId } from '@tenon/core/document'
import type { HttpClient, NodeRegistry } from '@tenon/core/node'
import type {
  BackgroundDeletions,
  Bus,
  DataTables,
  Engine,
  Files,
  ModelLedger,
  OpenInlineInputs,
  PayloadStore,
  RunLimits,
  RunReader,
  RuntimeLog,
} from '@tenon/runtime'
import type { AccountClients } from '@tenon/runtime/egress'
import type { StartRequestKeeper } from './accept-requests/start-request-keeper.ts'
import type { EventTypeRegistry } from './bus-events/event-types.ts'
import type { CallbackUrls } from './callbacks/callback-urls.ts'
import type { Connections } from './connections/connections.ts'
import type { FileLinks } from './files/file-links.ts'
import type { FormOptions } from './forms/form-options.ts'
import type { DataUsage } from './limits/data-limits.ts'
import type { TenantLimits } from './limits/tenant-limits.ts'
import type { MemberDirectory } from './members/member-directory.ts'
import type { DataRetention } from './retention/data-retention.ts'
import type { RolloutKeeper } from './rollouts/rollout-keeper.ts'
import type { SecretFields } from './secrets/secret-fields.ts'
import type { SecretStore } from './secrets/secret-store.ts'
import type { RunTails } from './streams/run-tails.ts'
import type { DraftAppender } from './tables/draft-appender.ts'
import type { ServerDatabase } from './tables/server-tables.ts'
import type { ConnectionVault } from './vault/connection-vault.ts'
import type { Lookups } from './vault/look-up.ts'
import type { EventKeeper } from './webhook-endpoints/event-keeper.ts'
import type { WebhookSecrets } from './webhook-endpoints/webhook-secrets.ts'
import type { WebhookAddresses } from './webhooks/webhook-addresses.ts'

/** Parts that the routes and sockets of one server share. */
export interface ServerContext {
  readonly database: ServerDatabase
  readonly draftAppender: DraftAppender
  readonly engine: Engine
  readonly reader: RunReader
  readonly openInlineInputs: OpenInlineInputs
  readonly registry: NodeRegistry
  /** True to refuse versions with node types that no running worker has. */
  readonly requiresWorkers: boolean
  /** False in a process that works in ticks only. */
  readonly hasBackground: boolean
  /** Makes and reads the URLs at which other systems continue runs. */
  readonly callbacks: CallbackUrls
  /** Makes and reads the addresses of webhooks. */
  readonly addresses: WebhookAddresses
  /** Makes and reads the addresses of forms. */
  readonly formAddresses: WebhookAddresses
  /** Look of the pages of forms. */
  readonly forms: FormOptions
  /** Encrypts and decrypts the values of secret params. */
  readonly secrets: SecretStore
  /** Opens the connections of tenants, and knows the connectors of the server. */
  readonly vault: ConnectionVault
  /** Name of the secret manager of the host; `null` without one. */
  readonly secretManagerTitle: string | null
  /** Lists things at the services of connections. */
  readonly lookups: Lookups
  /** The guarded clients. */
  readonly egress: HttpClient & AccountClients
  /** Secret params of the registered node types. */
  readonly secretFields: SecretFields
  /** Params of the registered node types that are edited by character. */
  readonly textFields: TextFields
  readonly bus: Bus
  readonly log: RuntimeLog
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  /** The sockets and event streams that are open in this process. */
  readonly connections: Connections
  readonly limits: TenantLimits
  /** Limits of the runs of a tenant, as the engine has them. */
  readonly runLimitsOf: (tenantId: TenantId) => RunLimits
  /** Decides how long the data of tenants is kept. */
  readonly retention: DataRetention
  /** Deletions of runs that continue after their requests were answered. */
  readonly deletions: BackgroundDeletions
  /** Moves and cancels runs of earlier versions, and watches canaries. */
  readonly rollouts: RolloutKeeper
  /** Types of events that the host has declared. */
  readonly eventTypes: EventTypeRegistry
  /** Starts the runs of events, and those that were requested in transactions of the host. */
  readonly startRequests: StartRequestKeeper
  /** Sends events to the endpoints of tenants, and gives them to the host. */
  readonly eventKeeper: EventKeeper
  /** Derives the secrets of endpoints. */
  readonly webhookSecrets: WebhookSecrets
  /** Measures what tenants store. */
  readonly dataUsage: DataUsage
  /** Files of the tenants. */
  readonly files: Files
  /** Data tables of the tenants, and their values under keys. */
  readonly dataTables: DataTables
  /** Use of models by runs, workflows and tenants. */
  readonly models: ModelLedger
  /** Makes and reads links to files. */
  readonly fileLinks: FileLinks
  /** Store of the host for large values; undefined without one. */
  readonly payloadStore: PayloadStore | undefined
  /** User directory of the host; `null` without one. */
  readonly members: MemberDirectory | null
  /** The runs that are followed in this process, each read once for all who follow it. */
  readonly runTails: RunTails
  /** Public address of the API with its base path, without a slash at the end. */
  readonly apiUrl: string
  /** Origins whose pages may call the API, that of the host first. */
  readonly pageOrigins: readonly string[]
  /** The OpenAPI document of this server, put together when it is first asked for. */
  readonly openApi: () => ReturnType<typeof createOpenApiDocument>
  /** Aborted when the server closes: streams end, health says so. */
  readonly closing: AbortSignal
}
