import { createHmac } from 'node:crypto'
import { node, workflow } from '@tenon/core/testing'
import { ACME } from '../fixtures/people.ts'
import { expect, test } from '../fixtures/test.ts'

const SECRET = 'whsec_of_the_shop'

const ORDERS = workflow(
  [
    node('hook', 'webhook', { signature: 'stripe' }, { name: 'Payment' }),
    node('note', 'set', { fields: { order: '{{trigger.body.id}}' } }, { name: 'Note', position: { x: 280, y: 0 } }),
    node('end', 'end', { output: '{{nodes.note.output}}' }, { name: 'End', position: { x: 560, y: 0 } }),
  ],
  ['hook>note', 'note>end'],
)

test('a webhook gets its secret and its address in the editor, and starts one run for each signed message', async ({
  openAs,
  clientOf,
}) => {
  const client = clientOf(ACME.editor)
  const { id } = await client.workflows.create({ name: 'Orders', document: ORDERS })
  const page = await openAs(ACME.editor, { path: `/automations/${id}` })
  await page.getByTestId('rf__node-hook').click()
  await page.getByLabel('Secret').fill(SECRET)
  await page.getByLabel('Secret').press('Enter')
  await expect.poll(async () => (await client.drafts.get(id)).document.nodes[0]?.params.secret).toBeTruthy()
  const live = page.getByRole('region', { name: 'Trigger', exact: true })
  await expect(live).toContainText('Starts runs after the workflow is published')

  await live.getByRole('button', { name: 'Open for an hour' }).click()
  await expect(live.getByRole('button', { name: 'Copy test address' })).toBeVisible()
  const opened = await client.triggers.get(id, 'hook')
  const url = opened.url ?? ''
  const tried = await send(opened.test?.url ?? '', 'try_1')
  expect(tried.status).toBe(202)
  await expect(live.getByRole('listitem')).toContainText('Test')

  await client.versions.publish(id)
  const answers = await Promise.all(['evt_2', 'evt_1', 'evt_2', 'evt_1', 'evt_2'].map((each) => send(url, each)))
  expect(new Set(answers.map(({ runId }) => runId)).size).toBe(2)
  for (const { runId } of answers)
    await expect.poll(async () => (await client.runs.get(runId)).status).toBe('completed')
  const outputs = await Promise.all(answers.slice(0, 2).map(async ({ runId }) => (await client.runs.get(runId)).output))
  expect(outputs).toMatchObject([{ order: 'evt_2' }, { order: 'evt_1' }])
  expect((await send(url, 'evt_3', 'another secret')).status).toBe(401)

  await page.reload()
  await page.getByTestId('rf__node-hook').click()
  await expect(live).toContainText('Active')
  await expect(live.getByRole('listitem').first()).toContainText('Rejected')
  await live.getByRole('button', { name: 'Pause' }).click()
  await expect(live).toContainText('Paused by')
  expect((await send(url, 'evt_4')).status).toBe(409)
  await live.getByRole('button', { name: 'Open run' }).first().click()
  await expect(page).toHaveURL(/runs/)
})

const QUOTES = workflow(
  [
    node('start', 'start'),
    node('hook', 'webhook', { signature: 'none', answer: 'run', dedupeKey: 'trigger.body.id' }),
    node('total', 'set', { fields: { total: '{{input.items * 4}}' } }),
    node('reply', 'respond', {
      status: 201,
      body: '{"total": {{input.total}}}',
      headers: { 'X-Custom-Currency': 'EUR' },
    }),
    node('pause', 'delay', { duration: '1s' }),
    node('end', 'end', { output: '{{nodes.total.output}}' }),
  ],
  ['start>total', 'hook>total', 'total>reply', 'reply>pause', 'pause>end'],
)

test('a run answers the webhook and the API early, and is streamed until its end', async ({ clientOf }) => {
  const client = clientOf(ACME.editor)
  const { id } = await client.workflows.create({ name: 'Quotes', document: QUOTES })
  await client.versions.publish(id)
  const { url } = await client.triggers.get(id, 'hook')
  const post = () =>
    fetch(`${url}`, {
      method: 'POST',
      body: '{"id": "q1", "items": 3}',
      headers: { 'content-type': 'application/json' },
    })
  // The input of a message is the message itself.
  expect((await post()).status).toBe(500)

  const run = await client.runs.startAndWait(id, { input: { items: 3 } }, { waitMs: 60_000 })
  expect(run).toMatchObject({
    status: expect.stringMatching(/running|waiting/),
    answer: { status: 201, body: { total: 12 } },
  })
  const heard: string[] = []
  await new Promise<void>((resolve) => {
    client.runs.startAndStream(
      id,
      { input: { items: 5 } },
      {
        onStarted: ({ runId }) => heard.push(runId),
        onEvents: (events) => heard.push(...events.map(({ type }) => type)),
        onState: (state) => state === 'closed' && resolve(),
      },
    )
  })
  expect(heard.slice(1, 2)).toEqual(['run_started'])
  expect(heard.at(-1)).toBe('run_completed')
  expect((await client.runs.get(heard[0] ?? '')).output).toEqual({ total: 20 })

  await client.drafts.patch(id, {
    operations: [
      { op: 'set_param', nodeId: 'total', path: ['fields', 'total'], value: '{{(trigger.body?.items ?? 1) * 4}}' },
    ],
  })
  await client.versions.publish(id)
  const sent = { method: 'POST', body: '{"id": "q2", "items": 3}', headers: { 'content-type': 'application/json' } }
  const answers = await Promise.all([fetch(`${url}`, sent), fetch(`${url}`, sent)])
  for (const answer of answers) {
    expect([answer.status, answer.headers.get('x-custom-currency'), await answer.json()]).toEqual([
      201,
      'EUR',
      { total: 12 },
    ])
    expect(answer.headers.get('content-security-policy')).toContain('sandbox')
  }
})

/** Sends a message as the service does. */
async function send(url: string, id: string, secret = SECRET) {
  const text = JSON.stringify({ id })
  const seconds = Math.floor(Date.now() / 1_000)
  const signature = createHmac('sha256', secret).update(`${seconds}.${text}`).digest('hex')
  const headers = { 'content-type': 'application/json', 'stripe-signature': `t=${seconds},v1=${signature}` }
  const response = await fetch(url, { method: 'POST', headers, body: text })
  const { runId } = (await response.json()) as { readonly runId: string }
  return { status: response.status, runId }
}
