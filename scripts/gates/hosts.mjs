// Builds the example hosts from the packed tarballs, starts each, and drives it over HTTP, sockets and a browser.
// `node scripts/gates/hosts.mjs NAME` drives those whose name contains NAME. Needs `npm run build`.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright'
import { findChromium } from '../run/lib/chromium.mjs'
import { driveHost, openEditor, startHost } from './lib/drive-host.mjs'
import { examplesIn, withTarballs } from './lib/example-copy.mjs'

/** Of the route that ticks, in the host that has one. */
const TICK_SECRET = 'the-tick-of-the-gate-0123456789'

/**
 * Field `host` of a host's package.json.
 *
 * @typedef {object} HostSettings
 * @property {boolean} api it serves /sign-in and /automation
 * @property {boolean} [sockets] its server lets WebSockets through
 * @property {string} [authorization] header of a caller, where there is no /sign-in
 * @property {string} [page] path of a page that shows an editor
 * @property {string} [worker] npm script of the worker process; the host then needs Postgres
 * @property {string} [tick] path of the route that executes runs, in a host that needs Postgres and has no worker
 */

const root = resolve(import.meta.dirname, '../..')
const chosen = process.argv[2] ?? ''
const executablePath = await findChromium()
if (executablePath === null) throw new Error('hosts: no Chromium; set CHROMIUM_PATH')
const launchOptions = { executablePath, args: ['--no-sandbox', '--disable-gpu'] }

await withTarballs(root, async ({ build }) => {
  const waiting = examplesIn(root, 'hosts').filter(({ name }) => name.includes(chosen))
  if (waiting.length === 0) throw new Error(`hosts: there is no example host whose name contains "${chosen}"`)
  const driveNext = async () => {
    for (let example = waiting.shift(); example !== undefined; example = waiting.shift()) {
      try {
        const copy = await build(example)
        await drive(copy, JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8')).host)
        console.log(`hosts: examples/${example.name} works with the tarballs`)
      } catch (error) {
        console.error(`hosts: examples/${example.name} does not work with the tarballs (${String(error)})`)
        process.exitCode = 1
      }
    }
  }
  // Most of an install is waiting: two at once take little more than one.
  await Promise.all([driveNext(), driveNext()])
})

/**
 * @param {string} folder
 * @param {HostSettings} settings
 */
async function drive(folder, { api, sockets = false, authorization, page, worker, tick }) {
  const database = worker === undefined && tick === undefined ? null : await startPostgres()
  /** @type {import('./lib/drive-host.mjs').Program[]} */
  const programs = []
  try {
    const env = {
      NODE_ENV: 'production',
      TICK_SECRET,
      ...(database === null ? {} : { DATABASE_URL: await database.createDatabase() }),
    }
    const host = await startHost(folder, 'start', env)
    programs.push(host)
    /** @type {NonNullable<Parameters<typeof driveHost>[1]['beforeRunEnds']>} */
    const beforeRunEnds = async ({ call }, runId) => {
      if (tick !== undefined) {
        const { status } = (await call('GET', `/runs/${runId}`)).body
        const init = { method: 'POST', headers: { authorization: `Bearer ${TICK_SECRET}` } }
        const ticked = await (await fetch(`${host.url}${tick}`, init)).json()
        if (status === 'completed' || ticked.runs !== 1 || ticked.hasMore) {
          throw new Error(`the run was ${status} before its tick, which answered ${JSON.stringify(ticked)}`)
        }
      }
      if (worker === undefined) return
      const [ready, run] = [await call('GET', '/health/ready'), await call('GET', `/runs/${runId}`)]
      if (!JSON.stringify(ready.body).includes('NO_WORKER') || run.body.health?.code !== 'NO_WORKER') {
        throw new Error(`without a worker, readiness was ${JSON.stringify(ready)} and the run ${JSON.stringify(run)}`)
      }
      // It completes once the worker is there.
      programs.push(await startHost(folder, worker, env))
    }
    if (api)
      await driveHost(host.url, { sockets, beforeRunEnds, ...(authorization === undefined ? {} : { authorization }) })
    if (page !== undefined) await openPage(`${host.url}${page}`, { sockets })
  } finally {
    for (const program of programs.reverse()) await program.stop()
    await database?.stop()
  }
}

/**
 * Opens a page in a separate browser, so that a browser that crashes affects no other host.
 *
 * @param {string} url
 * @param {{ sockets: boolean }} options
 */
async function openPage(url, options) {
  const browser = await chromium.launch(launchOptions)
  try {
    await openEditor(browser, url, options)
  } finally {
    await browser.close()
  }
}

async function startPostgres() {
  const { startTestPostgres } = await import('@tenon/runtime/testing')
  return startTestPostgres()
}
