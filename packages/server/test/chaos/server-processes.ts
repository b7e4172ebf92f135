import { type ChildProcess, fork } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { WorkflowDocument, WorkflowNode } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { startTestPostgres, type TestPostgres } from '@tenon/runtime/testing'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'

/** A server in a process of its own. */
export interface ServerProcess {
  readonly process: ChildProcess
  readonly url: string
}

/** Writes after which a process can die, see `webhook-process.ts`. */
type Write = 'claim' | 'start' | 'decision' | 'advance' | 'part' | 'file' | 'delivery'

/** Servers in processes on one database. */
export interface ServerProcesses {
  readonly databaseUrl: () => string
  /**
   * Starts a process without waiting for its server.
   *
   * @param killAfter - Write of the first event after which the process dies.
   * @param more - Further variables of its environment.
   */
  fork(killAfter?: Write, more?: Readonly<Record<string, string>>): ChildProcess
  /** Starts a process, and waits until its server listens. */
  start(killAfter?: Write, more?: Readonly<Record<string, string>>): Promise<ServerProcess>
}

/** Prepares a database and the code of the processes before the tests of a file, and ends the processes after each. */
export function useServerProcesses(): ServerProcesses {
  const cache = join(
    import.meta.dirname,
    '..',
    '..',
    'node_modules',
    '.cache',
    `tenon-webhook-process-${crypto.randomUUID()}`,
  )
  const processes: ChildProcess[] = []
  let postgres: TestPostgres
  let databaseUrl = ''

  beforeAll(async () => {
    const conditions = ['@tenon/source', 'module', 'node', 'development|production']
    const entry = join(import.meta.dirname, 'webhook-process.ts')
    const bundled = build({
      ...{ configFile: false, root: import.meta.dirname, logLevel: 'error', resolve: { conditions } },
      ssr: { resolve: { conditions }, noExternal: [/^@tenon\//], external: ['pg', 'kysely', 'zod', 'jose', 'hono'] },
      build: { ssr: entry, outDir: cache, emptyOutDir: true, minify: false, target: 'node20' },
    })
    const [started] = await Promise.all([startTestPostgres({ keepsCommits: true }), bundled])
    postgres = started
    databaseUrl = await postgres.createDatabase()
  }, 120_000)
  // The processes of one test must not do the work that the next one watches.
  afterEach(async () => {
    for (const child of processes.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const hasEnded = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await hasEnded
    }
  })
  afterAll(async () => {
    await postgres.stop()
    rmSync(cache, { recursive: true, force: true })
  })

  const forkProcess: ServerProcesses['fork'] = (killAfter, more = {}) => {
    const env = { ...process.env, DATABASE_URL: databaseUrl, ...(killAfter && { KILL_AFTER: killAfter }), ...more }
    const child = fork(join(cache, 'webhook-process.js'), { env })
    processes.push(child)
    return child
  }
  return {
    databaseUrl: () => databaseUrl,
    fork: forkProcess,
    start: async (killAfter, more) => {
      const child = forkProcess(killAfter, more)
      const port = await new Promise<number>((resolve, reject) => {
        child.once('message', (message) => resolve(Number(message)))
        child.once('exit', (code) => reject(new Error(`The server ended with ${code}`)))
      })
      return { process: child, url: `http://127.0.0.1:${port}` }
    },
  }
}

/** Resolves with the signal that ends a process. */
export function signalOf(child: ChildProcess): Promise<NodeJS.Signals | null> {
  return new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
}

/** Calls a route; POST with a body. @returns The answer; a refusal throws. */
export async function call<Answer>(url: string, body?: object): Promise<Answer> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(url, body === undefined ? {} : init)
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Answer
}

/** Publishes trigger → end. */
export async function publishTrigger(url: string, workflowId: string, trigger: WorkflowNode): Promise<void> {
  await publishDocument(
    url,
    workflowId,
    workflow([trigger, node('end', 'end', { outcome: 'done' })], [`${trigger.id}>end`]),
  )
}

/** Publishes a document in place of the one of a new workflow. */
export async function publishDocument(url: string, workflowId: string, document: WorkflowDocument): Promise<void> {
  const operations = [
    { op: 'remove_node', nodeId: 'start' },
    ...document.nodes.map((each) => ({ op: 'add_node', node: each })),
    ...document.edges.map((edge) => ({ op: 'add_edge', edge })),
  ]
  const draft = await fetch(`${url}/workflows/${workflowId}/draft`, {
    ...{ method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ operations }) },
  })
  expect(draft.status).toBe(200)
  await call(`${url}/workflows/${workflowId}/versions`, {})
}
