import { createHttpResponse } from '@tenon/core/node'
import { expect, test } from 'vitest'
import { withCredentials } from './with-credentials.ts'

test('gives the client the credentials for each request, also of SDK clients, in place of those of the body', async () => {
  const credentials = { headers: { authorization: 'Bearer t' }, query: { key: 'k' }, allowedHosts: ['api.example.com'] }
  const requests: unknown[] = []
  const http = withCredentials(
    {
      request: async (url, init) => {
        requests.push([url, init])
        return createHttpResponse({ status: 200, url, headers: {}, bytes: new Uint8Array() })
      },
      fetch: async (url, init) => {
        requests.push([url, init])
        return new Response()
      },
    },
    { credentials, secrets: ['t'] },
  )
  const httpCredentials = { ...credentials, secrets: ['t'] }
  await http.request('https://api.example.com/a', { method: 'PUT' })
  await http.request('https://api.example.com/b')
  await http.fetch('https://api.example.com/c', { redirect: 'error', httpCredentials: { ...credentials, query: {} } })
  expect(requests).toEqual([
    ['https://api.example.com/a', { method: 'PUT', httpCredentials }],
    ['https://api.example.com/b', { httpCredentials }],
    ['https://api.example.com/c', { redirect: 'error', httpCredentials }],
  ])
})

test('sends at the rate of the connection, and holds it for as long as the service asks', async () => {
  const log: string[] = []
  const answers = [
    { status: 429, headers: { 'retry-after': '7' } },
    { status: 429, headers: {} },
    { status: 503, headers: { 'retry-after': '1' } },
    { status: 500, headers: { 'retry-after': '9' } },
  ]
  const pace = {
    admit: async (abortSignal: AbortSignal | undefined) => void log.push(`admit ${abortSignal?.aborted}`),
    holdFor: async (waitMs: number) => void log.push(`hold ${waitMs}`),
  }
  const answer = () => {
    log.push('send')
    return answers.shift() ?? { status: 200, headers: {} }
  }
  const http = withCredentials(
    {
      request: async (url) => createHttpResponse({ ...answer(), url, bytes: new Uint8Array() }),
      fetch: async () => new Response(null, answer()),
    },
    { credentials: { headers: {}, query: {}, allowedHosts: [] }, secrets: [], pace },
  )
  const { signal } = new AbortController()
  await http.request('https://a.example', { abortSignal: signal })
  await http.request('https://a.example')
  await http.fetch('https://a.example', { signal })
  await http.fetch('https://a.example')
  expect(log).toEqual([
    ...['admit false', 'send', 'hold 7000', 'admit undefined', 'send'],
    ...['admit false', 'send', 'hold 1000', 'admit undefined', 'send'],
  ])
})
