/** One open WebSocket, whatever the platform; `attachWebSockets` wraps those of `ws`. */
export interface ServerSocket {
  /** The subprotocol that was negotiated, or the empty text. */
  readonly protocol: string
  /** Bytes that have been sent but not yet handed to the network. */
  readonly bufferedAmount: number
  /** Sends one frame: text for a string, else binary. */
  send(data: string | Uint8Array): void
  /** Starts the closing handshake with a code and a reason for the client. */
  close(code: number, reason: string): void
  /** Calls before the first listener are kept for it. */
  onMessage(listener: (data: string | Uint8Array) => void): void
  /** Registers a listener for the end of the connection, whichever side closed it. */
  onClose(listener: () => void): void
}

/** The subprotocol in which the server sends frames of its own. */
export const TENON_PROTOCOL = 'tenon.v1'
