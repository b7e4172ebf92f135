import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { bundleBench } from '../../scripts/run/lib/bundle-bench.mjs'
import { root } from '../../scripts/run/lib/paths.mjs'
import { nextMessage } from './next-message.ts'

/** Arguments of a process of the bench, as JSON on its command line. */
export interface EngineProcessOrder {
  /** Connection string of a migrated database. */
  readonly url: string
  /** Nodes of a run. */
  readonly nodes: number
  readonly firstTenant: number
}

/** Processes that share the runs of one database, each with a worker. */
export interface EngineProcesses {
  /**
   * Runs so many runs at once, each process an equal share.
   *
   * @returns Time from the first start to the last end in the slowest process, in ms: all begin at the same message.
   */
  run(runs: number): Promise<number>
  close(): Promise<void>
}

/** Starts so many processes on a migrated database; resolves when their workers work. */
export async function openEngineProcesses(
  count: number,
  { url, nodes }: Omit<EngineProcessOrder, 'firstTenant'>,
): Promise<EngineProcesses> {
  const script = await bundleBench(join(root, 'bench/lib/engine-process.ts'))
  const children = Array.from({ length: count }, (_, index) => {
    const order: EngineProcessOrder = { url, nodes, firstTenant: index * 1_000 }
    return fork(script, [JSON.stringify(order)], {
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
  })
  await Promise.all(children.map((child) => nextMessage(child, 'the bench')))
  return {
    run: async (runs) => {
      const took = children.map(async (child) => {
        const answer = nextMessage(child, 'the bench')
        child.send(runs / count)
        return Number(await answer)
      })
      return Math.max(...(await Promise.all(took)))
    },
    close: async () => {
      await Promise.all(children.map(end))
    },
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.disconnect()
  await ended
}
