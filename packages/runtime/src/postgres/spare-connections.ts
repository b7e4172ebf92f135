import type { DatabaseLink, LinkConnection } from './link.ts'

/** Connections for statements that follow one another closely, such as the appends of a run. */
export interface SpareConnections {
  /** Gets a connection; at once if one has just been released and no other caller waits for one. */
  acquire(): LinkConnection | Promise<LinkConnection>
  /** Returns a connection to the pool at the end of this turn of the event loop, unless it is acquired again before. */
  release(connection: LinkConnection): void
}

/** Connections that are never kept: for the presence of a worker, a transaction, and notifications. */
const LEFT_TO_OTHERS = 3

/** @param timeoutMs - As for {@link DatabaseLink.acquire}. */
export function createSpareConnections(link: DatabaseLink, timeoutMs: number): SpareConnections {
  const spare: LinkConnection[] = []
  let isReturning = false
  const returnAll = (): void => {
    isReturning = false
    for (const connection of spare.splice(0)) connection.release()
  }
  return {
    acquire: () => {
      // Appends under load follow each other in every turn: without this, a waiting transaction would get no connection.
      if (link.waiting() > 0) returnAll()
      const connection = spare.pop()
      if (connection?.isUsable === true) return connection
      connection?.release()
      return link.acquire(timeoutMs)
    },
    release: (connection) => {
      if (link.waiting() > 0 || spare.length >= link.maxConnections - LEFT_TO_OTHERS) {
        connection.release()
        return
      }
      spare.push(connection)
      if (isReturning) return
      isReturning = true
      setImmediate(returnAll)
    },
  }
}
