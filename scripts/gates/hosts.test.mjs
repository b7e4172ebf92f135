import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { driveHost, startHost } from './lib/drive-host.mjs'
import { examplesIn, firstSnippetOf } from './lib/example-copy.mjs'
import { plant } from './lib/planted.mjs'

/** @type {(() => unknown)[]} */
let closing = []
afterEach(async () => {
  for (const close of closing) await close()
  closing = []
})

/**
 * A host with given responses.
 *
 * @param {(path: string, body: string) => { status: number, body?: unknown }} answer
 * @returns {Promise<string>} its address
 */
function listen(answer) {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => {
      body += part
    })
    request.on('end', () => {
      const path = request.url ?? ''
      const answered =
        request.headers.cookie === undefined && path === '/automation/me' ? { status: 401 } : answer(path, body)
      response.writeHead(answered.status, { 'set-cookie': 'session=1; Path=/' })
      response.end(JSON.stringify(answered.body ?? {}))
    })
  })
  closing.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => server.closeAllConnections(),
  )
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`)
    })
  })
}

/** @param {Partial<Record<string, { status: number, body?: unknown }>>} faults answers in place of the right ones, by path */
const host = (faults = {}) =>
  listen((path, body) => {
    const fault = faults[path]
    if (fault !== undefined) return fault
    if (path === '/automation/me') return { status: 200, body: { tenantId: 'acme' } }
    if (path === '/automation/workflows' && body === '{"name":') return { status: 400 }
    if (path === '/automation/workflows') return { status: 201, body: { id: 'w' } }
    if (path === '/automation/workflows/w/versions') return { status: 201, body: { version: '1' } }
    if (path === '/automation/workflows/w/runs') return { status: 201, body: { runId: 'r' } }
    if (path === '/automation/runs/r') return { status: 200, body: { status: 'completed', output: { name: 'Zoë' } } }
    return { status: 204 }
  })

describe('hosts', () => {
  test('passes a host that does what it is asked', async () => {
    await driveHost(await host(), { sockets: false })
  })

  test.each([
    ['another tenant', '/automation/me', { status: 200, body: { tenantId: 'globex' } }, 'GET /me answered'],
    ['a refused start', '/automation/workflows/w/runs', { status: 500 }, 'the start of a run'],
    ['a failed run', '/automation/runs/r', { status: 200, body: { status: 'failed', output: {} } }, 'the run ended as'],
    ['no sign-in', '/sign-in', { status: 500 }, 'the sign-in was answered'],
  ])('names a host with %s', async (_name, path, fault, message) => {
    await expect(driveHost(await host({ [path]: fault }), { sockets: false })).rejects.toThrow(message)
  })

  test('names a host that takes a malformed body', async () => {
    const url = await host({ '/automation/workflows': { status: 201, body: { id: 'w' } } })
    await expect(driveHost(url, { sockets: false })).rejects.toThrow('a malformed body was answered with 201')
  })

  test('names a script that ends before it answers', async () => {
    const folder = plant({ 'package.json': { scripts: { start: 'exit 3' } } })
    await expect(startHost(folder, 'start', {})).rejects.toThrow('npm run start did not answer')
  })

  test('takes the first block of TypeScript of a page', () => {
    expect(firstSnippetOf('```sh\nnpm i\n```\n\n```ts\nconst a = 1\n```\n\n```ts\nlater\n```\n')).toBe('const a = 1\n')
    expect(() => firstSnippetOf('no code')).toThrow('README.md has no block')
  })

  test('lists an example once more for each of its variants', () => {
    const root = plant({
      'examples/hosts/a/package.json': { variants: { old: { react: '^18' } } },
      'examples/hosts/README.md': 'no example',
    })
    expect(examplesIn(root, 'hosts')).toEqual([
      { name: 'hosts/a', folder: 'hosts/a', dependencies: {} },
      { name: 'hosts/a (old)', folder: 'hosts/a', dependencies: { react: '^18' } },
    ])
    expect(examplesIn(join(root, 'nowhere'))).toEqual([])
  })
})
