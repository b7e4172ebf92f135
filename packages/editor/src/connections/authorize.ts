import type { ConnectionInfo, TenonClient } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'

/** Message of the window, in which the service has returned to the API. */
interface Answer {
  readonly source: 'tenon-oauth'
  readonly code: string | null
  readonly state: string | null
}

const POLL_MS = 500

/**
 * Lets a person allow access in a window of the service, and finishes the authorization.
 *
 * @param host - Window of the editor.
 * @param page - Empty window, opened by the click of the person; `null` if the browser has refused it.
 * @throws {@link TenonError} `CONNECTION_AUTHORIZATION_INVALID` if there is no window, it is closed, or access is denied.
 */
export async function authorize(
  client: TenonClient,
  connectionId: string,
  { host, page }: { readonly host: Window | null; readonly page: Window | null },
): Promise<ConnectionInfo> {
  if (host === null || page === null) throw refused('The browser has refused to open the window of the service')
  const { url } = await client.connections.authorize(connectionId)
  const { origin } = new URL(client.sockets.collabUrl.replace(/^ws/, 'http'), host.location.href)
  const answer = answerOf(host, page, origin)
  page.location.href = url
  const { code, state } = await answer
  if (code === null || state === null) throw refused('Access was not allowed')
  return client.connections.finishAuthorization(connectionId, { code, state })
}

/** Waits for the message of the window, which counts only if it comes from the origin of the API. */
function answerOf(host: Window, page: Window, origin: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const end = (act: () => void) => {
      host.removeEventListener('message', onMessage)
      clearInterval(closed)
      act()
    }
    const onMessage = ({ origin: sender, source, data }: MessageEvent<Answer | null>) => {
      if (sender !== origin || source !== page || data?.source !== 'tenon-oauth') return
      end(() => resolve(data))
    }
    host.addEventListener('message', onMessage)
    // No event says that a window of another origin was closed.
    const closed = setInterval(() => {
      if (page.closed) end(() => reject(refused('The window of the service was closed')))
    }, POLL_MS)
  })
}

function refused(message: string): TenonError {
  return new TenonError('CONNECTION_AUTHORIZATION_INVALID', message)
}
