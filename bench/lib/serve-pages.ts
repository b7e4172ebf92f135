import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import react from '@vitejs/plugin-react'
import { build, type Plugin } from 'vite'
import { composeStyles } from '../../packages/editor/scripts/build-styles.mjs'

const SHEET = 'virtual:tenon-styles.css'

const styles: Plugin = {
  name: 'tenon-styles',
  resolveId: (id) => (id === SHEET ? `\0${SHEET}` : null),
  load: (id) => (id === `\0${SHEET}` ? composeStyles() : null),
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
}

/** Builds the pages of the bench for production and serves them on a port of their own. */
export async function servePages(): Promise<{ readonly url: string; readonly close: () => void }> {
  const root = join(process.cwd(), 'bench/pages')
  const outDir = mkdtempSync(join(tmpdir(), 'tenon-bench-pages-'))
  await build({
    root,
    mode: 'production',
    configFile: false,
    logLevel: 'error',
    plugins: [react(), styles],
    resolve: { conditions: ['@tenon/source', 'module', 'browser', 'production'] },
    worker: { format: 'es' },
    build: {
      outDir,
      emptyOutDir: true,
      chunkSizeWarningLimit: 10_000,
      rolldownOptions: { input: [join(root, 'editor.html'), join(root, 'flow.html')] },
    },
  })
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page')
    const file = join(outDir, normalize(pathname))
    try {
      const body = readFileSync(file)
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(body)
    } catch {
      response.writeHead(pathname === '/favicon.ico' ? 204 : 404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
      rmSync(outDir, { recursive: true, force: true })
    },
  }
}
