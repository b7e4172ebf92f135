import { readdirSync, readFileSync } from 'node:fs'
import { embeddedEngine } from '@tenon/runtime'
import pg from 'pg'
import { beatChain } from '../lib/beat-node.ts'
import { type EngineRig, openEngineRig } from '../lib/engine-rig.ts'
import { missingPostgres, openBenchPostgres, POOL_SIZE } from '../lib/postgres.ts'
import { openRawCommits } from '../lib/raw-commits.ts'
import type { OpenRow, Row } from '../lib/row.ts'

const NODES = 10
const RUNS = 50
/** Of `/proc/<pid>/stat`, on every Linux that Node runs on. */
const MS_PER_TICK = 10

/** A rig on a Postgres of its own, with a connection for questions about the server. */
interface Costs {
  readonly rig: EngineRig
  readonly admin: pg.Client
  readonly connectionString: string
}

type Measures = Omit<Extract<OpenRow, { measure: unknown }>, 'close'> & { readonly close?: () => Promise<void> }

function rowOf(measuresOf: (costs: Costs) => Promise<Measures>) {
  return {
    rounds: 9,
    warmUps: 25,
    open: async (): Promise<OpenRow> => {
      const postgres = await openBenchPostgres()
      const rig = await openEngineRig(postgres.database, embeddedEngine())
      const admin = new pg.Client({ connectionString: postgres.connectionString })
      await admin.connect()
      const { connectionString } = postgres
      const measures = await measuresOf({ rig, admin, connectionString })
      return {
        ...measures,
        close: async () => {
          await measures.close?.()
          await admin.end()
          await rig.close()
          await postgres.close()
        },
      }
    },
  } as const
}

/** Bytes of the write-ahead log for a durable node: those of a chain, divided by its nodes. A count, so without a floor. */
export const nodeWal: Row = {
  ...rowOf(async ({ rig, admin }) => {
    const written = async (): Promise<number> => {
      const { rows } = await admin.query<{ bytes: string }>(
        `select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as bytes`,
      )
      return Number(rows[0]?.bytes)
    }
    return {
      measure: async () => {
        const before = await written()
        await rig.run(beatChain(20 * NODES))
        return ((await written()) - before) / (20 * NODES)
      },
    }
  }),
  id: 'node-wal',
  title: 'Write-ahead log of a durable node on Postgres',
  unit: 'bytes',
  better: 'lower',
  warmUps: 3,
  must: 1_300,
  aim: 1_100,
  missing: missingPostgres,
}

/**
 * Processor time of a run of ten nodes with side effects, of this process and of every process of the server, from the
 * start of all runs to the end of the last one. Checking that they have completed does not count: each check is a
 * transaction of three messages, a fifth of what a run takes.
 */
export const runCpu: Row = {
  ...rowOf(async ({ rig, admin }) => {
    const { rows } = await admin.query<{ pid: number }>('select pg_backend_pid() as pid')
    const postmaster = statOf(rows[0]?.pid ?? 0).parent
    const usedMs = (): number => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1_000 + serverMs(postmaster)
    }
    return {
      measure: async () => {
        const before = usedMs()
        let after = before
        await rig.run(beatChain(NODES), RUNS, () => {
          after = usedMs()
        })
        return (after - before) / RUNS
      },
    }
  }),
  id: 'run-cpu',
  title: 'Processor time of a run of ten durable nodes, Node and Postgres together, 50 runs at once',
  unit: 'ms',
  better: 'lower',
  must: 2,
  aim: 1.2,
  missing: async () => (process.platform === 'linux' ? missingPostgres() : 'Processor time is read from /proc (Linux)'),
}

/** From the call that starts a run to the call of its first body. The floor is one raw one-row commit. */
export const startToBody: Row = {
  ...rowOf(async ({ rig, connectionString }) => {
    const raw = await openRawCommits(connectionString, POOL_SIZE)
    const document = beatChain(1)
    return {
      measure: async () => {
        const waits: number[] = []
        for (let run = 0; run < RUNS; run += 1) {
          const [finished] = await rig.run(document)
          if (finished?.beats[0] === undefined) throw new RangeError('The run called no body')
          waits.push(finished.beats[0] - finished.startedAt)
        }
        return waits.reduce((sum, wait) => sum + wait, 0) / RUNS
      },
      floor: () => raw.oneByOne(RUNS),
      close: () => raw.close(),
    }
  }),
  id: 'start-to-body',
  title: 'From the start of a run to its first body on Postgres, over a raw one-row commit under RLS',
  unit: 'ms',
  better: 'lower',
  must: 3,
  aim: 2,
  missing: missingPostgres,
}

/** Parent of a process, and the ticks that it and its ended children have used. */
function statOf(pid: number): { readonly parent: number; readonly ticks: number } {
  // The second field is a name in brackets, which may hold spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').map(Number) ?? []
  const [parent = 0, ticks] = [fields[1], fields.slice(11, 15).reduce((sum, each) => sum + each, 0)]
  return { parent, ticks }
}

function serverMs(postmaster: number): number {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
  let ticks = 0
  for (const pid of pids) {
    try {
      const stat = statOf(pid)
      if (pid === postmaster || stat.parent === postmaster) ticks += stat.ticks
    } catch {
      // It has ended since the list was read.
    }
  }
  return ticks * MS_PER_TICK
}
