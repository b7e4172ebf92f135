import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { node, workflow } from '@tenon/core/testing'
import { ACME } from '../fixtures/people.ts'
import { expect, test } from '../fixtures/test.ts'

test('an admin adds a webhook, which receives the end of a run as a signed request, and reads its deliveries', async ({
  openAs,
  clientOf,
}) => {
  const received: { body: string; headers: Record<string, string> }[] = []
  const receiver = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += String(part)
    received.push({ body, headers: request.headers as Record<string, string> })
    response.end('Thanks')
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/events`
  const client = clientOf(ACME.admin)
  const document = workflow([node('start', 'start'), node('end', 'end')], ['start>end'])
  const { id: workflowId } = await client.workflows.create({ name: 'Ends', document })
  await client.versions.publish(workflowId)

  const page = await openAs(ACME.admin, { path: '/webhooks' })
  await page.getByRole('button', { name: 'New webhook' }).click()
  const dialog = page.getByRole('dialog', { name: 'New webhook' })
  await dialog.getByRole('textbox', { name: 'Address' }).fill(url)
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Warehouse')
  await dialog.getByRole('switch', { name: /All events/ }).click()
  await dialog.getByRole('switch', { name: 'Run completed' }).click()
  await dialog.getByRole('button', { name: 'Create' }).click()
  const row = page.getByRole('listitem').filter({ hasText: 'Warehouse' })
  await expect(row).toContainText('Active')

  const { runId } = await client.runs.start(workflowId, { input: {} })
  await expect.poll(() => received.length).toBe(1)
  const endpoint = (await client.webhooks.list()).items.find((each) => each.url === url)
  const { secret } = await client.webhooks.secret(endpoint?.id ?? '')
  const [first] = received
  const { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature } = first?.headers ?? {}
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${seconds}.${first?.body}`).digest('base64')
  expect(signature).toBe(`v1,${expected}`)
  expect(JSON.parse(first?.body ?? '')).toMatchObject({
    ...{ id, type: 'run.completed', data: { runId, workflowId, version: '1', error: null } },
  })
  await row.getByRole('button', { name: 'Show deliveries to Warehouse' }).click()
  const deliveries = page.getByRole('dialog', { name: 'Deliveries to Warehouse' })
  await expect(deliveries.getByRole('listitem')).toContainText('Delivered')
  await deliveries.getByRole('button', { name: /^Details/ }).click()
  await expect(deliveries).toContainText('Thanks')
  await deliveries.getByRole('button', { name: 'Close' }).click()
  await page.setViewportSize({ width: 390, height: 844 })
  const isWide = () => page.evaluate(() => globalThis.document.documentElement.scrollWidth > globalThis.innerWidth)
  expect(await isWide()).toBe(false)
  await client.webhooks.remove(endpoint?.id ?? '')
  receiver.close()
})
