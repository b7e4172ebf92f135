import { gzipSync } from 'node:zlib'
import type { TenonError } from '@tenon/core/errors'
import { describe, expect, test } from 'vitest'
import { type LocalServer, type ReceivedRequest, startLocalServer } from '../../test/local-server.ts'
import { createEgress, type Egress, type EgressOptions } from './egress.ts'

type Answer = Parameters<typeof startLocalServer>[0]

async function withServer(
  answer: Answer,
  check: (server: LocalServer, egress: Egress) => Promise<void>,
  options: EgressOptions = {},
): Promise<void> {
  await using server = await startLocalServer(answer)
  const egress = createEgress({ allow: [`127.0.0.1:${server.port}`], ...options })
  try {
    await check(server, egress)
  } finally {
    await egress.close()
  }
}

const ok: Answer = (_request, response) => void response.end('ok')

const failureOf = async (call: Promise<unknown>): Promise<TenonError> => {
  const failure = await call.then(
    () => new Error('It was answered'),
    (error: unknown) => error as TenonError,
  )
  return failure as TenonError
}
const codeOf = async (call: Promise<unknown>) => (await failureOf(call)).code

describe('addresses', () => {
  test('loopback is refused by default and no socket is opened', async () => {
    await withServer(
      ok,
      async (server, egress) => {
        const error = await failureOf(egress.request(`${server.origin}/secret?token=hunter2`))
        expect(error).toMatchObject({ code: 'EGRESS_REFUSED', details: { reason: 'address' }, retryable: false })
        expect(JSON.stringify([error.message, error.details])).not.toMatch(/hunter2|secret/)
        expect(await codeOf(egress.fetch(server.origin))).toBe('EGRESS_REFUSED')
        expect(server.connections()).toBe(0)
      },
      { allow: [] },
    )
  })

  test.each(['localhost', '127.1', '0x7f000001', '2130706433', '0', '0.0.0.0', '[::1]', '[::ffff:127.0.0.1]', '[::]'])(
    'http://%s is loopback in another dress, and refused',
    async (host) => {
      await withServer(
        ok,
        async (server, egress) => {
          expect(await codeOf(egress.request(`http://${host}:${server.port}/`))).toBe('EGRESS_REFUSED')
          expect(await codeOf(egress.fetch(`http://${host}:${server.port}/`))).toBe('EGRESS_REFUSED')
          expect(server.connections()).toBe(0)
        },
        { allow: [] },
      )
    },
  )

  test('an allowed host and port is reached, by request and by fetch', async () => {
    await withServer(ok, async (server, egress) => {
      const response = await egress.request(`${server.origin}/a`)
      expect([response.status, response.ok, response.url, await response.text()]).toEqual([
        200,
        true,
        `${server.origin}/a`,
        'ok',
      ])
      expect(await (await egress.fetch(`${server.origin}/b`)).text()).toBe('ok')
    })
  })

  test('an allowed name is reached at the address that it has', async () => {
    await using server = await startLocalServer(ok)
    const egress = createEgress({ allow: [`crm.internal:${server.port}`], dns: async () => ['127.0.0.1'] })
    expect((await egress.request(`http://crm.internal:${server.port}/`)).status).toBe(200)
    expect(await codeOf(egress.request(`http://other.internal:${server.port}/`))).toBe('EGRESS_REFUSED')
    await egress.close()
  })

  test('a range may be allowed, and an address within it denied', async () => {
    await using server = await startLocalServer(ok)
    const options = { allow: ['127.0.0.0/8'], deny: ['127.0.0.2'] }
    const at = (address: string) => createEgress({ ...options, dns: async () => [address] })
    expect((await at('127.0.0.1').request(`http://a.example:${server.port}/`)).status).toBe(200)
    expect(await codeOf(at('127.0.0.2').request(`http://a.example:${server.port}/`))).toBe('EGRESS_REFUSED')
  })

  test('a name that turns to loopback after a public answer is refused at the socket', async () => {
    await using server = await startLocalServer(ok)
    const answers = [['203.0.113.1'], ['8.8.8.8'], ['127.0.0.1'], ['::1'], ['::ffff:127.0.0.1']]
    const asked: string[] = []
    const egress = createEgress({
      dns: async (hostname) => {
        asked.push(hostname)
        return answers.shift() ?? ['127.0.0.1']
      },
    })
    const url = `http://rebind.example:${server.port}/`
    expect(await codeOf(egress.request(url, { timeoutMs: 50 }))).toBe('EGRESS_REFUSED')
    // The public answer passes the check; that no server answers there is another failure.
    expect(await codeOf(egress.request(url, { timeoutMs: 50 }))).not.toBe('EGRESS_REFUSED')
    for (let turn = 0; turn < 4; turn += 1) expect(await codeOf(egress.request(url))).toBe('EGRESS_REFUSED')
    expect(asked).toHaveLength(6)
    expect(server.connections()).toBe(0)
  })

  test('a private address among public ones is never tried', async () => {
    await using server = await startLocalServer(ok)
    const egress = createEgress({ dns: async () => ['127.0.0.1', '8.8.8.8', '10.0.0.1'] })
    expect(await codeOf(egress.request(`http://mixed.example:${server.port}/`, { timeoutMs: 50 }))).not.toBe(
      'EGRESS_REFUSED',
    )
    expect(server.connections()).toBe(0)
  })

  test('https goes through the same check as http', async () => {
    await using server = await startLocalServer(ok)
    const dns = async () => ['127.0.0.1']
    const refusing = createEgress({ dns })
    expect(await codeOf(refusing.request(`https://crm.internal:${server.port}/`))).toBe('EGRESS_REFUSED')
    expect(await codeOf(refusing.request(`https://127.0.0.1:${server.port}/`))).toBe('EGRESS_REFUSED')
    expect(server.connections()).toBe(0)
    // This server speaks no TLS: that it was reached at all shows that the address passed.
    const allowing = createEgress({ dns, allow: [`crm.internal:${server.port}`] })
    expect(await codeOf(allowing.request(`https://crm.internal:${server.port}/`))).toBe('HTTP_FAILED')
    expect(server.connections()).toBe(1)
  })

  test('a name without address is a failure that may be tried again', async () => {
    const none = createEgress({ dns: async () => [] })
    const broken = createEgress({ dns: async () => Promise.reject(new Error('SERVFAIL')) })
    for (const egress of [none, broken, createEgress()]) {
      expect(await failureOf(egress.request('http://nothing.invalid/'))).toMatchObject({
        code: 'HTTP_FAILED',
        message: 'No address was found for nothing.invalid',
        retryable: true,
      })
    }
  })
})

describe('what may be asked', () => {
  test.each([
    ['file:///etc/passwd', 'EGRESS_REFUSED', 'protocol'],
    ['ftp://a.example/', 'EGRESS_REFUSED', 'protocol'],
    ['http://a.example:25/', 'EGRESS_REFUSED', 'port'],
    ['http://a.example:0/', 'EGRESS_REFUSED', 'port'],
    ['data:text/plain,x', 'EGRESS_REFUSED', 'protocol'],
    ['http://user:hunter2@a.example/', 'EGRESS_REFUSED', 'credentials'],
    ['http://user@a.example/', 'EGRESS_REFUSED', 'credentials'],
    ['no address', 'HTTP_FAILED', undefined],
  ])('%s is refused', async (url, code, reason) => {
    const egress = createEgress()
    for (const error of [await failureOf(egress.request(url)), await failureOf(egress.fetch(url))]) {
      expect([error.code, error.details?.reason, error.retryable]).toEqual([code, reason, false])
      expect(error.message).not.toContain('hunter2')
    }
  })

  test.each(['Host', 'connection', 'Transfer-Encoding', 'content-length'])(
    'the header %s is not the caller’s',
    async (name) => {
      await withServer(ok, async (server, egress) => {
        const error = await failureOf(egress.request(server.origin, { headers: { [name]: 'x' } }))
        expect(error).toMatchObject({ code: 'EGRESS_REFUSED', details: { reason: 'header' } })
        await egress.fetch(server.origin, { headers: { [name]: '1' } })
        expect(server.requests[0]?.headers.host).toBe(`127.0.0.1:${server.port}`)
      })
    },
  )

  test('a header that would end its line fails before anything is sent', async () => {
    await withServer(ok, async (server, egress) => {
      const error = await failureOf(egress.request(server.origin, { headers: { 'x-a': 'b\r\nx-c: d' } }))
      expect(error).toMatchObject({ code: 'HTTP_FAILED', retryable: false })
      expect(server.requests).toHaveLength(0)
    })
  })

  test('method, headers and body arrive as they were given', async () => {
    await withServer(ok, async (server, egress) => {
      await egress.request(`${server.origin}/x`, {
        method: 'PUT',
        headers: { 'X-Trace': '7' },
        body: new Uint8Array([104, 105]),
      })
      await egress.fetch(new Request(`${server.origin}/y`, { method: 'POST', body: '{}', headers: { 'x-trace': '8' } }))
      expect(server.requests.map(({ method, url, headers, body }) => [method, url, headers['x-trace'], body])).toEqual([
        ['PUT', '/x', '7', 'hi'],
        ['POST', '/y', '8', '{}'],
      ])
    })
  })
})

describe('credentials of a connection', () => {
  test('reach allowed hosts only, are no part of the URL of the response, and do not follow to another origin', async () => {
    const other: ReceivedRequest[] = []
    await using second = await startLocalServer((request, response) => {
      other.push(request)
      response.end('other')
    })
    const seen: ReceivedRequest[] = []
    const answer: Answer = (request, response) => {
      seen.push(request)
      if (request.url.startsWith('/away')) response.writeHead(302, { location: `${second.origin}/b` }).end()
      else if (request.url.startsWith('/a')) response.writeHead(302, { location: '/b' }).end()
      else response.end('ok')
    }
    await withServer(
      answer,
      async ({ origin }, egress) => {
        const credentials = { headers: { 'x-key': 'canary' }, query: { key: 'canary' } }
        const httpCredentials = { ...credentials, allowedHosts: [origin] }
        const followed = await egress.request(`${origin}/a`, { headers: { 'x-key': 'mine' }, httpCredentials })
        expect([followed.url, seen.map(({ url, headers }) => [url, headers['x-key']])]).toEqual([
          `${origin}/b`,
          [
            ['/a?key=canary', 'canary'],
            ['/b?key=canary', 'canary'],
          ],
        ])
        expect(await (await egress.request(`${origin}/away`, { httpCredentials })).text()).toBe('other')
        expect(JSON.stringify(other.map(({ url, headers }) => [url, headers]))).not.toContain('canary')
        const refused = await failureOf(egress.request(second.origin, { httpCredentials }))
        expect([refused.code, other.length]).toEqual(['CONNECTION_HOST_REFUSED', 1])
        const injected = { ...httpCredentials, headers: { 'x-key': 'canary\r\nhost: evil' } }
        const malformed = await failureOf(egress.request(`${origin}/c`, { httpCredentials: injected }))
        expect([malformed.code, malformed.message]).toEqual(['HTTP_FAILED', expect.not.stringContaining('canary')])
      },
      { allow: ['127.0.0.1/32'] },
    )
  })
})

describe('credentials that a service sends back', () => {
  const secret = 'canary/of+acme'
  const token = 'Bearer canary-token-of-acme'
  const locations: Record<string, (other: string) => string> = {
    '/same': () => `/echo?x=1&key=${encodeURIComponent(secret)}`,
    '/path': () => `/echo/${encodeURIComponent(secret)}`,
    '/query': (other) => `${other}/?x=1&key=${encodeURIComponent(secret)}`,
    '/leak': (other) => `${other}/?note=${encodeURIComponent(secret)}`,
    '/twice': (other) => `${other}/${token.slice(7).toUpperCase().toLowerCase()}`,
    '/host': () => `http://${token.slice(7)}.example/`,
  }
  const answerFrom =
    (other: string): Answer =>
    (request, response) => {
      const location = locations[request.url.split('?')[0] ?? '']?.(other)
      const echo = `${request.url} ${request.headers.authorization} ${secret}`
      response.setHeader('x-echo', `${request.headers.authorization}`)
      if (location !== undefined) response.writeHead(302, { location }).end()
      else if (!request.url.startsWith('/stream')) response.end(echo)
      else for (const letter of `${echo} canary`) response.write(letter)
      response.end()
    }

  test('are in no response, whole or streamed, and reach no other origin by a redirect', async () => {
    await using second = await startLocalServer(ok)
    await withServer(
      answerFrom(second.origin),
      async ({ origin, requests }, egress) => {
        const httpCredentials = {
          ...{
            headers: { authorization: token },
            query: { key: secret },
            allowedHosts: [origin],
            secrets: ['n0ted-one'],
          },
        }
        const seen: unknown[] = []
        for (const path of ['/echo', '/same', '/path', '/query', '/stream?n0ted-one']) {
          const asked = await egress.request(`${origin}${path}`, { httpCredentials })
          const fetched = await egress.fetch(`${origin}${path}`, { httpCredentials })
          expect([path, fetched.url, await fetched.text()]).toEqual([path, asked.url, await asked.text()])
          seen.push([asked.url, asked.headers, [...fetched.headers], await asked.text()])
        }
        expect(seen.map((one) => (one as string[])[0])).toEqual([
          `${origin}/echo`,
          `${origin}/echo?x=1`,
          `${origin}/echo/••••••••`,
          `${second.origin}/?x=1`,
          `${origin}/stream?••••••••`,
        ])
        expect(JSON.stringify(seen)).not.toMatch(/canary.of|n0ted/)
        // Every request to the service had the credentials.
        expect(
          requests.every(
            ({ url, headers }) => url.includes('key=canary%2Fof%2Bacme') && headers.authorization === token,
          ),
        ).toBe(true)
        expect(second.requests.map(({ url, headers }) => [url, headers.authorization])).toEqual([
          ['/?x=1', undefined],
          ['/?x=1', undefined],
        ])
        for (const path of ['/leak', '/twice', '/host']) {
          for (const call of [egress.request, egress.fetch]) {
            const refused = await failureOf(call(`${origin}${path}`, { httpCredentials }))
            expect([path, refused.code, refused.message]).toEqual([
              path,
              'CONNECTION_HOST_REFUSED',
              expect.not.stringContaining('canary'),
            ])
          }
        }
        expect(second.requests).toHaveLength(2)
        const returned = await egress.request(`${origin}/leak`, { httpCredentials, redirect: 'return' })
        expect(returned.headers.location).toBe(`${second.origin}/?note=********`)
        expect(await codeOf(egress.fetch(`${origin}/same`, { httpCredentials, redirect: 'error' }))).toBe(
          'HTTP_REDIRECT_REFUSED',
        )
        expect(await codeOf(egress.fetch(second.origin, { httpCredentials }))).toBe('CONNECTION_HOST_REFUSED')
      },
      { allow: ['127.0.0.1/32'] },
    )
  })
})

describe('redirects', () => {
  const redirectTo =
    (location: (request: ReceivedRequest) => string | undefined, status = 302): Answer =>
    (request, response) => {
      const target = location(request)
      response.writeHead(target === undefined ? 200 : status, target === undefined ? {} : { location: target })
      response.end(request.url)
    }

  test('are followed, relative ones too, and the answer says where it came from', async () => {
    const hops: Record<string, string> = { '/a': '/b', '/b': 'c?x=1' }
    await withServer(
      redirectTo(({ url }) => hops[url]),
      async (server, egress) => {
        const response = await egress.request(`${server.origin}/a`)
        expect([response.url, await response.text()]).toEqual([`${server.origin}/c?x=1`, '/c?x=1'])
        const fetched = await egress.fetch(`${server.origin}/a`)
        expect([fetched.url, fetched.redirected, await fetched.text()]).toEqual([
          `${server.origin}/c?x=1`,
          true,
          '/c?x=1',
        ])
      },
    )
  })

  test('to loopback, by address or by name, are refused', async () => {
    await using inner = await startLocalServer(ok)
    const targets = [
      `http://127.0.0.1:${inner.port}/`,
      `http://localhost:${inner.port}/`,
      `http://[::1]:${inner.port}/`,
    ]
    for (const target of targets) {
      await withServer(
        redirectTo(() => target),
        async (server, egress) => {
          expect(await codeOf(egress.request(server.origin))).toBe('EGRESS_REFUSED')
          expect(await codeOf(egress.fetch(server.origin))).toBe('EGRESS_REFUSED')
        },
      )
    }
    expect(inner.connections()).toBe(0)
  })

  test.each(['file:///etc/passwd', 'javascript:1', 'http://user:pass@127.0.0.1/', 'http://127.0.0.1:25/'])(
    'to %s are refused',
    async (target) => {
      await withServer(
        redirectTo(() => target),
        async (server, egress) => {
          expect(await codeOf(egress.request(server.origin))).toBe('EGRESS_REFUSED')
        },
      )
    },
  )

  test('are followed five times and not a sixth', async () => {
    const countdown = redirectTo(({ url }) => (url === '/0' ? undefined : `/${Number(url.slice(1)) - 1}`))
    await withServer(countdown, async (server, egress) => {
      expect((await egress.request(`${server.origin}/5`)).status).toBe(200)
      const error = await failureOf(egress.request(`${server.origin}/6`))
      expect(error).toMatchObject({ code: 'HTTP_FAILED', retryable: false })
      expect(await codeOf(egress.fetch(`${server.origin}/6`))).toBe('HTTP_FAILED')
    })
  })

  test('carry credentials within an origin and never to another one', async () => {
    await using other = await startLocalServer(ok)
    const target = { '/same': '/end', '/other': `${other.origin}/end` } as Record<string, string>
    const headers = { authorization: 'Bearer hunter2', cookie: 'a=b', 'X-Api-Key': 'k', 'x-plain': 'p' }
    await withServer(
      redirectTo(({ url }) => target[url]),
      async (server, egress) => {
        for (const path of ['/same', '/other']) {
          await egress.request(`${server.origin}${path}`, { headers })
          await egress.fetch(`${server.origin}${path}`, { headers })
        }
        const kept = server.requests.filter(({ url }) => url === '/end')
        expect(kept.map(({ headers: got }) => [got.authorization, got.cookie])).toEqual([
          ['Bearer hunter2', 'a=b'],
          ['Bearer hunter2', 'a=b'],
        ])
        expect(
          other.requests.map(({ headers: got }) => [got.authorization, got.cookie, got['x-api-key'], got['x-plain']]),
        ).toEqual([
          [undefined, undefined, undefined, 'p'],
          [undefined, undefined, undefined, 'p'],
        ])
      },
      { allow: ['127.0.0.1/32'] },
    )
  })

  test.each([
    [301, 'POST', 'GET', ''],
    [302, 'PUT', 'PUT', 'body'],
    [303, 'PUT', 'GET', ''],
    [307, 'POST', 'POST', 'body'],
    [308, 'POST', 'POST', 'body'],
  ] as const)('%i turns %s into %s', async (status, method, next, body) => {
    await withServer(
      redirectTo(({ url }) => (url === '/a' ? '/b' : undefined), status),
      async (server, egress) => {
        await egress.request(`${server.origin}/a`, { method, body: 'body', headers: { 'content-type': 'text/plain' } })
        await egress.fetch(`${server.origin}/a`, { method, body: 'body' })
        const arrived = server.requests.filter(({ url }) => url === '/b')
        expect(arrived.map((got) => [got.method, got.body, got.headers['content-type'] !== undefined])).toEqual([
          [next, body, body !== ''],
          [next, body, body !== ''],
        ])
      },
    )
  })

  test('are returned as they are where the options of fetch say so', async () => {
    await withServer(
      redirectTo(() => '/b'),
      async (server, egress) => {
        const response = await egress.fetch(server.origin, { redirect: 'manual' })
        expect([response.status, response.headers.get('location')]).toEqual([302, '/b'])
      },
    )
  })
})

describe('limits', () => {
  const zeros = Buffer.alloc(3_000_000)

  test('a body over the limit is cut off, with and without a length', async () => {
    const huge: Answer = ({ url }, response) => {
      if (url === '/length') response.setHeader('content-length', zeros.length)
      response.end(zeros)
    }
    await withServer(huge, async (server, egress) => {
      for (const path of ['/length', '/chunked']) {
        expect(await failureOf(egress.request(server.origin + path))).toMatchObject({
          code: 'HTTP_RESPONSE_TOO_LARGE',
          details: { maxBytes: 1_048_576 },
        })
      }
      expect((await egress.request(server.origin, { maxResponseBytes: 3_000_000 })).status).toBe(200)
    })
  })

  test('a body that never ends is cut off as well', async () => {
    const endless: Answer = (_request, response) => {
      const write = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      }
      response.on('drain', write)
      write()
    }
    await withServer(endless, async (server, egress) => {
      expect(await codeOf(egress.request(server.origin))).toBe('HTTP_RESPONSE_TOO_LARGE')
    })
  })

  test('a compressed bomb is cut off while it unpacks', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000))
    const answer: Answer = (_request, response) => void response.setHeader('content-encoding', 'gzip').end(bomb)
    await withServer(
      answer,
      async (server, egress) => {
        expect(bomb.length).toBeLessThan(400_000)
        expect(await codeOf(egress.request(server.origin))).toBe('HTTP_RESPONSE_TOO_LARGE')
        const response = await egress.fetch(server.origin)
        expect(await codeOf(response.arrayBuffer())).toBe('HTTP_RESPONSE_TOO_LARGE')
      },
      { maxFetchBytes: 1_000_000 },
    )
  })

  test('a compressed body is decoded, an encoding that is not known refused', async () => {
    const answer: Answer = ({ url }, response) => {
      response.setHeader('content-encoding', url.slice(1))
      response.end(url === '/gzip' ? gzipSync('packed') : 'x')
    }
    await withServer(answer, async (server, egress) => {
      expect(await (await egress.request(`${server.origin}/gzip`)).text()).toBe('packed')
      expect(await (await egress.fetch(`${server.origin}/gzip`)).text()).toBe('packed')
      expect(await codeOf(egress.request(`${server.origin}/zap`))).toBe('HTTP_RESPONSE_INVALID')
      expect(await codeOf(egress.request(`${server.origin}/br`))).toBe('HTTP_RESPONSE_INVALID')
      expect((await egress.request(`${server.origin}/gzip`, { method: 'HEAD' })).status).toBe(200)
    })
  })

  test('silence and a slow body both end with the time limit', async () => {
    const slow: Answer = ({ url }, response) => {
      if (url === '/body') response.write('a')
    }
    await withServer(slow, async (server, egress) => {
      for (const path of ['/silence', '/body']) {
        expect(await failureOf(egress.request(server.origin + path, { timeoutMs: 40 }))).toMatchObject({
          code: 'NODE_TIMEOUT',
          retryable: true,
          details: { timeoutMs: 40 },
        })
      }
    })
  })

  test('who aborts gets its own reason back', async () => {
    const reason = new Error('the run was canceled')
    await withServer(
      () => undefined,
      async (server, egress) => {
        for (const send of [
          (signal: AbortSignal) => egress.request(server.origin, { abortSignal: signal }),
          (signal: AbortSignal) => egress.fetch(server.origin, { signal }),
        ]) {
          const controller = new AbortController()
          const call = send(controller.signal)
          controller.abort(reason)
          await expect(call).rejects.toBe(reason)
        }
      },
    )
  })

  test('a connection that breaks is a failure that may be tried again', async () => {
    await withServer(
      (_request, response) => void response.destroy(),
      async (server, egress) => {
        expect(await failureOf(egress.request(server.origin))).toMatchObject({ code: 'HTTP_FAILED', retryable: true })
        expect(await failureOf(egress.fetch(server.origin))).toMatchObject({ code: 'HTTP_FAILED', retryable: true })
      },
    )
  })
})

describe('answers', () => {
  test('headers have small letters, lists are joined, JSON is read', async () => {
    const answer: Answer = (_request, response) =>
      void response.setHeader('X-List', ['a', 'b']).setHeader('Content-Type', 'application/json').end('{"a":[1]}')
    await withServer(answer, async (server, egress) => {
      const response = await egress.request(server.origin)
      expect(response.headers).toMatchObject({ 'x-list': 'a, b', 'content-type': 'application/json' })
      expect(await response.json()).toEqual({ a: [1] })
    })
  })

  test('what is not JSON says so', async () => {
    await withServer(ok, async (server, egress) => {
      expect(await codeOf((await egress.request(server.origin)).json())).toBe('HTTP_RESPONSE_INVALID')
    })
  })

  test('a status that is no success is an answer, not a failure', async () => {
    await withServer(
      (_request, response) => void response.writeHead(503).end('busy'),
      async (server, egress) => {
        const response = await egress.request(server.origin)
        expect([response.status, response.ok, await response.text()]).toEqual([503, false, 'busy'])
      },
    )
  })

  test('fetch gives a standard response, without body where there is none, and streams', async () => {
    const answer: Answer = ({ url }, response) => {
      if (url === '/empty') response.writeHead(204).end()
      else response.write('first', () => response.end('second'))
    }
    await withServer(answer, async (server, egress) => {
      const empty = await egress.fetch(`${server.origin}/empty`)
      expect([empty.status, empty.body]).toEqual([204, null])
      const streamed = await egress.fetch(new URL(server.origin))
      expect(streamed).toBeInstanceOf(Response)
      const reader = streamed.body?.getReader()
      const { value } = (await reader?.read()) ?? {}
      expect(new TextDecoder().decode(value)).toMatch(/^first/)
      await reader?.cancel()
    })
  })
})
