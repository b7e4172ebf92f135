// Model of a day of many tenants on several databases. Its costs are rows of a bench report; the load is drawn with a seed,
// so that the same report gives the same figures.

/**
 * @typedef {object} Load
 * @property {number} tenants
 * @property {number} runsADay
 * @property {number} nodesARun Durable nodes of a run, as many as a run of the row `run-cpu` has.
 * @property {number} seed
 */

/**
 * @typedef {object} Costs
 * @property {number} cpuMsARun Processor time of a run, of the workers and the database together.
 * @property {number} walBytesANode
 * @property {number} nodesASecond Durable nodes a second on the machine of the report.
 * @property {number} cores Of that machine.
 */

/** The load that the model is asked about. Runs have ten durable nodes, like those of the row `run-cpu`. */
export const LOAD = /** @type {Load} */ ({ tenants: 1_000, runsADay: 10_000_000, nodesARun: 10, seed: 1 })

const MINUTES = 1_440

/**
 * Reads the costs from a bench report.
 *
 * @param {{ readonly machine: { readonly cores: number }, readonly rows: readonly { readonly id: string, readonly value: number }[] }} report
 * @returns {Costs}
 */
export function costsOf({ machine, rows }) {
  const cost = (/** @type {string} */ id) => {
    const row = rows.find((each) => each.id === id)
    if (row === undefined) throw new Error(`The report has no row "${id}"`)
    return row.value
  }
  return {
    cpuMsARun: cost('run-cpu'),
    walBytesANode: cost('node-wal'),
    nodesASecond: cost('parallel-runs'),
    cores: machine.cores,
  }
}

/**
 * Random numbers from 0 to 1 by a seed (mulberry32).
 *
 * @param {number} seed
 */
function randomOf(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/**
 * Draws the runs of each tenant in each minute of a day. Tenants differ as cities do (Zipf): the largest has as many runs as
 * many of the smallest together. Their noons are within six hours of each other, as in one part of the world; at night each
 * has a tenth of its noon.
 *
 * @param {Load} load
 * @returns {readonly Float64Array[]}
 */
export function drawDay({ tenants, runsADay, seed }) {
  const random = randomOf(seed)
  const weights = Array.from({ length: tenants }, (_, rank) => 1 / (rank + 1))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => {
    const noon = MINUTES / 2 + (random() + random() + random() - 1.5) * 240
    const shape = Float64Array.from({ length: MINUTES }, (_, minute) => {
      const height = (1 + Math.cos(((minute - noon) / MINUTES) * 2 * Math.PI)) / 2
      return 0.1 + 0.9 * height ** 2 + 0.05 * (random() - 0.5)
    })
    const share = (weight / sum) * (runsADay / shape.reduce((total, part) => total + part, 0))
    return shape.map((part) => part * share)
  })
}

/**
 * Assigns tenants to databases: by a hash of their names, or the largest first, each to the database with the least load.
 *
 * @param {readonly Float64Array[]} day
 * @param {number} databases
 * @param {'hash' | 'load'} by
 * @param {number} seed
 * @returns {readonly number[]} Database of each tenant.
 */
export function assignTenants(day, databases, by, seed) {
  const random = randomOf(seed + databases)
  if (by === 'hash') return day.map(() => Math.floor(random() * databases))
  const loads = Array.from({ length: databases }, () => 0)
  return day.map((minutes) => {
    const database = loads.indexOf(Math.min(...loads))
    loads[database] = (loads[database] ?? 0) + minutes.reduce((total, runs) => total + runs, 0)
    return database
  })
}

/**
 * @param {readonly Float64Array[]} day
 * @param {readonly number[]} assigned
 * @param {number} databases
 * @returns {number} Runs a second of the busiest database in its busiest minute.
 */
export function peakOf(day, assigned, databases) {
  const minutes = Array.from({ length: databases }, () => new Float64Array(MINUTES))
  day.forEach((runs, tenant) => {
    const sum = minutes[assigned[tenant] ?? 0]
    runs.forEach((count, minute) => {
      if (sum !== undefined) sum[minute] = (sum[minute] ?? 0) + count
    })
  })
  return Math.max(...minutes.map((sum) => Math.max(...sum))) / 60
}

/**
 * Returns the tables of the model as Markdown.
 *
 * @param {Load} load
 * @param {Costs} costs
 */
export function scalingTables(load, costs) {
  const day = drawDay(load)
  const { nodesARun, runsADay, tenants, seed } = load
  const whole = peakOf(
    day,
    day.map(() => 0),
    1,
  )
  const cores = (/** @type {number} */ runs) => (runs * costs.cpuMsARun) / 1_000
  const largest = (day[0]?.reduce((total, runs) => total + runs, 0) ?? 0) / runsADay
  const gigabytes = (/** @type {number} */ bytes) => `${(bytes / 1e9).toFixed(0)} GB`
  const facts = [
    ['runs a second, on average', (runsADay / 86_400).toFixed(0)],
    ['runs a second in the busiest minute', whole.toFixed(0)],
    ['durable nodes a second in that minute', (whole * nodesARun).toFixed(0)],
    ['share of the largest tenant', `${(largest * 100).toFixed(1)} %`],
    ['cores for workers and databases in that minute', cores(whole).toFixed(1)],
    ['write-ahead log a day', gigabytes(runsADay * nodesARun * costs.walBytesANode)],
  ]
  const rows = [1, 2, 4, 8, 16].map((databases) => {
    const peaks = /** @type {const} */ (['hash', 'load']).map((by) =>
      peakOf(day, assignTenants(day, databases, by, seed), databases),
    )
    const [hash = 0, byLoad = 0] = peaks
    const used = (/** @type {number} */ runs) => `${(((runs * nodesARun) / costs.nodesASecond) * 100).toFixed(0)} %`
    return [databases, hash.toFixed(0), used(hash), byLoad.toFixed(0), used(byLoad)]
  })
  const table = (/** @type {readonly (readonly (string | number)[])[]} */ lines) =>
    lines.map((line) => `| ${line.join(' | ')} |`).join('\n')
  return [
    `${tenants.toLocaleString('en')} tenants, ${runsADay.toLocaleString('en')} runs a day, ${nodesARun} durable nodes a run:`,
    table([['figure', 'value'], ['---', '---'], ...facts]),
    `Runs a second of the busiest database in its busiest minute, and its share of what the machine of the report stores (${costs.nodesASecond.toFixed(0)} durable nodes a second on ${costs.cores} cores, with the worker on the same cores):`,
    table([
      ['databases', 'tenants by hash', 'used', 'tenants by load', 'used'],
      ['---', '---', '---', '---', '---'],
      ...rows,
    ]),
  ].join('\n\n')
}
