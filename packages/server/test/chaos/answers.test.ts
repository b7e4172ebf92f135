import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page, RunSummary, Trigger, WaitedRun, WebhookDelivery, WebhookEndpoint, Workflow } from '@tenon/core/api'
import { node, workflow } from '@tenon/core/testing'
import pg from 'pg'
import { expect, test } from 'vitest'
import { call, publishDocument, publishTrigger, signalOf, useServerProcesses } from './server-processes.ts'

const processes = useServerProcesses()

const runsOf = async (url: string, workflowId: string) =>
  (await call<Page<RunSummary>>(`${url}/runs?workflowId=${workflowId}`)).items

/** Sends a request again until it has an answer that is none of a proxy or a dead process. */
async function sendUntilAnswered(urls: readonly string[], init: RequestInit): Promise<Response> {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const response = await fetch(urls[attempt % urls.length] ?? '', init).catch(() => null)
    if (response !== null && response.status < 500) return response
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error('The request has no answer')
}

test('callers whose process is killed while they wait get the answer of the one run from another process', async () => {
  const healthy = await processes.start()
  const { id } = await call<Workflow>(`${healthy.url}/workflows`, { name: 'Quotes' })
  const params = { signature: 'none', answer: 'run', answerWithin: '2m', dedupeKey: 'trigger.body.id' }
  const answering = workflow(
    [
      node('start', 'start'),
      node('hook', 'webhook', params),
      node('note', 'note'),
      node('end', 'end', { output: 'quoted' }),
    ],
    ['start>note', 'hook>note', 'note>end'],
  )
  await publishDocument(healthy.url, id, answering)
  const { url = '' } = await call<Trigger>(`${healthy.url}/workflows/${id}/triggers/hook`)
  const path = new URL(url ?? '').pathname
  // A run begins in the process that has accepted it, which dies with the connection of the caller.
  for (const kind of ['webhook', 'start'] as const) {
    const killed = await processes.start('file')
    const died = signalOf(killed.process)
    const route = kind === 'webhook' ? path : `/workflows/${id}/runs?wait=2m`
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'k' }
    const body = JSON.stringify(kind === 'webhook' ? { id: '1' } : { input: {}, trigger: 'start' })
    const urls = [killed.url, healthy.url].map((each) => `${each}${route}`)
    const response = await sendUntilAnswered(urls, { method: 'POST', headers, body })
    expect(await died).toBe('SIGKILL')
    expect(response.status).toBe(200)
    const answer: unknown = await response.json()
    expect(kind === 'webhook' ? answer : (answer as WaitedRun).output).toBe('quoted')
  }
  expect(await runsOf(healthy.url, id)).toHaveLength(2)
}, 180_000)

test('a form that is sent again after its process was killed starts one run', async () => {
  const healthy = await processes.start()
  for (const write of ['claim', 'start', 'decision'] as const) {
    const { id } = await call<Workflow>(`${healthy.url}/workflows`, { name: 'Bookings' })
    await publishTrigger(healthy.url, id, node('page', 'form', { title: 'Book' }))
    const { url } = await call<Trigger>(`${healthy.url}/workflows/${id}/triggers/page`)
    const path = new URL(url ?? '').pathname
    const page = await (await fetch(`${healthy.url}${path}`)).text()
    const sendId = /name="send_id" value="([^"]+)"/.exec(page)?.[1] ?? ''
    expect(sendId).not.toBe('')
    const killed = await processes.start(write)
    const died = signalOf(killed.process)
    const init = { method: 'POST', body: new URLSearchParams({ send_id: sendId }) }
    const urls = [killed.url, healthy.url].map((each) => `${each}${path}`)
    expect((await sendUntilAnswered(urls, init)).status).toBe(200)
    expect(await died).toBe('SIGKILL')
    expect((await sendUntilAnswered([`${healthy.url}${path}`], init)).status).toBe(200)
    expect(await runsOf(healthy.url, id)).toHaveLength(1)
  }
}, 120_000)

test('an event whose process is killed after the endpoint has received it is sent again with the same id', async () => {
  const ids: string[] = []
  const receiver = createServer((request, response) => {
    ids.push(`${request.headers['webhook-id']}`)
    request.resume().once('end', () => response.writeHead(204).end())
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const sql = new pg.Client({ connectionString: processes.databaseUrl() })
  await sql.connect()
  await sql.query(`select set_config('tenon.tenant', '*', false)`)
  const killed = await processes.start('delivery')
  const died = signalOf(killed.process)
  const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
  const endpoint = await call<WebhookEndpoint>(`${killed.url}/webhook-endpoints`, {
    ...{ url: address, eventTypes: ['version.published'] },
  })
  const { id } = await call<Workflow>(`${killed.url}/workflows`, { name: 'Published' })
  await call(`${killed.url}/workflows/${id}/versions`, {}).catch(() => undefined)
  expect(await died).toBe('SIGKILL')
  expect(ids).toHaveLength(1)
  const healthy = await processes.start()
  // The lease of the process that was killed would end after a minute.
  await sql.query('update tenon.event_queue set due_at = 0 where target = $1', [endpoint.id])
  await sql.end()
  const deliveries = async () =>
    (await call<Page<WebhookDelivery>>(`${healthy.url}/webhook-endpoints/${endpoint.id}/deliveries`)).items
  await expect.poll(deliveries, { timeout: 20_000, interval: 200 }).toMatchObject([{ state: 'delivered' }])
  expect(ids).toHaveLength(2)
  expect(new Set(ids).size).toBe(1)
  receiver.close()
}, 120_000)
