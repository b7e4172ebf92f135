import type { Page } from '@playwright/test'
import type { TenonClient } from '@tenon/core/client'
import { newGreeting, pictureOf, pictureOn } from '../fixtures/drafts.ts'
import { penOf } from '../fixtures/draw.ts'
import { openNetwork } from '../fixtures/network.ts'
import { ACME } from '../fixtures/people.ts'
import { expect, test } from '../fixtures/test.ts'

test('two people see each other and what each of them draws', async ({ openAs, clientOf }) => {
  const client = clientOf(ACME.admin)
  const workflowId = await newGreeting(client, 'Drawn by two')
  const ana = await openAs(ACME.admin, { path: `/automations/${workflowId}` })
  const mika = await openAs(ACME.editor, { path: `/automations/${workflowId}` })
  await expectSaved(ana, mika)
  await expect(ana.getByRole('img', { name: 'Mika Laine' })).toBeVisible()
  await expect(mika.getByRole('img', { name: 'Ana Okafor' })).toBeVisible()

  await penOf(ana).addNode('Delay', { x: 300, y: 620 })
  await expect(penOf(mika).card('Delay')).toBeVisible()
  await penOf(mika).select('Greeting')
  await expect(penOf(ana).card('Greeting').getByText('Mika Laine')).toBeVisible()
  await moveOverCanvas(mika)
  await expect(ana.locator('.tn-cursor', { hasText: 'Mika Laine' })).toBeVisible()
  await expectSame(client, workflowId, ana, mika)
})

test('edits of different fields at the same time both survive, and undo takes back only what one did', async ({
  openAs,
  clientOf,
}) => {
  const client = clientOf(ACME.admin)
  const workflowId = await newGreeting(client, 'Edited by two')
  const ana = await openAs(ACME.admin, { path: `/automations/${workflowId}` })
  const mika = await openAs(ACME.editor, { path: `/automations/${workflowId}` })
  await expectSaved(ana, mika)
  await penOf(ana).select('Greeting')
  await penOf(mika).select('Greeting')
  await Promise.all([rename(ana, 'Warm greeting'), writeGreeting(mika, ' and welcome')])
  await expectSaved(ana, mika)
  const greeting = async () => (await client.drafts.get(workflowId)).document.nodes.find(({ id }) => id === 'greet')
  await expect
    .poll(greeting)
    .toMatchObject({ name: 'Warm greeting', params: { fields: { greeting: 'Hello and welcome' } } })
  await expect(penOf(mika).card('Warm greeting')).toBeVisible()
  await expect(ana.getByRole('textbox', { name: 'Value of greeting' })).toHaveText('Hello and welcome')

  await ana.getByRole('button', { name: 'Undo' }).click()
  await expect(penOf(mika).card('Greeting')).toBeVisible()
  await expect(ana.getByRole('textbox', { name: 'Value of greeting' })).toHaveText('Hello and welcome')
  await expect(ana.getByRole('button', { name: 'Undo' })).toBeDisabled()
  await expectSaved(ana, mika)
  expect(await greeting()).toMatchObject({ name: 'Greeting', params: { fields: { greeting: 'Hello and welcome' } } })
  await expectSame(client, workflowId, ana, mika)
})

test('what two people draw while one of them is offline comes together', async ({ openAs, clientOf, host }) => {
  const client = clientOf(ACME.admin)
  const workflowId = await newGreeting(client, 'Drawn offline')
  const network = await openNetwork(host.url)
  try {
    const ana = await openAs(ACME.admin, { path: `/automations/${workflowId}` })
    const mika = await openAs(ACME.editor, { path: `/automations/${workflowId}`, proxy: network.proxy })
    await expectSaved(ana, mika)
    network.cut()
    await expect(mika.getByText('Offline', { exact: true })).toBeVisible()
    await expect(ana.getByRole('img', { name: 'Mika Laine' })).toHaveCount(0)

    await penOf(mika).addNode('Delay', { x: 300, y: 620 })
    await penOf(mika).select('End')
    await rename(mika, 'Good end')
    await penOf(ana).addNode('Switch', { x: 520, y: 620 })
    await penOf(ana).select('Greeting')
    await rename(ana, 'Warm greeting')
    await expect(ana.getByText('Saved', { exact: true })).toBeVisible()
    const apart = pictureOf((await client.drafts.get(workflowId)).document)
    expect(await pictureOn(ana)).toEqual(apart)
    expect(apart.cards.join()).not.toMatch(/Delay|Good end/)
    expect((await pictureOn(mika)).cards.join()).not.toMatch(/Switch|Warm greeting/)

    network.mend()
    await expect(penOf(ana).card('Good end')).toBeVisible()
    await expect(penOf(mika).card('Warm greeting')).toBeVisible()
    await expectSaved(ana, mika)
    await expectSame(client, workflowId, ana, mika)
    expect((await pictureOn(mika)).cards).toHaveLength(5)
  } finally {
    await network.close()
  }
})

async function expectSaved(...pages: readonly Page[]): Promise<void> {
  for (const page of pages) await expect(page.getByText('Saved', { exact: true })).toBeVisible()
}

/** Both canvases show the document that the server holds. */
async function expectSame(client: TenonClient, workflowId: string, ...pages: readonly Page[]): Promise<void> {
  const stored = pictureOf((await client.drafts.get(workflowId)).document)
  for (const page of pages) await expect.poll(() => pictureOn(page)).toEqual(stored)
}

async function moveOverCanvas(page: Page): Promise<void> {
  const box = await page.getByRole('application', { name: 'Canvas' }).boundingBox()
  if (box === null) throw new Error('there is no canvas')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 5 })
}

async function rename(page: Page, name: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Name of the node' })
  await field.fill(name)
  await field.press('Enter')
}

async function writeGreeting(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Value of greeting' }).click()
  await page.keyboard.press('ControlOrMeta+End')
  await page.keyboard.type(text)
}
