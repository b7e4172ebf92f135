import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Identity } from '@tenon/core/api'
import { node, workflow } from '@tenon/core/testing'
import { createBuiltInNodes } from '@tenon/nodes/server'
import { embeddedEngine } from '@tenon/runtime'
import { createWorkflowServer } from '@tenon/server'
import { attachWebSockets, toNodeHandler } from '@tenon/server/node'
import pg from 'pg'
import * as Y from 'yjs'
import { openEditPair, type RoomAddress } from '../lib/edit-pair.ts'
import { missingPostgres, POOL_SIZE, startDurablePostgres } from '../lib/postgres.ts'
import { openRawCommits } from '../lib/raw-commits.ts'
import type { Row } from '../lib/row.ts'
import { median } from '../lib/statistics.ts'
import { openYjsRelay } from '../lib/yjs-relay.ts'

const EDITS = 100
/** Time between two edits, in ms: below the frames a second that a server takes from one socket. */
const PAUSE_MS = 8
const EDITOR: Identity = { tenantId: 'acme', userId: 'ana', role: 'editor', displayName: 'Ana' }
const DOCUMENT = workflow(
  [node('start', 'start'), node('greet', 'set', { fields: { greeting: 'Hello' } }), node('end', 'end')],
  ['start>greet', 'greet>end'],
)

/**
 * From an edit in one stock y-websocket client to its arrival in another, both and the server in this process, without one
 * raw commit. Ours is guarded, and stored with fsync before it is passed on; the floor only passes it on. The commit is
 * measured between the edits, at their pace: a server that waits in between takes longer for each.
 */
export const collabUpdate: Row = {
  id: 'collab-update',
  title: 'An edit from one y-websocket client to another (p50), beyond one raw commit at its pace, over a bare relay',
  unit: 'ms',
  better: 'lower',
  rounds: 9,
  warmUps: 4,
  must: 2.5,
  aim: 1.8,
  missing: missingPostgres,
  open: async () => {
    const ours = await openDraftServer()
    const pair = await openEditPair('greet', ours.address)
    const relay = await openYjsRelay(Y.encodeStateAsUpdate(pair.ydoc))
    const barePair = await openEditPair('greet', async () => ({ url: relay.url, room: 'draft' }))
    const raw = await openRawCommits(ours.connectionString, 1)
    return {
      measureBoth: async () => {
        const [edits, commits, bareEdits]: [number[], number[], number[]] = [[], [], []]
        const turns = [
          [edits, () => pair.edit()],
          [commits, () => raw.oneByOne(1)],
          [bareEdits, () => barePair.edit()],
        ] as const
        for (let index = 0; index < EDITS; index += 1) {
          for (const [times, measure] of turns) {
            await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
            times.push(await measure())
          }
        }
        return { value: median(edits) - median(commits), baseline: median(bareEdits) }
      },
      close: async () => {
        pair.close()
        barePair.close()
        relay.close()
        await raw.close()
        await ours.close()
      },
    }
  },
}

async function openDraftServer(): Promise<{
  readonly address: () => Promise<RoomAddress>
  readonly connectionString: string
  readonly close: () => Promise<void>
}> {
  const postgres = await startDurablePostgres()
  const automation = createWorkflowServer({
    database: { pool: new pg.Pool({ connectionString: postgres.url, max: POOL_SIZE }) },
    engine: embeddedEngine(),
    nodes: createBuiltInNodes({}),
    authenticate: () => EDITOR,
    publicUrl: 'https://app.example',
    log: (level, message, fields) => console.error(level, message, fields ?? {}),
  })
  await automation.migrate()
  const http = createServer(toNodeHandler(automation))
  const detach = attachWebSockets(http, automation)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  const client = automation.for(EDITOR)
  const { id } = await client.workflows.create({ name: 'Shared', document: DOCUMENT })
  return {
    connectionString: postgres.url,
    address: async () => {
      const { ticket } = await client.sockets.ticket()
      return { url: `ws://127.0.0.1:${port}/workflows`, room: `${id}/collab`, params: { ticket } }
    },
    close: async () => {
      await detach()
      http.closeAllConnections()
      http.close()
      await automation.close()
      await postgres.stop()
    },
  }
}
