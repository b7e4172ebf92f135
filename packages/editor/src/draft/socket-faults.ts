import type { TenonClient } from '@tenon/core/client'
import { CLOSE_CODES } from '@tenon/core/collab'
import { TenonError } from '@tenon/core/errors'

/** Effect of a rejected request on the connection. */
const HTTP_CLOSES: Readonly<Partial<Record<string, number>>> = {
  UNAUTHENTICATED: CLOSE_CODES.unauthenticated,
  FORBIDDEN: CLOSE_CODES.forbidden,
  WORKFLOW_NOT_FOUND: CLOSE_CODES.notFound,
  DRAFT_REPLACED: CLOSE_CODES.rebased,
}

/**
 * Returns the error for a socket that does not open, for developers of the host: it is in the events of the editor and
 * on the console.
 */
export function socketClosed({ sockets }: TenonClient): TenonError {
  return new TenonError('UNAVAILABLE', `The socket ${sockets.collabUrl} does not open; drafts are synced by requests`, {
    remedy:
      'Call attachWebSockets on the HTTP server, check that publicUrl is the URL of the API, and let proxies pass the Upgrade header.',
  })
}

/** Returns the error for a socket that the server closed although the person may change the draft. */
export function socketRefused({ sockets }: TenonClient): TenonError {
  return new TenonError('ORIGIN_REFUSED', `The server refuses the socket ${sockets.collabUrl} from this page`, {
    remedy: "Add the page's origin to allowedOrigins of the server; its log contains the received origin.",
  })
}

/** Returns the error of an editor whose workflow was deleted. */
export function workflowDeleted(): TenonError {
  return new TenonError('WORKFLOW_NOT_FOUND', 'The workflow was deleted', { remedy: 'Restore it to continue.' })
}

/** Returns the close code of a socket for the same reason; `undefined` if there is none. */
export function closeCodeOf(error: unknown): number | undefined {
  return error instanceof TenonError ? HTTP_CLOSES[error.code] : undefined
}
