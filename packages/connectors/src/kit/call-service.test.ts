import { TenonError } from '@tenon/core/errors'
import { createHttpResponse, type HttpRequestInit } from '@tenon/core/node'
import { describe, expect, test } from 'vitest'
import { createCallService } from './call-service.ts'

interface Answer {
  readonly status?: number
  readonly type?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

const service = { id: 'crm', title: 'CRM', icon: 'M4 12h16', apiUrl: 'https://api.crm.example' }
const limited: Answer = { status: 429, headers: { 'retry-after': '1' }, body: '{}' }

function crm(answers: readonly (Answer | TenonError)[], options: { isIdempotent?: boolean; effect?: 'read' } = {}) {
  const sent: HttpRequestInit[] = []
  const logs: string[] = []
  const call = createCallService(service, {
    ...{ effect: 'write', abortSignal: new AbortController().signal, ...options },
    log: (_level, message) => void logs.push(message),
    http: {
      request: async (url, init = {}) => {
        const answer = answers[sent.push(init) - 1] ?? {}
        if (answer instanceof TenonError) throw answer
        const { status = 200, type = 'application/json', body = '{}', headers = {} } = answer
        const bytes = new TextEncoder().encode(body)
        return createHttpResponse({ status, url, headers: { 'content-type': type, ...headers }, bytes })
      },
      fetch: async () => Response.error(),
    },
  })
  return { call, sent, logs }
}

describe('createCallService', () => {
  test('follows no redirect of a write, since it could become a GET', async () => {
    const { call, sent } = crm([])
    await call({ path: '/orders' })
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) await call({ method, path: '/orders' })
    expect(sent.map(({ redirect }) => redirect)).toEqual(['follow', 'refuse', 'refuse', 'refuse', 'refuse'])
  })

  const rate = new TenonError('CONNECTION_RATE_LIMITED', 'Too many', { details: { sent: false, retryAfterMs: 9 } })
  test.each<[string, Answer | TenonError]>([
    ['a limit of the service', limited],
    ['the rate of the connection', rate],
    ['a request that was not sent', new TenonError('HTTP_FAILED', 'No address', { details: { sent: false } })],
  ])('is not tried again for %s after a write that succeeded', async (_name, failure) => {
    const { call } = crm([{}, failure])
    await call({ method: 'POST', path: '/charge' })
    await expect(call({ method: 'POST', path: '/note' })).rejects.toMatchObject({
      retryable: false,
      remedy: expect.stringContaining('earlier request'),
    })
    const first = crm([failure])
    await expect(first.call({ method: 'POST', path: '/charge' })).rejects.toMatchObject({ retryable: true })
    const read = crm([{}, failure])
    await read.call({ path: '/lists' })
    await expect(read.call({ method: 'POST', path: '/charge' })).rejects.toMatchObject({ retryable: true })
    const isIdempotent = crm([{}, failure], { isIdempotent: true })
    await isIdempotent.call({ method: 'POST', path: '/charge' })
    await expect(isIdempotent.call({ method: 'POST', path: '/note' })).rejects.toMatchObject({ retryable: true })
    const search = crm([{}, failure], { effect: 'read' })
    await search.call({ method: 'POST', path: '/search' })
    await expect(search.call({ path: '/lists' })).rejects.toMatchObject({ retryable: true })
  })

  test('has no value of a param in its message', async () => {
    const { call } = crm([{ status: 503 }])
    const failure = call({ method: 'POST', path: '/people/ada%40acme.example' })
    await expect(failure).rejects.toThrow('CRM answered POST with 503')
  })

  test.each<[Answer, unknown]>([
    [{ type: 'text/csv', body: 'a,b' }, 'a,b'],
    [{ type: 'text/html', body: ' {"a":1}' }, { a: 1 }],
    [{ type: 'text/plain', body: '[not JSON' }, '[not JSON'],
    [{ type: 'application/vnd.api+json', body: '[1]' }, [1]],
    [{ type: '', body: '"x"' }, 'x'],
  ])('reads %j by its content type', async (answer, expected) => {
    expect(await crm([answer]).call({ path: '/a', reads: 'any' })).toEqual(expected)
  })

  test('fails a read for a body that it cannot read, and no write', async () => {
    for (const answer of [{ type: 'application/pdf', body: '%PDF' }, { body: 'OK' }]) {
      const read = crm([answer]).call({ path: '/a', reads: 'any' })
      await expect(read).rejects.toMatchObject({ code: 'HTTP_RESPONSE_INVALID' })
      const { call, logs } = crm([answer])
      expect(await call({ method: 'POST', path: '/a', reads: 'any' })).toBeNull()
      expect(logs).toEqual(['CRM answered 200 with a body that cannot be read'])
    }
  })
})
