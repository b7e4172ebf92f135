import type {
  Approval,
  Change,
  CreateWorkflow,
  DecideApproval,
  Draft,
  Ledger,
  Me,
  Page,
  PatchDraft,
  PublishVersion,
  PutDraft,
  Run,
  RunFilter,
  RunSummary,
  SetSecret,
  SocketTicket,
  StartedRun,
  StartRun,
  SyncDraft,
  SyncedDraft,
  TryDraft,
  UpdateWorkflow,
  Version,
  VersionWithDocument,
  Workflow,
} from '../api/types.ts'
import type { SecretMarker } from '../document/secret-marker.ts'
import type { TenonError } from '../errors/tenon-error.ts'
import type { NodeManifest } from '../node/definition.ts'
import type { RunEventFrame } from '../run/events.ts'

/** The part of an open WebSocket that a run stream uses. */
export interface StreamSocket {
  addEventListener(type: 'message', listener: (message: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void
  addEventListener(type: 'error', listener: () => void): void
  close(code?: number): void
}

/** Opens a WebSocket: the class of a browser, and that of the `ws` package in Node. */
export type WebSocketConstructor = new (url: string, protocol: string) => StreamSocket

/** Where the API is and how its requests are signed in and sent. */
export interface TenonClientOptions {
  /** Public address of the server adapter, with its base path: `https://app.example/automation`. */
  readonly baseUrl: string
  /** Bearer token for each request; left out when cookies carry the session. */
  readonly getToken?: () => string | null | Promise<string | null>
  /** @defaultValue globalThis.fetch */
  readonly fetch?: typeof globalThis.fetch
  /** @defaultValue globalThis.WebSocket */
  readonly WebSocket?: WebSocketConstructor
}

/** What each call of the client takes besides its own arguments; aborting rejects with the reason of the signal. */
export interface RequestOptions {
  readonly abortSignal?: AbortSignal
  /**
   * Lets the request outlive the page, for what is saved while the page is left. Browsers refuse such requests above
   * 64 KiB in all. @defaultValue false
   */
  readonly keepalive?: boolean
}

/**
 * How a followed run stands: being connected, hearing events as they come, waiting to connect again, or over for good.
 */
export type StreamState = 'connecting' | 'live' | 'retrying' | 'closed'

/** From where a run is followed and who hears of it. */
export interface RunStreamOptions {
  /** Last `seq` already known. @defaultValue 0 */
  readonly after?: number
  /** Frames in order of `seq`, without gap or duplicate, across reconnects. */
  readonly onEvents: (frames: readonly RunEventFrame[]) => void
  /** `error` comes with `closed` when the stream cannot go on: no such run, no right to read it. */
  readonly onState?: (state: StreamState, error?: TenonError) => void
}

/**
 * The API of a Tenon server, typed. Every method throws {@link TenonError} with the code of the problem that
 * the server answered, or `UNAVAILABLE` when no answer came.
 */
export interface TenonClient {
  readonly me: (options?: RequestOptions) => Promise<Me>
  readonly nodeManifest: (options?: RequestOptions) => Promise<NodeManifest>
  readonly workflows: {
    list(
      query?: { cursor?: string; limit?: number; deleted?: boolean },
      options?: RequestOptions,
    ): Promise<Page<Workflow>>
    create(body: CreateWorkflow, options?: RequestOptions): Promise<Workflow>
    get(workflowId: string, options?: RequestOptions): Promise<Workflow>
    update(workflowId: string, body: UpdateWorkflow, options?: RequestOptions): Promise<Workflow>
    remove(workflowId: string, options?: RequestOptions): Promise<void>
    restore(workflowId: string, options?: RequestOptions): Promise<Workflow>
  }
  readonly drafts: {
    get(workflowId: string, options?: RequestOptions): Promise<Draft>
    patch(workflowId: string, body: PatchDraft, options?: RequestOptions): Promise<Draft>
    put(workflowId: string, body: PutDraft, etag: string, options?: RequestOptions): Promise<Draft>
    /** Exchanges Yjs updates without a socket; bytes are base64 (`lib0/buffer` converts them). */
    sync(workflowId: string, body: SyncDraft, options?: RequestOptions): Promise<SyncedDraft>
    /** Stores the value of a secret param. @returns The marker to put in its place in the draft. */
    setSecret(workflowId: string, body: SetSecret, options?: RequestOptions): Promise<SecretMarker>
    try(workflowId: string, body: TryDraft, options?: RequestOptions): Promise<StartedRun>
  }
  readonly versions: {
    publish(workflowId: string, body?: PublishVersion, options?: RequestOptions): Promise<Version>
    list(
      workflowId: string,
      query?: { cursor?: string; limit?: number },
      options?: RequestOptions,
    ): Promise<Page<Version>>
    get(workflowId: string, version: string, options?: RequestOptions): Promise<VersionWithDocument>
  }
  readonly runs: {
    start(
      workflowId: string,
      body: StartRun,
      options?: RequestOptions & { idempotencyKey?: string },
    ): Promise<StartedRun>
    get(runId: string, options?: RequestOptions): Promise<Run>
    list(filter?: RunFilter, options?: RequestOptions): Promise<Page<RunSummary>>
    cancel(runId: string, options?: RequestOptions): Promise<Run>
    ledger(runId: string, options?: RequestOptions): Promise<Ledger>
    /** Streams the run log by WebSocket, else by server-sent events, resuming after the last `seq`. Returns `stop`. */
    stream(runId: string, options: RunStreamOptions): () => void
  }
  readonly approvals: {
    list(
      query?: { status?: 'open' | 'closed'; runId?: string; cursor?: string; limit?: number },
      options?: RequestOptions,
    ): Promise<Page<Approval>>
    decide(approvalId: string, body: DecideApproval, options?: RequestOptions): Promise<Approval>
  }
  readonly changes: {
    /**
     * Follows what changes in the tenant, so that lists and open pages can read it again. All subscriptions of one
     * client share one connection: a WebSocket, else server-sent events, else a `ready` every 15 s. The listener gets
     * one or more hints a call; `ready` comes first on each connection, and whenever hints may have been lost. Subscribe
     * before the first read. Nothing is called after `unsubscribe`, which may be called any number of times.
     *
     * @returns `unsubscribe`
     */
    subscribe(listener: (changes: readonly Change[]) => void): () => void
  }
  readonly sockets: {
    ticket(options?: RequestOptions): Promise<SocketTicket>
    /** `wss://…/workflows`; a stock y-websocket provider appends `/{id}/collab` given as room name. */
    readonly collabUrl: string
  }
}
