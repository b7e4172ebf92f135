import { createHash } from 'node:crypto'

/** Sends the answer of the service to the page that opened the window. A browser drops it for any other origin. */
const SCRIPT = `const query = new URLSearchParams(location.search)
const message = { source: 'tenon-oauth', code: query.get('code'), state: query.get('state'), error: query.get('error') }
for (const origin of JSON.parse(document.body.dataset.origins)) window.opener?.postMessage(message, origin)
window.close()`
/** The script as a source of the content security policy. */
export const AUTHORIZED_SCRIPT = `'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'`

/**
 * Returns the page to which services return after an authorization. It contains nothing of the request, and the policy of the
 * API allows its script only.
 *
 * @param origins - Origins of pages that may get the code.
 */
export function authorizedPage(origins: readonly string[]): Response {
  const list = JSON.stringify(origins).replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  const text = 'You can close this window.'
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Connected</title><body data-origins="${list}"><p>${text}</p><script>${SCRIPT}</script></body></html>`
  return new Response(body, { headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' } })
}
