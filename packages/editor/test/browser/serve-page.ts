import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { inject } from 'vitest'
import type { PageName } from './build-pages.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
}

/** Content security policy of a strict host; the page passes the nonce to its editors. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'nonce-under-test'",
  "style-src-attr 'none'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * Serves a built page under a strict Content-Security-Policy on a port of its own.
 *
 * @param name - @defaultValue 'page', with editors
 * @param api - Answers everything below `/api`. @defaultValue nothing does
 */
export async function servePage(
  name: PageName = 'page',
  api?: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ readonly url: string; readonly close: () => void }> {
  const folder = inject('builtPages')
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page')
    if (api !== undefined && pathname.startsWith('/api/')) {
      api(request, response)
      return
    }
    // Of the site, without a script of it.
    if (pathname === '/empty') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end()
      return
    }
    const file = join(folder, normalize(pathname === '/' ? `/${name}/index.html` : pathname))
    try {
      const body = readFileSync(file)
      const type = TYPES[extname(file)] ?? 'application/octet-stream'
      // Chunks stay the same for as long as the server runs.
      const caching = pathname.startsWith('/assets/') ? { 'cache-control': 'max-age=3600' } : {}
      response.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY, ...caching }).end(body)
    } catch {
      response.writeHead(pathname === '/favicon.ico' ? 204 : 404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no address')
  return { url: `http://127.0.0.1:${address.port}`, close: () => server.close() }
}
