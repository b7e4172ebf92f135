import { ROUTES, type RouteDefinition, roleAllows } from '@tenon/core/api'
import { newGreeting, pictureOf, pictureOn } from '../fixtures/drafts.ts'
import { penOf } from '../fixtures/draw.ts'
import { ACME, tokenFor } from '../fixtures/people.ts'
import { createConnection, parkNode, routerOf, waitForApproval } from '../fixtures/runs.ts'
import { joinDraft } from '../fixtures/stock-client.ts'
import { expect, test } from '../fixtures/test.ts'

test('a viewer sees the editor at work and can change nothing in it', async ({ openAs, clientOf }) => {
  const client = clientOf(ACME.admin)
  const workflowId = await newGreeting(client, 'Looked at')
  await client.versions.publish(workflowId)
  const page = await openAs(ACME.viewer, { path: `/automations/${workflowId}` })
  const pen = penOf(page)
  await expect(page.getByText('Read only', { exact: true })).toBeVisible()
  await expect(page.getByText('Published · v1')).toBeVisible()
  await expect(page.getByRole('complementary', { name: 'Node types' })).toHaveCount(0)
  for (const name of ['Publish', 'Run', 'Try', 'Rename']) {
    await expect(page.getByRole('button', { name, exact: true })).toHaveCount(0)
  }
  await page.getByRole('button', { name: 'More' }).click()
  await expect(page.getByRole('menuitem').filter({ hasText: 'Keyboard shortcuts' })).toBeVisible()
  await expect(page.getByRole('menuitem').filter({ hasText: 'Run' })).toHaveCount(0)
  await page.keyboard.press('Escape')

  const before = await pictureOn(page)
  const inspector = await pen.select('Greeting')
  await expect(inspector.getByRole('textbox', { name: 'Name of the node' })).toHaveAttribute('readonly')
  await expect(inspector.getByRole('textbox', { name: 'Value of greeting' })).toHaveAttribute('aria-readonly', 'true')
  await expect(inspector.getByRole('button', { name: 'More actions' })).toHaveCount(0)
  await inspector.getByRole('textbox', { name: 'Value of greeting' }).click()
  await page.keyboard.type('changed')
  await pen.drag('End', { x: 40, y: 160 })
  const canvas = page.getByRole('application', { name: 'Canvas' })
  for (const key of ['Delete', 'd', 'ControlOrMeta+d', 'ArrowRight', 'ControlOrMeta+x', '/']) await canvas.press(key)
  await expect(page.getByRole('dialog')).toHaveCount(0)

  // The next change of another user arrives after all that the viewer tried.
  await client.drafts.patch(workflowId, { operations: [{ op: 'update_node', nodeId: 'end', set: { name: 'Finish' } }] })
  await expect(pen.card('Finish')).toBeVisible()
  const after = await pictureOn(page)
  expect(after).toEqual({ ...before, cards: before.cards.map((card) => card.replace('end End', 'end Finish')) })
  const { document } = await client.drafts.get(workflowId)
  expect(after).toEqual(pictureOf(document))
  expect(document.nodes.find(({ id }) => id === 'greet')?.params).toEqual({ fields: { greeting: 'Hello' } })
})

test('what a viewer sends on the socket closes it, and reaches no other client', async ({ openAs, clientOf }) => {
  const client = clientOf(ACME.admin)
  const workflowId = await newGreeting(client, 'Kept from viewers')
  const page = await openAs(ACME.editor, { path: `/automations/${workflowId}` })
  await expect(penOf(page).card('Greeting')).toBeVisible()
  const before = await client.drafts.get(workflowId)

  const viewer = await joinDraft(clientOf(ACME.viewer), workflowId)
  expect(viewer.read()).toEqual(before.document)
  viewer.node('greet').set('name', 'Changed by a viewer')
  expect(await viewer.closed).toBe(4403)
  expect(await client.drafts.get(workflowId)).toEqual(before)

  // A change that comes later has arrived: so would have the one before it.
  await client.drafts.patch(workflowId, { operations: [{ op: 'update_node', nodeId: 'end', set: { name: 'Finish' } }] })
  await expect(penOf(page).card('Finish')).toBeVisible()
  await expect(penOf(page).card('Greeting')).toBeVisible()
  const reader = await joinDraft(clientOf(ACME.viewer), workflowId)
  expect(reader.read().nodes.map(({ name }) => name)).toEqual(['Start', 'Greeting', 'Finish'])
  reader.leave()
})

test('every route that the role does not open answers a viewer with 403', async ({ clientOf, host }) => {
  const client = clientOf(ACME.admin)
  const workflowId = await routerOf(client)
  const { runId } = await client.runs.start(workflowId, {
    input: { ticket_id: 'T-1', text: 'I want a refund.', customer_id: 'C-1' },
  })
  const { approvalId } = await waitForApproval(client, runId)
  const before = await client.drafts.get(workflowId)
  const parkedId = await parkNode(client)
  const { id: connectionId } = await createConnection(client)
  const { id: endpointId } = await client.webhooks.create({
    url: 'http://127.0.0.1:9/never',
    eventTypes: ['endpoint.test'],
  })
  const { ref } = await client.files.upload(new TextEncoder().encode('a,b'), { name: 'a.csv', type: 'text/csv' })
  const columns = [{ name: 'email', type: 'text', isRequired: true }] as const
  const { id: tableId } = await client.dataTables.create({ name: `Customers ${runId}`, columns })
  const row = await client.dataTables.addRow(tableId, { email: 'ada@example.com' })
  const ids: Readonly<Record<string, string>> = {
    ...{ id: workflowId, version: '1', runId, approvalId, parkedId, connectionId },
    ...{ nodeId: 'start', fileId: ref.file, endpointId, deliveryId: 'evt_any', lookup: 'channels' },
    ...{ tableId, rowId: String(row.id) },
  }
  const authorization = `Bearer ${await tokenFor(host.url, ACME.viewer)}`
  const closed = Object.values(ROUTES).filter(isClosedToViewers)
  const answers = await Promise.all(
    closed.map(async (route) => {
      const response = await fetch(
        host.url + route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? ''),
        {
          method: route.method,
          headers: { authorization, 'content-type': 'application/json' },
          body: route.body === null ? null : '{}',
        },
      )
      const { code } = (await response.json()) as { code: string }
      return [route.id, response.status, response.headers.get('content-type'), code]
    }),
  )
  expect(closed.map(({ id }) => id)).toEqual(expect.arrayContaining(['patchDraft', 'publishVersion', 'startRun']))
  expect(answers).toEqual(closed.map(({ id }) => [id, 403, 'application/problem+json', 'FORBIDDEN']))
  expect(await client.drafts.get(workflowId)).toEqual(before)
  expect((await client.runs.get(runId)).status).toBe('waiting')
})

function isClosedToViewers({ id, permission }: RouteDefinition): boolean {
  // The role opens this one; that the router's approval names no viewer closes it again.
  if (id === 'decideApproval') return true
  return permission !== 'public' && !roleAllows('viewer', permission)
}
