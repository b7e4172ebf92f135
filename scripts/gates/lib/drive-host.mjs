import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import WebSocket from 'ws'
import { freePort } from '../../lib/free-port.mjs'

// An answer that comes late on a busy machine is no fault: a host opens its database at its first request.
const ANSWER_MS = 60_000
const START_MS = 120_000

/**
 * @typedef {object} Program
 * @property {string} url
 * @property {() => Promise<void>} stop
 */

/**
 * Starts an npm script of a host and waits until its address answers.
 *
 * @param {string} folder
 * @param {string} script
 * @param {Record<string, string>} env
 * @returns {Promise<Program>}
 */
export async function startHost(folder, script, env) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  // A group of its own: npm starts the host as its child.
  const child = spawn('npm', ['run', '--silent', script], {
    cwd: folder,
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const stop = async () => {
    try {
      process.kill(-(/** @type {number} */ (child.pid)), 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
    await exited
  }
  const deadline = Date.now() + START_MS
  while (Date.now() < deadline && child.exitCode === null) {
    try {
      await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) })
      return { url, stop }
    } catch {
      await delay(200)
    }
  }
  await stop()
  throw new Error(`npm run ${script} did not answer on ${url}`)
}

/** A workflow that waits for a moment, which takes a worker, and gives what it was started with. */
const DOCUMENT = {
  schemaVersion: 1,
  nodes: [
    nodeOf('start', 'start', { schema: { type: 'object' } }, 0),
    nodeOf('wait', 'delay', { duration: '50ms' }, 300),
    nodeOf('end', 'end', { outcome: 'done' }, 600),
  ],
  edges: [edgeOf('start', 'wait'), edgeOf('wait', 'end')],
  variables: [],
  annotations: [],
  settings: {},
}

/** @param {string} id @param {string} type @param {object} params @param {number} x */
function nodeOf(id, type, params, x) {
  return { id, type, typeVersion: 1, name: id, params, position: { x, y: 0 } }
}

/** @param {string} source @param {string} target */
function edgeOf(source, target) {
  return { id: `${source}:success>${target}:in`, source, sourceHandle: 'success', target, targetHandle: 'in' }
}

/**
 * Drives the API of a started host as its browser would: sign in, create, publish, run, and read what came of it.
 *
 * @param {string} url
 * @param {{ sockets: boolean, authorization?: string, beforeRunEnds?: (api: Api, runId: string) => Promise<void> }} options `authorization`
 * is sent in place of the cookie of a sign-in
 */
export async function driveHost(url, { sockets, authorization, beforeRunEnds }) {
  const api = apiOf(url, authorization === undefined ? { cookie: await signIn(url) } : { authorization })
  const me = await api.call('GET', '/me')
  expect(me.body.tenantId === 'acme', `GET /me answered ${JSON.stringify(me)}`)
  expect((await fetch(`${url}/automation/me`, within())).status === 401, 'a caller without a session got in')

  const malformed = await api.send('POST', '/workflows', '{"name":')
  expect(malformed.status === 400, `a malformed body was answered with ${malformed.status}`)

  const workflow = await api.call('POST', '/workflows', { name: 'Greeting', document: DOCUMENT })
  const base = `/workflows/${workflow.body.id}`
  const version = await api.call('POST', `${base}/versions`, {})
  expect(version.body.version === '1', `publishing answered ${JSON.stringify(version)}`)
  const started = await api.call('POST', `${base}/runs`, { input: { name: 'Zoë' } })
  expect(started.status === 201, `the start of a run was answered with ${JSON.stringify(started)}`)
  await beforeRunEnds?.(api, started.body.runId)

  const run = await untilOver(api, started.body.runId)
  expect(run.status === 'completed' && run.output.name === 'Zoë', `the run ended as ${JSON.stringify(run)}`)
  if (sockets) await readRunLog(api, url, started.body.runId)
}

/**
 * @typedef {object} Api
 * @property {(method: string, path: string, body?: unknown) => Promise<{ status: number, body: any }>} call
 * @property {(method: string, path: string, body?: string) => Promise<Response>} send
 */

/**
 * @param {string} url
 * @returns {Promise<string>} the cookies of the session
 */
async function signIn(url) {
  const answer = await fetch(`${url}/sign-in`, { method: 'POST', ...within() })
  const cookie = answer.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ')
  expect(answer.ok && cookie !== '', `the sign-in was answered with ${answer.status}`)
  return cookie
}

/**
 * @param {string} url
 * @param {Record<string, string>} identity headers
 * @returns {Api}
 */
function apiOf(url, identity) {
  /** @type {Api['send']} */
  const send = (method, path, body) => {
    const headers = { ...identity, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
    return fetch(`${url}/automation${path}`, { method, headers, ...(body === undefined ? {} : { body }), ...within() })
  }
  return {
    send,
    call: async (method, path, body) => {
      const answered = await send(method, path, body === undefined ? undefined : JSON.stringify(body))
      return { status: answered.status, body: await answered.json() }
    },
  }
}

/**
 * @param {Api} api
 * @param {string} runId
 */
async function untilOver(api, runId) {
  for (let tries = 0; ; tries += 1) {
    const { body } = await api.call('GET', `/runs/${runId}`)
    if (['completed', 'failed', 'canceled'].includes(body.status)) return body
    expect(tries < 150, `the run is still ${body.status}`)
    await delay(200)
  }
}

/**
 * @param {Api} api
 * @param {string} url
 * @param {string} runId
 */
async function readRunLog(api, url, runId) {
  const { body } = await api.call('POST', '/socket-tickets', {})
  const address = `${url.replace('http', 'ws')}/automation/runs/${runId}/logs?ticket=${body.ticket}`
  const socket = new WebSocket(address, 'tenon.v1', { origin: url })
  const types = await new Promise((resolve, reject) => {
    /** @type {string[]} */
    const seen = []
    socket.once('error', reject)
    socket.once('close', (code) => reject(new Error(`the socket was closed with ${code} after ${seen.join(', ')}`)))
    socket.on('message', (data) => {
      seen.push(JSON.parse(String(data)).type)
      if (seen.includes('run_completed')) resolve(seen)
    })
  })
  socket.removeAllListeners('close')
  socket.close()
  expect(types.includes('run_started'), `the socket sent ${types.join(', ')}`)
}

/**
 * Opens a page of a host in a browser and waits for the editor.
 *
 * @param {import('playwright').Browser} browser
 * @param {string} url
 * @param {{ sockets: boolean }} options without sockets the editor works over HTTP, and browsers report each try of one
 */
export async function openEditor(browser, url, { sockets }) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  /** @type {string[]} */
  const errors = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    const isExpected = !sockets && message.text().startsWith('WebSocket connection to')
    if (message.type() === 'error' && !isExpected) errors.push(message.text())
  })
  await page.goto(url)
  await page.locator('.tenon .react-flow__node').first().waitFor({ timeout: 60_000 })
  await page.close()
  expect(errors.length === 0, `the page reported ${errors.join(' | ')}`)
}

const within = () => ({ signal: AbortSignal.timeout(ANSWER_MS) })

/**
 * @param {boolean} holds
 * @param {string} message
 * @returns {asserts holds}
 */
function expect(holds, message) {
  if (!holds) throw new Error(message)
}
