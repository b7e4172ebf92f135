import type { TenantId } from '../ids.ts'
import type { Json } from '../json.ts'
import type { Connection, HttpClient } from './ports.ts'

/** Context of one poll of a trigger. */
export interface PollContext<Params = unknown> {
  /** Tenant of the trigger, for a poll that reads what the host has of its tenants. */
  readonly tenantId: TenantId
  /** Params of the trigger, without templates, with defaults filled in and secrets decrypted. */
  readonly params: Params
  /** Cursor that the poll before has returned; `null` for the first one. It remains when the workflow is published again. */
  readonly cursor: Json
  /** Client for all requests: it refuses private addresses, adds the credentials of the connection, and ends with the poll. */
  readonly http: HttpClient
  /** Account at the service, if a param of the trigger names a connection; `null` without one. */
  readonly connection: Connection | null
  /** Aborts when the time of the poll is over, or the server closes. */
  readonly abortSignal: AbortSignal
}

/** An item that a poll has found: it starts one run. */
export interface PolledItem {
  /** Id of the item, 1 to 400 characters: an id that is still found, or is one of the last 5,000, starts no further run. */
  readonly id: string
  /** Input of the run. */
  readonly data: Json
}

/** Result of a poll. */
export interface PollResult {
  /** Items in the order in which their runs start; at most 500. They may overlap with those of the poll before. */
  readonly items: readonly PolledItem[]
  /** Cursor for the next poll, at most 16 kB as JSON. It is stored once the runs of all items are. */
  readonly cursor: Json
  /**
   * True if there is more: the next poll follows at once, or after a second if this one has no items.
   *
   * @defaultValue false: the next poll follows after the interval of the trigger
   */
  readonly hasMore?: boolean
}

/**
 * Asks a service for what is new, for a trigger with `trigger: 'poll'`. A poll may be repeated with the same cursor, as
 * after the end of its process.
 *
 * @example
 * ```ts
 * const poll: Poll = async ({ http, cursor, abortSignal }) => {
 *   const response = await http.request(`https://api.example.com/orders?after=${cursor ?? 0}`, { abortSignal })
 *   const orders = (await response.json()) as { id: string }[]
 *   return { items: orders.map((order) => ({ id: order.id, data: order })), cursor: orders.at(-1)?.id ?? cursor }
 * }
 * ```
 */
export type Poll<Params = unknown> = (context: PollContext<Params>) => Promise<PollResult>

/** Context in which a process listens for a node type. */
export interface ListenContext {
  /**
   * Has the triggers of the type polled now, of one tenant or of all. Call it as soon as the connection listens, since
   * something may have changed before, and for each notification; it returns at once, and calls are combined.
   */
  readonly changed: (tenantId?: TenantId) => void
  /** Aborts when the server closes. Close the connection then, and return. */
  readonly abortSignal: AbortSignal
}

/**
 * Listens to a source until its connection is lost, and says when there may be something new. The poll finds it: its cursor
 * is what is not lost while no process listens, so a notification needs no data, and may be lost or come twice. Returns or
 * rejects when the connection is lost; it is called again after a pause.
 *
 * @see docs/guides/trigger-sources.md
 */
export type Listen = (context: ListenContext) => Promise<void>
