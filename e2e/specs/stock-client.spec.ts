import { newGreeting, pictureOf, pictureOn } from '../fixtures/drafts.ts'
import { penOf } from '../fixtures/draw.ts'
import { ACME } from '../fixtures/people.ts'
import { joinDraft } from '../fixtures/stock-client.ts'
import { expect, test } from '../fixtures/test.ts'

test('a stock y-websocket client and a browser edit one draft', async ({ openAs, clientOf }) => {
  const client = clientOf(ACME.admin)
  const workflowId = await newGreeting(client, 'Edited by a program')
  const stock = await joinDraft(client, workflowId)
  expect(stock.read()).toEqual((await client.drafts.get(workflowId)).document)

  const page = await openAs(ACME.editor, { path: `/automations/${workflowId}` })
  await expect(penOf(page).card('Greeting')).toBeVisible()
  stock.node('greet').set('name', 'Written by a program')
  await expect(penOf(page).card('Written by a program')).toBeVisible()
  await penOf(page).addNode('Delay', { x: 300, y: 620 })
  await expect.poll(() => stock.read().nodes.map(({ name }) => name)).toContain('Delay')
  await expect.poll(() => pictureOn(page)).toEqual(pictureOf(stock.read()))
  expect((await client.drafts.get(workflowId)).document).toEqual(stock.read())
  stock.leave()
})

// Frames as y-protocols writes them: sync, then update, then the length and the bytes.
const updateFrame = (update: Uint8Array) => new Uint8Array([0, 2, update.length, ...update])

test('a malformed update costs its sender the socket, and no other client anything', async ({ openAs, clientOf }) => {
  const client = clientOf(ACME.admin)
  const workflowId = await newGreeting(client, 'Kept from harm')
  const page = await openAs(ACME.editor, { path: `/automations/${workflowId}` })
  await expect(penOf(page).card('Greeting')).toBeVisible()
  const before = await client.drafts.get(workflowId)

  const garbler = await joinDraft(client, workflowId)
  garbler.send(updateFrame(new Uint8Array([1, 255, 255, 255, 255, 15])))
  expect(await garbler.closed).toBe(4422)
  const trespasser = await joinDraft(client, workflowId)
  trespasser.ydoc.getMap('elsewhere').set('planted', true)
  expect(await trespasser.closed).toBe(4422)
  const vandal = await joinDraft(client, workflowId)
  vandal.node('greet').set('params', 'not a map, and far too long for a name'.repeat(40_000))
  expect(await vandal.closed).toBe(4422)

  expect(await client.drafts.get(workflowId)).toEqual(before)
  await penOf(page).addNode('Delay', { x: 300, y: 620 })
  const good = await joinDraft(client, workflowId)
  await expect.poll(() => good.read().nodes.map(({ name }) => name)).toEqual(['Start', 'Greeting', 'End', 'Delay'])
  expect(await pictureOn(page)).toEqual(pictureOf(good.read()))
  good.leave()
})
