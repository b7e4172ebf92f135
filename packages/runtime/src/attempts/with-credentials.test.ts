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
