import { CLOSE_CODES } from '@tenon/core/collab'
import type { StoredRun } from '@tenon/runtime'
import { type ServerSocket, TENON_PROTOCOL } from '../connections/server-socket.ts'
import type { ServerContext } from '../context.ts'
import { type RunFramesOptions, runFrames } from '../streams/run-frames.ts'
import { drained } from './drained.ts'

/**
 * Sends a run's log over a socket: the view of a long log to a client that accepts it, backlog, then live, one JSON frame a
 * text frame, then a close with 1000 when the run has ended. A client that receives nothing for 30 s is closed, and can
 * continue from its last `seq`. One that says anything is closed, too.
 */
export async function streamRunLog(
  server: ServerContext,
  run: StoredRun,
  socket: ServerSocket,
  options: RunFramesOptions,
): Promise<void> {
  const batches = runFrames(server, run, options)
  let lastSeq = options.after
  socket.onMessage(() => socket.close(CLOSE_CODES.badFrame, 'This socket does not accept messages'))
  for await (const frames of batches) {
    if (frames === null) {
      if (socket.protocol === TENON_PROTOCOL) socket.send(JSON.stringify({ type: 'heartbeat', seq: lastSeq }))
      continue
    }
    for (const frame of frames) {
      socket.send(JSON.stringify(frame))
      lastSeq = frame.seq
    }
    if (!(await drained(server, socket, options.abortSignal))) {
      socket.close(CLOSE_CODES.rateLimited, `Client too slow: reconnect with after=${lastSeq}`)
      return
    }
  }
  if (server.closing.aborted) socket.close(CLOSE_CODES.draining, 'The server is shutting down')
  else if (!options.abortSignal.aborted) socket.close(1000, 'The run has ended')
}
