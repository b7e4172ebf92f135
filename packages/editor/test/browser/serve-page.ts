import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, extname, join, normalize, resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { build, type Plugin } from 'vite'
import { composeStyles } from '../../scripts/build-styles.mjs'

const STYLES = 'virtual:tenon-styles.css'
const RESOLVED = '\0tenon-styles.css'

const styles: Plugin = {
  name: 'tenon-styles',
  resolveId: (id) => (id === STYLES ? RESOLVED : null),
  load: (id) => (id === RESOLVED ? composeStyles() : null),
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
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
 * Builds the page with editors from source, as React's development build, so that StrictMode counts, and serves it
 * under a strict Content-Security-Policy on a port of its own.
 *
 * @param folder - Beside this file. @defaultValue 'page', with editors
 * @param api - Answers everything below `/api`. @defaultValue nothing does
 */
export async function servePage(
  folder = 'page',
  api?: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ readonly url: string; readonly close: () => void }> {
  const outDir = mkdtempSync(join(tmpdir(), 'tenon-editor-page-'))
  await build({
    root: join(import.meta.dirname, folder),
    configFile: false,
    logLevel: 'error',
    plugins: [react(), styles],
    define: { 'process.env.NODE_ENV': '"development"' },
    resolve: { conditions: ['@tenon/source', 'module', 'browser', 'development'] },
    build: {
      outDir,
      emptyOutDir: true,
      minify: false,
      modulePreload: false,
      chunkSizeWarningLimit: 10_000,
      // Coverage is counted in the chunks and reported for their sources.
      sourcemap: process.env.TENON_BROWSER_COVERAGE === undefined ? false : 'inline',
      rolldownOptions: { output: { sourcemapPathTransform: (path, map) => resolve(dirname(map), path) } },
    },
  })
  // Beside the page's chunks, where an unbundled host has it beside the module.
  await build({
    root: join(import.meta.dirname, '../..'),
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@tenon/source', 'module', 'browser', 'production'] },
    build: {
      outDir: join(outDir, 'assets/layout-worker'),
      minify: false,
      lib: { entry: 'src/layout-worker/index.ts', formats: ['es'], fileName: () => 'index.js' },
    },
  })
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page')
    if (api !== undefined && pathname.startsWith('/api/')) {
      api(request, response)
      return
    }
    const file = join(outDir, normalize(pathname === '/' ? '/index.html' : pathname))
    try {
      const body = readFileSync(file)
      const type = TYPES[extname(file)] ?? 'application/octet-stream'
      response.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY }).end(body)
    } catch {
      response.writeHead(pathname === '/favicon.ico' ? 204 : 404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no address')
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () => {
      server.close()
      rmSync(outDir, { recursive: true, force: true })
    },
  }
}
