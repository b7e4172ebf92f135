import type { DatabaseLink, LinkConnection } from './link.ts'

/** Connections for statements that follow one another closely, such as the appends of a run. */
export interface SpareConnections {
  /** Gets a connection; at once if one has just been released. */
  acquire(): LinkConnection | Promise<LinkConnection>
  /** Returns a connection to the pool at the end of this turn of the event loop, unless it is acquired again before. */
  release(connection: LinkConnection): void
}

/** Fewest connections of a pool that can spare one for a turn of the event loop. */
const FEWEST = 3

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
      const connection = spare.pop()
      if (connection?.isUsable === true) return connection
      connection?.release()
      return link.acquire(timeoutMs)
    },
    release: (connection) => {
      if (link.maxConnections < FEWEST) {
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
