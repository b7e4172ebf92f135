import type { StartedRun } from '../api/run-types.ts'
import type { TenonError } from '../errors/tenon-error.ts'
import type { RunEventFrame } from '../run/events.ts'
import type { RunViewSnapshot } from '../run/view-parts.ts'

/** The part of an open WebSocket that a run stream uses. */
export interface StreamSocket {
  /** Registers a listener for messages, for the end of the connection or for errors. */
  addEventListener(type: 'message', listener: (message: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void
  addEventListener(type: 'error', listener: () => void): void
  /** Closes the connection, by default with code 1000. */
  close(code?: number): void
}

/** Opens a WebSocket: the class of a browser, and that of the `ws` package in Node. */
export type WebSocketConstructor = new (url: string, protocol: string) => StreamSocket

/** Options of the client: the URL of the server, how to authenticate and how to send requests. */
export interface TenonClientOptions {
  /** Public address of the server adapter, with its base path: `https://app.example/automation`. */
  readonly baseUrl: string
  /** Bearer token for each request; left out when cookies carry the session. */
  readonly getToken?: () => string | null | Promise<string | null>
  /** Sends the HTTP requests. @defaultValue globalThis.fetch */
  readonly fetch?: typeof globalThis.fetch
  /** Opens the sockets of run streams and change streams. @defaultValue globalThis.WebSocket */
  readonly WebSocket?: WebSocketConstructor
}

/** Options of every call of the client. */
export interface RequestOptions {
  /** Cancels the request; the call then rejects with the reason of the signal. */
  readonly abortSignal?: AbortSignal
  /**
   * Lets the request outlive the page, for what is saved while the page is left. Browsers refuse such requests above
   * 64 KiB in all. @defaultValue false
   */
  readonly keepalive?: boolean
}

/** State of a run stream: connecting, receiving events, waiting to reconnect, or ended for good. */
export type StreamState = 'connecting' | 'live' | 'retrying' | 'closed'

/** Starting point and listeners of a run stream. */
export interface RunStreamOptions {
  /** Last `seq` already known. @defaultValue 0 */
  readonly after?: number
  /**
   * Accepts the view of a long log in place of its beginning: called once before its first event, or not at all for a
   * short log. Only with `after` 0.
   */
  readonly onView?: (view: RunViewSnapshot) => void
  /**
   * Called while the server makes the view of a log that is opened for the first time: with the number of the last event
   * that is part of it so far, and of the last event of the log. Only with `onView`.
   */
  readonly onReading?: (read: number, total: number) => void
  /** Frames in order of `seq`, without gap or duplicate, across reconnects. */
  readonly onEvents: (frames: readonly RunEventFrame[]) => void
  /**
   * Called on each change of state. `error` is set with `closed` if the stream cannot continue: unknown run, no
   * permission to read it.
   */
  readonly onState?: (state: StreamState, error?: TenonError) => void
}

/** Listeners of a run that is started and streamed. */
export interface StartedStreamOptions extends Pick<RunStreamOptions, 'onEvents' | 'onState'> {
  /** Called once, with the run that was started. */
  readonly onStarted: (run: StartedRun) => void
  /**
   * The same key and body start one run for 24 hours, so that a start whose response was lost can be repeated.
   *
   * @defaultValue a random key
   */
  readonly idempotencyKey?: string
}
