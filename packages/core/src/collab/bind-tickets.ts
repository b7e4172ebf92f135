import { TenonError } from '../errors/index.ts'
import { CLOSE_CODES } from './close-codes.ts'

type Listener = (...values: never[]) => void

/** The part of a y-websocket provider (`WebsocketProvider`, 3.x) that is used. */
export interface TicketedProvider {
  /** Query parameters of the next connection. */
  params: Record<string, string>
  /** Opens the connection. */
  connect(): void
  /** Adds a listener for the end of a connection or for the state of synchronization. */
  on(event: 'closed', listener: (close: { code: number; reason: string }) => void): unknown
  on(event: 'sync', listener: (isSynced: boolean) => void): unknown
  /** Removes a listener that `on` added. */
  off(event: 'closed' | 'sync', listener: Listener): unknown
}

/** Options for requesting tickets while a draft is connected. */
export interface BindTicketsOptions {
  /** Called once if the server refuses further tickets: the session has ended or the role was revoked. */
  readonly onError?: (error: unknown) => void
  /** Wait in milliseconds after a ticket that did not lead to a sync; doubles up to 30 s. @defaultValue 500 */
  readonly retryDelayMs?: number
}

const LONGEST_DELAY_MS = 30_000

/**
 * Keeps a y-websocket provider authenticated: fetches a ticket and connects, and fetches the next ticket whenever the
 * server closes with 4401 because the last one was used.
 *
 * Create the provider with `connect: false` and `disableBc: true` (tabs would otherwise sync without the server). Other
 * final close codes are up to the caller: listen to the provider's `closed`.
 *
 * @param getTicket - Such as `async () => (await client.sockets.ticket()).ticket`.
 * @returns `stop`: ends the requests for tickets and leaves the provider unchanged.
 */
export function bindTickets(
  provider: TicketedProvider,
  getTicket: () => Promise<string>,
  options: BindTicketsOptions = {},
): () => void {
  const { onError, retryDelayMs = 500 } = options
  let failures = 0
  let stopped = false
  let timer: ReturnType<typeof setTimeout> | undefined

  async function renew(): Promise<void> {
    try {
      const ticket = await getTicket()
      if (stopped) return
      provider.params = { ...provider.params, ticket }
      provider.connect()
    } catch (error) {
      if (stopped) return
      if (error instanceof TenonError && !error.retryable) {
        stop()
        onError?.(error)
        return
      }
      renewLater()
    }
  }

  function renewLater(): void {
    clearTimeout(timer)
    const delayMs = failures === 0 ? 0 : Math.min(LONGEST_DELAY_MS, retryDelayMs * 2 ** (failures - 1))
    failures++
    timer = setTimeout(renew, delayMs)
  }

  const onClosed = ({ code }: { code: number }): void => {
    if (code === CLOSE_CODES.unauthenticated) renewLater()
  }
  const onSync = (isSynced: boolean): void => {
    if (isSynced) failures = 0
  }
  function stop(): void {
    stopped = true
    clearTimeout(timer)
    provider.off('closed', onClosed)
    provider.off('sync', onSync)
  }

  provider.on('closed', onClosed)
  provider.on('sync', onSync)
  renewLater()
  return stop
}
