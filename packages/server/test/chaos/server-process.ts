import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { createTenonClient } from '@tenon/core/client'
import { build } from 'vite'
import type { DocumentsOrder } from './documents-order.ts'

/** Bundles the server that a test kills, `documents-process.ts`, into a directory. */
export async function bundleServer(directory: string): Promise<void> {
  const conditions = ['@tenon/source', 'module', 'node', 'development|production']
  await build({
    ...{ configFile: false, root: import.meta.dirname, logLevel: 'error', resolve: { conditions } },
    ssr: { resolve: { conditions }, noExternal: [/^@tenon\//], external: ['pg', 'kysely', 'zod', 'jose', 'hono'] },
    build: {
      ...{ ssr: join(import.meta.dirname, 'documents-process.ts'), outDir: directory, emptyOutDir: true },
      ...{ minify: false, target: 'node20' },
    },
  })
}

/** Starts the bundled server in a process of its own. */
export async function startServerProcess(directory: string, order: DocumentsOrder) {
  const child = fork(join(directory, 'documents-process.js'), [JSON.stringify(order)])
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve(Number(message)))
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}`)))
  })
  return { process: child, client: createTenonClient({ baseUrl: `http://127.0.0.1:${port}`, getToken: () => 'ada' }) }
}

/** Kills a process, and returns when it has ended. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const hasEnded = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await hasEnded
}
