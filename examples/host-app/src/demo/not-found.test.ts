import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { notFound } from './not-found.ts'

const app = new Hono()
app.notFound(notFound)

const ask = (path: string, accept?: string) => app.request(path, accept === undefined ? {} : { headers: { accept } })

test('a browser gets a page with a link to the desk, under a policy that allows no script', async () => {
  const response = await ask('/foo/<img src=x>?q=1', 'text/html,application/xhtml+xml,*/*;q=0.8')
  expect(response.status).toBe(404)
  expect(response.headers.get('content-type')).toMatch(/^text\/html/)
  const page = await response.text()
  expect(page).toContain('<a href="/app">')
  expect(page).toContain('<code>/foo/%3Cimg%20src=x%3E</code>')
  const nonce = /<style nonce="([^"]+)">/.exec(page)?.[1]
  const policy = response.headers.get('content-security-policy')
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain(`'nonce-${nonce}'`)
})

test('a program gets JSON', async () => {
  for (const response of [await ask('/foo', 'application/json'), await ask('/foo')]) {
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({ error: 'There is nothing at /foo. The pages are under /app' })
  }
})
