import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pages } from './pages.ts'

const folder = mkdtempSync(join(tmpdir(), 'tenon-pages-'))
const app = new Hono()

beforeAll(() => {
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<script nonce="%NONCE%"></script>')
  writeFileSync(join(folder, 'icon.svg'), '<svg/>')
  writeFileSync(join(folder, 'assets/index-a1.js'), 'export {}')
  writeFileSync(join(folder, 'assets/index-b2.js'), 'export {}')
  app.get('/app/*', pages(folder))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function ask(path: string) {
  const response = await app.request(path)
  return { status: response.status, cache: response.headers.get('cache-control'), text: await response.text() }
}

test('assets are cached for good, other files are asked for again, and the page is never stored', async () => {
  const hashed = 'public, max-age=31536000, immutable'
  expect(await ask('/app/assets/index-a1.js')).toEqual({ status: 200, cache: hashed, text: 'export {}' })
  expect(await ask('/app/icon.svg')).toEqual({ status: 200, cache: 'no-cache', text: '<svg/>' })
  const page = await ask('/app/runs/r1')
  expect(page).toMatchObject({ status: 200, cache: 'no-store' })
  expect(page.text).toMatch(/nonce="[\w+/=]{20,}"/)
})

test('no cache remembers that an asset is missing, also if a build has deleted it meanwhile', async () => {
  rmSync(join(folder, 'assets/index-b2.js'))
  for (const path of ['/app/assets/index-b2.js', '/app/assets/index-c3.js']) {
    expect(await ask(path), path).toEqual({ status: 404, cache: 'no-store', text: 'No such file' })
  }
})
