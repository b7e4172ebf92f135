import type { Duplex } from 'node:stream'

/** Counts the bytes that a server sends, so that none fills the memory of this process. */
export interface ByteLimit {
  /** `true` once the server has sent more than the limit; its socket is closed then. */
  readonly isOver: boolean
  /** Counts again from 0. */
  restart(maxBytes: number): void
  /** Counts the bytes that pass through a stream. */
  watch(stream: Duplex): void
}

export function createByteLimit(maxBytes: number): ByteLimit {
  let left = maxBytes
  return {
    get isOver() {
      return left < 0
    },
    restart(next) {
      if (left >= 0) left = next
    },
    watch(stream) {
      stream.on('data', (chunk: Buffer) => {
        left -= chunk.byteLength
        if (left < 0) stream.destroy()
      })
    },
  }
}
