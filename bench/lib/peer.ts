import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { PEERS } from '../../scripts/run/lib/peers.mjs'
import { nextMessage } from './next-message.ts'

/** Another engine of durable execution, in a process of its own. */
export interface Peer {
  /** Runs ten durable steps so many times, one run after another; returns ms from step to step. */
  run(runs: number): Promise<number>
  close(): Promise<void>
}

/** Store in which a peer keeps its state. */
export interface PeerOrder {
  /** Connection string of an empty database. */
  readonly url: string
  /** Empty directory on a disk. */
  readonly directory: string
}

/** Starts a peer by the name of its file in `bench/peers`; resolves when it takes runs. */
export async function openPeer(name: string, order: PeerOrder): Promise<Peer> {
  const child = fork(join(PEERS, `${name}.mjs`), [JSON.stringify(order)], {
    cwd: PEERS,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  await nextMessage(child, name)
  return {
    run: async (runs) => {
      let total = 0
      for (let run = 0; run < runs; run += 1) {
        const answer = nextMessage(child, name)
        child.send('run')
        total += ((await answer) as { readonly msPerStep: number }).msPerStep
      }
      return total / runs
    },
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.send('close')
      await ended
    },
  }
}
