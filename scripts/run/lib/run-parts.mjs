/** @typedef {import('./parts.mjs').Part} Part */

/**
 * @typedef {object} RunPartsDeps
 * @property {(part: Part, isLive: boolean) => Promise<void>} start runs a part to its end and rejects when it fails; one
 * that is not live shows its output when it ends
 * @property {(part: Part, seconds: number, fault?: unknown) => void} ended called with what a failed part rejected with
 * @property {() => number} [now] ms
 */

/**
 * Runs parts in two lanes at the same time: those of a lane one after the other, in their order. After a failure no
 * further part starts; one that is running is finished.
 *
 * @param {readonly Part[]} parts each after those that it waits for; a part for either lane after all parts of both lanes
 * @param {RunPartsDeps} deps
 * @returns {Promise<string[]>} names of the parts that failed
 */
export async function runParts(parts, { start, ended, now = Date.now }) {
  /** @type {string[]} */
  const failed = []
  const hasOneLane = new Set(parts.map(({ lane }) => lane)).size === 1

  /** @param {Part} part */
  const runPart = async (part) => {
    if (failed.length > 0) return
    const from = now()
    const seconds = () => Math.round((now() - from) / 1000)
    try {
      await start(part, hasOneLane || part.lane === 'front')
      ended(part, seconds())
    } catch (error) {
      failed.push(part.name)
      ended(part, seconds(), error)
    }
  }

  /** @type {Map<string, Promise<void>>} */
  const ends = new Map()
  /** @type {Map<string, Promise<void>>} */
  const lanes = new Map()
  for (const part of parts) {
    // `Promise.race` of no promises never resolves.
    const free = part.lane === 'either' && lanes.size > 0 ? Promise.race(lanes.values()) : lanes.get(part.lane)
    const end = Promise.all([free, ...(part.after ?? []).map((name) => ends.get(name))]).then(() => runPart(part))
    ends.set(part.name, end)
    if (part.lane !== 'either') lanes.set(part.lane, end)
  }
  await Promise.all(ends.values())
  return failed
}
