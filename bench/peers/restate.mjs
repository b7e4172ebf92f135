// Restate: a server of its own keeps the journal of each run on disk and calls the steps over HTTP/2.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer as createHttp2Server } from 'node:http2'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { endpoint, service } from '@restatedev/restate-sdk'
import { STEPS, servePeer } from './peer-process.mjs'

const READY_AFTER_MS = 30_000

// Its SDK takes this one function from Node.js 22.
Promise.withResolvers ??= () => {
  /** @type {Partial<PromiseWithResolvers<any>>} */
  const parts = {}
  const promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }))
  return /** @type {PromiseWithResolvers<any>} */ ({ ...parts, promise })
}

await servePeer(async ({ directory }) => {
  let onStep = () => undefined
  const steps = service({
    name: 'steps',
    handlers: {
      run: async (/** @type {import('@restatedev/restate-sdk').Context} */ context) => {
        let count = 0
        for (let step = 0; step < STEPS; step += 1) {
          const before = count
          count = await context.run(`step-${step}`, () => {
            onStep()
            return before + 1
          })
        }
        return count
      },
    },
  })
  const [ingress, admin, node, own] = await Promise.all([freePort(), freePort(), freePort(), freePort()])
  const server = createHttp2Server(endpoint().bind(steps).http2Handler())
  server.listen(own, '127.0.0.1')
  await once(server, 'listening')
  const program = createRequire(import.meta.url).resolve(
    `@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`,
  )
  const restate = spawn(program, ['--no-logo', '--listen-mode', 'tcp', '--bind-ip', '127.0.0.1'], {
    stdio: 'ignore',
    env: {
      ...process.env,
      RESTATE_BASE_DIR: directory,
      RESTATE_BIND_PORT: String(node),
      RESTATE_INGRESS__BIND_PORT: String(ingress),
      RESTATE_ADMIN__BIND_PORT: String(admin),
      RESTATE_DISABLE_TELEMETRY: 'true',
      RESTATE_LOG_FILTER: 'error',
    },
  })
  process.once('exit', () => restate.kill('SIGKILL'))
  await post(`http://127.0.0.1:${admin}/deployments`, { uri: `http://127.0.0.1:${own}` })
  return {
    run: async (each) => {
      onStep = each
      await post(`http://127.0.0.1:${ingress}/steps/run`, null)
    },
    close: async () => {
      restate.kill('SIGTERM')
      await once(restate, 'exit')
      server.close()
    },
  }
})

/**
 * Posts JSON, again and again while the server starts.
 *
 * @param {string} url
 * @param {unknown} body
 */
async function post(url, body) {
  const giveUpAt = performance.now() + READY_AFTER_MS
  for (;;) {
    try {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(url, {
        method: 'POST',
        ...(body === null ? {} : { headers, body: JSON.stringify(body) }),
      })
      if (answer.ok) return
      if (performance.now() > giveUpAt) throw new RangeError(`${url} answers ${answer.status}: ${await answer.text()}`)
    } catch (error) {
      if (performance.now() > giveUpAt) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
