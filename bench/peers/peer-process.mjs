// What the process of a peer has in common: it runs ten durable steps whenever the bench asks for it.

/** Durable steps of one run. */
export const STEPS = 10

/**
 * A peer at work.
 *
 * @typedef {object} Peer
 * @property {(onStep: () => void) => Promise<void>} run runs ten durable steps one after the other, each given the
 * number that the step before it returned, and calls `onStep` in the body of each; resolves with the run
 * @property {() => Promise<void>} close
 */

/**
 * Answers each message of the bench with the time from the body of the first step to the body of the last, in ms a step.
 *
 * @param {(order: { url: string, directory: string }) => Promise<Peer>} open
 */
export async function servePeer(open) {
  const peer = await open(JSON.parse(process.argv[2] ?? '{}'))
  process.on('message', async (message) => {
    if (message === 'close') {
      await peer.close()
      process.disconnect()
      process.exit(0)
    }
    /** @type {number[]} */
    const beats = []
    await peer.run(() => beats.push(performance.now()))
    if (beats.length !== STEPS) throw new RangeError(`The peer has run ${beats.length} steps`)
    process.send?.({ msPerStep: ((beats.at(-1) ?? 0) - (beats[0] ?? 0)) / (STEPS - 1) })
  })
  process.send?.('ready')
}
