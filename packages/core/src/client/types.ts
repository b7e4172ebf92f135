import type {
  ConnectionAuthorization,
  ConnectionInfo,
  ConnectionTest,
  ConnectionUse,
  ConnectorList,
  CreateConnection,
  FinishAuthorization,
  LookupChoices,
  UpdateConnection,
} from '../api/connection-types.ts'
import type {
  EventTypes,
  EventWait,
  ListedEvent,
  SendEvent,
  SentEvent,
  StartRequest,
  StartRequestState,
} from '../api/event-types.ts'
import type {
  ParkedGroup,
  ParkedNodeRun,
  ResolvedParkedGroup,
  ResolveParked,
  ResolveParkedGroup,
} from '../api/parked-types.ts'
import type { StartedRun, TryDraft } from '../api/run-types.ts'
import type { CheckedSubWorkflows, CheckSubWorkflows } from '../api/sub-workflow-types.ts'
import type {
  Approval,
  Change,
  CreateWorkflow,
  DecideApproval,
  Draft,
  Me,
  MemberList,
  Page,
  PatchDraft,
  PausedWorkflow,
  PauseWorkflow,
  PublishVersion,
  PutDraft,
  SetSecret,
  SocketTicket,
  SyncDraft,
  SyncedDraft,
  TenantState,
  UpdateWorkflow,
  Version,
  VersionWithDocument,
  Workflow,
} from '../api/types.ts'
import type { Usage } from '../api/usage-types.ts'
import type { SecretMarker } from '../document/secret-marker.ts'
import type { TenonError } from '../errors/tenon-error.ts'
import type { RunId, WorkflowId } from '../ids.ts'
import type { NodeManifest } from '../node/definition.ts'
import type { DataTablesClient, KeyValuesClient } from './data-client.ts'
import type { FilesClient } from './files-client.ts'
import type { RequestOptions } from './options.ts'
import type { RolloutsClient } from './rollouts-client.ts'
import type { RunsClient } from './runs-client.ts'
import type { TriggersClient } from './triggers-client.ts'
import type { WebhooksClient } from './webhooks-client.ts'

/**
 * The API of a Tenon server, typed. Every method throws {@link TenonError} with the code that the server answered, or
 * `UNAVAILABLE` if there was no response.
 */
export interface TenonClient {
  /** Reads the identity of the caller: tenant, user and role. */
  readonly me: (options?: RequestOptions) => Promise<Me>
  /** Reads the node types of the server with their params and outputs as JSON Schema. */
  readonly nodeManifest: (options?: RequestOptions) => Promise<NodeManifest>
  /** Workflows by name and description; their documents are in `drafts` and `versions`. */
  readonly workflows: {
    /**
     * Lists a page of workflows, last changed first; `limit` is 1 to 200.
     *
     * @throws {@link TenonError} `CURSOR_INVALID`.
     */
    list(
      query?: { cursor?: string; limit?: number; deleted?: boolean },
      options?: RequestOptions,
    ): Promise<Page<Workflow>>
    /** Creates a workflow with a draft. @throws {@link TenonError} `DOCUMENT_MALFORMED`, `QUOTA_EXCEEDED`. */
    create(body: CreateWorkflow, options?: RequestOptions): Promise<Workflow>
    /** Reads a workflow, including a deleted one. */
    get(workflowId: WorkflowId, options?: RequestOptions): Promise<Workflow>
    /** Changes the name or the description of a workflow. */
    update(workflowId: WorkflowId, body: UpdateWorkflow, options?: RequestOptions): Promise<Workflow>
    /** Deletes a workflow; it can be restored, and its runs continue. */
    remove(workflowId: WorkflowId, options?: RequestOptions): Promise<void>
    /** Restores a deleted workflow. @throws {@link TenonError} `QUOTA_EXCEEDED`. */
    restore(workflowId: WorkflowId, options?: RequestOptions): Promise<Workflow>
    /**
     * Pauses a workflow: its new runs wait in the queue until it is resumed. Has no effect on a paused workflow, except on
     * its runs with `includeRuns`. Send it again while the answer has `hasMoreRuns`.
     */
    pause(workflowId: WorkflowId, body?: PauseWorkflow, options?: RequestOptions): Promise<PausedWorkflow>
    /** Resumes a paused workflow: its queued runs start as its limits allow. Send it again while the answer has `hasMoreRuns`. */
    resume(workflowId: WorkflowId, body?: PauseWorkflow, options?: RequestOptions): Promise<PausedWorkflow>
  }
  /** The tenant of the caller as a whole. */
  readonly tenant: {
    /** Reads whether new runs of the tenant start, and how many run and wait. */
    get(options?: RequestOptions): Promise<TenantState>
    /** Pauses the tenant: new runs of all of its workflows wait in the queue. Runs in progress continue. */
    pause(options?: RequestOptions): Promise<TenantState>
    /** Resumes the paused tenant: its queued runs start, except those of paused workflows. */
    resume(options?: RequestOptions): Promise<TenantState>
    /** Reads how long runs are kept, and how much the tenant stores of what its limits allow. */
    usage(options?: RequestOptions): Promise<Usage>
  }
  /** Drafts of workflows: the documents that people edit before they publish. */
  readonly drafts: {
    /** Reads the draft of a workflow with its etag. */
    get(workflowId: WorkflowId, options?: RequestOptions): Promise<Draft>
    /**
     * Applies operations to the draft; they merge with the changes of others.
     *
     * @throws {@link TenonError} `OPERATION_INVALID`, `DOCUMENT_MALFORMED`, `QUOTA_EXCEEDED`.
     */
    patch(workflowId: WorkflowId, body: PatchDraft, options?: RequestOptions): Promise<Draft>
    /**
     * Replaces the draft if its etag is still `etag`.
     *
     * @throws {@link TenonError} `PRECONDITION_FAILED`, `DOCUMENT_MALFORMED`, `QUOTA_EXCEEDED`.
     */
    put(workflowId: WorkflowId, body: PutDraft, etag: string, options?: RequestOptions): Promise<Draft>
    /** Exchanges Yjs updates without a socket; bytes are base64 (`lib0/buffer` converts them). */
    sync(workflowId: WorkflowId, body: SyncDraft, options?: RequestOptions): Promise<SyncedDraft>
    /**
     * Stores the value of a secret param.
     *
     * @returns The marker to put into the draft instead.
     * @throws {@link TenonError} `REFERENCE_NOT_FOUND`, `QUOTA_EXCEEDED`, `UNAVAILABLE`.
     */
    setSecret(workflowId: WorkflowId, body: SetSecret, options?: RequestOptions): Promise<SecretMarker>
    /** Checks nodes that run other workflows, as publishing does, without changing anything. */
    checkSubWorkflows(
      workflowId: WorkflowId,
      body: CheckSubWorkflows,
      options?: RequestOptions,
    ): Promise<CheckedSubWorkflows>
    /**
     * Starts a test run of the draft.
     *
     * @throws {@link TenonError} `WORKFLOW_INVALID`, `RUN_INPUT_INVALID`, `REFERENCE_NOT_FOUND`, `VALUE_TOO_LARGE`.
     */
    try(workflowId: WorkflowId, body: TryDraft, options?: RequestOptions): Promise<StartedRun>
  }
  /** Rollouts of versions: which new runs start with them, and what happens to runs in progress. */
  readonly rollouts: RolloutsClient
  /** Published versions of workflows, which never change. */
  readonly versions: {
    /** Publishes the draft as the next version. @throws {@link TenonError} `WORKFLOW_INVALID`. */
    publish(workflowId: WorkflowId, body?: PublishVersion, options?: RequestOptions): Promise<Version>
    /**
     * Lists a page of published versions, newest first; `limit` is 1 to 200.
     *
     * @throws {@link TenonError} `CURSOR_INVALID`.
     */
    list(
      workflowId: WorkflowId,
      query?: { cursor?: string; limit?: number },
      options?: RequestOptions,
    ): Promise<Page<Version>>
    /** Reads a version with its document. */
    get(workflowId: WorkflowId, version: string, options?: RequestOptions): Promise<VersionWithDocument>
  }
  /** Runs of all workflows of the tenant. */
  readonly runs: RunsClient
  /** Approvals that runs wait for, and those that have ended. */
  readonly approvals: {
    /** Lists a page of approvals, newest first; `limit` is 1 to 200. @throws {@link TenonError} `CURSOR_INVALID`. */
    list(
      query?: { status?: 'open' | 'closed'; runId?: RunId; cursor?: string; limit?: number },
      options?: RequestOptions,
    ): Promise<Page<Approval>>
    /**
     * Votes on an approval.
     *
     * @throws {@link TenonError} `APPROVAL_CLOSED`, `APPROVAL_VOTED`; `NODE_PARAMS_INVALID` for params of a call that its
     * type does not allow.
     */
    decide(approvalId: string, body: DecideApproval, options?: RequestOptions): Promise<Approval>
  }
  /** Node runs that failed for good and keep their runs open until a person resolves them. */
  readonly parked: {
    /**
     * Lists a page of parked node runs, newest first; `limit` is 1 to 200. One that is resolved counts as closed.
     *
     * @throws {@link TenonError} `CURSOR_INVALID`.
     */
    list(
      query?: {
        workflowId?: WorkflowId
        fingerprint?: string
        runId?: RunId
        status?: 'open' | 'closed'
        cursor?: string
        limit?: number
      },
      options?: RequestOptions,
    ): Promise<Page<ParkedNodeRun>>
    /**
     * Lists a page of groups of open parked node runs, the one with the newest node run first; `limit` is 1 to 200.
     *
     * @throws {@link TenonError} `CURSOR_INVALID`.
     */
    groups(
      query?: { workflowId?: WorkflowId; cursor?: string; limit?: number },
      options?: RequestOptions,
    ): Promise<Page<ParkedGroup>>
    /**
     * Resolves one parked node run. Of several people who do so at the same time, one succeeds.
     *
     * @throws {@link TenonError} `PARKED_CLOSED` if it is resolved or canceled already; `RESOLUTION_REFUSED`,
     * `NODE_PARAMS_INVALID`, `VALUE_NOT_JSON`, `VALUE_TOO_LARGE` for a resolution that it does not allow;
     * `NODE_TYPE_UNKNOWN` if the server no longer has the type of its node.
     */
    resolve(parkedId: string, body: ResolveParked, options?: RequestOptions): Promise<ParkedNodeRun>
    /**
     * Resolves a part of a group; call it again with `nextCursor` for the rest. Repeating a call is safe: it resolves
     * what is still open.
     *
     * @throws {@link TenonError} `CURSOR_INVALID`.
     */
    resolveGroup(body: ResolveParkedGroup, options?: RequestOptions): Promise<ResolvedParkedGroup>
  }
  /** Accounts of the tenant at services, whose credentials nodes use. */
  readonly connections: {
    /** Lists the services that can be connected. */
    connectors(options?: RequestOptions): Promise<ConnectorList>
    /**
     * Lists a page of the connections that the caller may use, last created first; `limit` is 1 to 200.
     *
     * @throws {@link TenonError} `CURSOR_INVALID`.
     */
    list(
      query?: { connector?: string; cursor?: string; limit?: number },
      options?: RequestOptions,
    ): Promise<Page<ConnectionInfo>>
    /**
     * Creates a connection. Its secrets are encrypted, and no call returns them.
     *
     * @throws {@link TenonError} `REFERENCE_NOT_FOUND` for an unknown connector or workflow; `QUOTA_EXCEEDED`,
     * `KEY_PROVIDER_REQUIRED`.
     */
    create(body: CreateConnection, options?: RequestOptions): Promise<ConnectionInfo>
    /** Reads a connection. @throws {@link TenonError} `CONNECTION_NOT_FOUND`. */
    get(connectionId: string, options?: RequestOptions): Promise<ConnectionInfo>
    /**
     * Changes a connection. New secrets connect it again, and node runs that wait for it continue.
     *
     * @throws {@link TenonError} `CONNECTION_NOT_FOUND`; `CONNECTION_SECRETS_REQUIRED` for other hosts or values without
     * all secrets; `FORBIDDEN` for the connection of another person.
     */
    update(connectionId: string, body: UpdateConnection, options?: RequestOptions): Promise<ConnectionInfo>
    /** Deletes a connection with its secrets. @throws {@link TenonError} `CONNECTION_NOT_FOUND`, `FORBIDDEN`. */
    remove(connectionId: string, options?: RequestOptions): Promise<void>
    /**
     * Begins an OAuth authorization. Open the page in a window; it sends `{ source: 'tenon-oauth', code, state }` back by
     * `postMessage`, from the origin of the API.
     *
     * @throws {@link TenonError} `CONNECTION_AUTHORIZATION_INVALID` for a connector without OAuth, `CONNECTION_NOT_FOUND`.
     */
    authorize(connectionId: string, options?: RequestOptions): Promise<ConnectionAuthorization>
    /**
     * Finishes an OAuth authorization. Node runs that wait for the connection continue.
     *
     * @throws {@link TenonError} `CONNECTION_AUTHORIZATION_INVALID` for a code or a state that is over or of another person.
     */
    finishAuthorization(
      connectionId: string,
      body: FinishAuthorization,
      options?: RequestOptions,
    ): Promise<ConnectionInfo>
    /** Sends the test request of the connector. @throws {@link TenonError} `CONNECTION_NOT_FOUND`. */
    test(connectionId: string, options?: RequestOptions): Promise<ConnectionTest>
    /**
     * Lists things at the service that a param can name, such as channels, by a lookup of the connector.
     *
     * @throws {@link TenonError} `CONNECTION_NOT_FOUND`, `LOOKUP_NOT_FOUND`, `LOOKUP_FAILED`, `CONNECTION_REFUSED` for the
     * connection of another person.
     */
    lookUp(
      connectionId: string,
      lookup: string,
      query?: { readonly search?: string },
      options?: RequestOptions,
    ): Promise<LookupChoices>
    /** Lists the workflows that use a connection. @throws {@link TenonError} `CONNECTION_NOT_FOUND`. */
    uses(connectionId: string, options?: RequestOptions): Promise<{ readonly items: readonly ConnectionUse[] }>
  }
  /** Webhooks and events, by which the server starts runs. */
  readonly triggers: TriggersClient
  /** Uploads, describes and downloads files. */
  readonly files: FilesClient
  /** Tables of typed rows that workflows and people share. */
  readonly dataTables: DataTablesClient
  /** Values that workflows store under keys. */
  readonly keyValues: KeyValuesClient
  /** Events that start runs, and that runs wait for. */
  readonly events: {
    /**
     * Sends an event. Each published trigger of its type starts a run, right after this answer. Every run that waits for its
     * name and its key continues. If none waits, the event is kept for the next one, so that it may be sent before the run
     * is there.
     *
     * @throws {@link TenonError} `EVENT_ID_USED` for the id of an event that differs; `EVENT_PAYLOAD_INVALID` if the
     * payload fits none of the waits or not its type; `EVENT_TYPE_UNKNOWN`, `EVENT_BUFFER_FULL`, `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`.
     *
     * @example
     * ```ts
     * await client.events.send({ name: 'order.paid', key: order.id, payload: { amount: 12 }, id: payment.id })
     * ```
     */
    send(body: SendEvent, options?: RequestOptions): Promise<SentEvent>
    /**
     * Lists a page of waits for events and callbacks, newest first; `limit` is 1 to 200.
     *
     * @throws {@link TenonError} `CURSOR_INVALID`.
     */
    waits(
      query?: { runId?: RunId; workflowId?: WorkflowId; status?: 'open' | 'closed'; cursor?: string; limit?: number },
      options?: RequestOptions,
    ): Promise<Page<EventWait>>
    /** Lists a page of the events of the last 7 days, newest first. @throws {@link TenonError} `CURSOR_INVALID`. */
    received(
      query?: { type?: string; state?: StartRequestState; cursor?: string; limit?: number },
      options?: RequestOptions,
    ): Promise<Page<ListedEvent>>
    /** Lists the types of events that the host has declared. */
    types(options?: RequestOptions): Promise<EventTypes>
    /**
     * Lists a page of the runs that were requested in transactions of the host in the last 7 days, newest first.
     *
     * @throws {@link TenonError} `CURSOR_INVALID`.
     */
    startRequests(
      query?: { state?: StartRequestState; cursor?: string; limit?: number },
      options?: RequestOptions,
    ): Promise<Page<StartRequest>>
  }
  /** Addresses to which events of the tenant are sent. */
  readonly webhooks: WebhooksClient
  /** People of the tenant, from the directory of the host. */
  readonly members: {
    /**
     * Finds people by a part of their name, or looks up those with the given ids; ids that belong to no person of the
     * tenant are left out. At most 20 people and 20 ids. Requires the role of an editor.
     *
     * @throws {@link TenonError} `UNAVAILABLE` if the directory of the host does not answer.
     */
    list(
      search?: { readonly query?: string; readonly userIds?: readonly string[] },
      options?: RequestOptions,
    ): Promise<MemberList>
  }
  /** Notifications that something of the tenant has changed. */
  readonly changes: {
    /**
     * Subscribes to changes in the tenant, so that lists and open pages can be refreshed. All subscriptions of one
     * client share one connection: a WebSocket, else server-sent events, else a `ready` every 15 s. The listener gets
     * one or more hints per call; `ready` comes first on each connection, and whenever hints may have been lost.
     * Subscribe before the first read. Nothing is called after `unsubscribe`, which may be called any number of times.
     *
     * @returns `unsubscribe`
     */
    subscribe(listener: (changes: readonly Change[]) => void): () => void
  }
  /** Access to the WebSockets of the server, for clients of your own such as a y-websocket provider. */
  readonly sockets: {
    /** Issues a ticket that opens one WebSocket within 30 seconds. */
    ticket(options?: RequestOptions): Promise<SocketTicket>
    /** `wss://…/workflows`; a stock y-websocket provider appends `/{id}/collab` given as room name. */
    readonly collabUrl: string
  }
}
