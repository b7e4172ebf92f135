import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { MiddlewareHandler } from 'hono'

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.map': 'application/json',
}

/** The strict policy under which the pages run; the nonce admits the style elements of CodeMirror. */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'none'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** Names of assets change with their content. */
const HASHED = 'public, max-age=31536000, immutable'

/** Serves the built pages under `/app`; every path that is no file is the app itself, which routes by the address. */
export function pages(directory: string): MiddlewareHandler {
  const index = readFileSync(join(directory, 'index.html'), 'utf8')
  // Only what the build has made can be asked for, whatever a path says.
  const files = new Set(readdirSync(directory, { recursive: true, encoding: 'utf8' }))
  return async function pages(c) {
    const path = new URL(c.req.url).pathname.replace(/^\/app\/?/, '')
    const type = TYPES[extname(path)]
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Referrer-Policy', 'same-origin')
    if (type !== undefined) {
      const file = files.has(path) ? await read(join(directory, path)) : null
      // A later build may have the file: a cache must not remember that this one has not.
      c.header('Cache-Control', file === null ? 'no-store' : path.startsWith('assets/') ? HASHED : 'no-cache')
      return file === null ? c.text('No such file', 404) : c.body(file, 200, { 'Content-Type': type })
    }
    const nonce = randomBytes(16).toString('base64')
    c.header('Content-Security-Policy', policy(nonce))
    c.header('Cache-Control', 'no-store')
    return c.html(index.replaceAll('%NONCE%', nonce))
  }
}

/** Reads a file; `null` if it has been deleted, as by a build that runs meanwhile. */
async function read(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return new Uint8Array(await readFile(path))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
