import type { HttpRequestInit } from '@tenon/core/node'
import { createHttpResponse } from '@tenon/core/node'
import { expect, test } from 'vitest'
import { withCredentials } from './with-credentials.ts'

const credentials = {
  headers: { authorization: 'Bearer t' },
  query: { key: 'k' },
  allowedHosts: ['api.example.com'],
}

test('adds credentials to each request, also of SDK clients, whose redirects are returned', async () => {
  const requests: unknown[] = []
  const http = withCredentials(
    {
      request: async (url, init?: HttpRequestInit) => {
        requests.push([url, init])
        return createHttpResponse({ status: 200, url, headers: {}, bytes: new Uint8Array() })
      },
      fetch: async (input, init) => {
        const request = new Request(input, init)
        const { method, url, redirect } = request
        requests.push([method, url, redirect, request.headers.get('authorization'), await request.text()])
        return new Response()
      },
    },
    credentials,
  )
  await http.request('https://api.example.com/a', { method: 'PUT' })
  await http.request('https://api.example.com/b')
  await http.fetch('https://api.example.com/c', { method: 'POST', body: 'text', headers: { authorization: 'mine' } })
  await http.fetch(new Request('https://api.example.com/d'))
  expect(requests).toEqual([
    ['https://api.example.com/a', { method: 'PUT', httpCredentials: credentials }],
    ['https://api.example.com/b', { httpCredentials: credentials }],
    ['POST', 'https://api.example.com/c?key=k', 'manual', 'Bearer t', 'text'],
    ['GET', 'https://api.example.com/d?key=k', 'manual', 'Bearer t', ''],
  ])
  await expect(http.fetch('https://attacker.example/')).rejects.toMatchObject({ code: 'CONNECTION_HOST_REFUSED' })
})
