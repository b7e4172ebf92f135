import { node, workflow } from '@tenon/core/testing'
import { launchHost } from '../fixtures/host.ts'
import { ACME, clientFor } from '../fixtures/people.ts'
import { expect, test } from '../fixtures/test.ts'

/** start → review by a person → end. */
const reviewing = (outcome: string) =>
  workflow(
    [
      node('start', 'start', {}, { name: 'Start' }),
      node('review', 'approval', { title: 'Review' }, { name: 'Review' }),
      node('end', 'end', { outcome }, { name: 'End' }),
    ],
    ['start>review', 'review:approve>end', 'review:reject>end', 'review:timeout>end'],
  )

test('a canary is published, rolled back, and the next version takes the runs in progress along', async ({
  openAs,
  clientOf,
}) => {
  const client = clientOf(ACME.admin)
  const { id } = await client.workflows.create({ name: 'Reviews', document: reviewing('first') })
  await client.versions.publish(id)
  const { runId } = await client.runs.start(id, { input: {} })
  const { etag } = await client.drafts.get(id)
  await client.drafts.put(id, { document: reviewing('second') }, etag)

  const page = await openAs(ACME.admin, { path: `/automations/${id}` })
  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Publish a version' })
  await dialog.getByLabel('New runs').selectOption({ label: 'Some start with this version first' })
  await dialog.getByLabel('Percentage of new runs').fill('1')
  await dialog.getByLabel('Runs in progress').selectOption({ label: 'Move to this version' })
  await expect(dialog.getByText('1 run is in progress now.')).toBeVisible()
  await dialog.getByRole('button', { name: 'Publish', exact: true }).click()
  await expect(dialog).toHaveCount(0)
  expect((await client.rollouts.list(id)).items[0]).toMatchObject({
    version: '2',
    status: 'canary',
    formerVersion: '1',
  })

  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Versions' }).click()
  const versions = page.getByRole('dialog', { name: 'Versions' })
  await versions.getByRole('button', { name: /^Version 2/ }).click()
  await expect(
    versions.getByText('1 % of new runs start with this version, and the others with version 1.'),
  ).toBeVisible()
  await versions.getByRole('button', { name: 'Roll back' }).click()
  await page.getByRole('dialog', { name: 'Roll back to version 1?' }).getByRole('button', { name: 'Roll back' }).click()
  await expect(versions.getByText(/^New runs start with version 1 again:/)).toBeVisible()
  await expect(page.getByText('Live · v1')).toBeVisible()
  expect(await client.workflows.get(id)).toMatchObject({ version: '2', liveVersion: '1' })
  const back = await client.runs.start(id, { input: {} })
  expect((await client.runs.get(back.runId)).version).toBe('1')

  await client.versions.publish(id, { runs: 'move' })
  await expect(versions.getByText(/^2 runs moved/)).toBeHidden()
  await versions.getByRole('button', { name: /^Version 3/ }).click()
  await expect(versions.getByText(/^2 runs moved/)).toBeVisible()
  expect(await client.runs.get(runId)).toMatchObject({ version: '3', movedFrom: '1' })
})

test('a host that is killed with -9 in the middle of a rollout moves each run once after it', async () => {
  const host = await launchHost({ engine: 'embedded' })
  try {
    const before = clientFor(host.url, ACME.admin)
    const { id } = await before.workflows.create({ name: 'Reviews', document: reviewing('first') })
    await before.versions.publish(id)
    const runs = await Promise.all(Array.from({ length: 24 }, () => before.runs.start(id, { input: {} })))
    const ofStatus = async () =>
      (await before.runs.list({ workflowId: id, status: 'waiting', limit: 100 })).items.length
    await expect.poll(ofStatus, { timeout: 30_000 }).toBe(24)
    await before.versions.publish(id, { runs: 'move' })
    await host.kill()
    await host.start()
    const after = clientFor(host.url, ACME.admin)
    // The first requests may find a connection that was cut.
    await expect(async () => void (await after.me())).toPass()
    const moved = async () => (await after.rollouts.list(id)).items[0]?.progress
    await expect.poll(moved, { timeout: 60_000 }).toMatchObject({ moved: 24, pending: 0, refused: 0, left: 0 })
    const { items } = await after.runs.list({ workflowId: id, limit: 100 })
    expect(new Set(items.map(({ version, movedFrom }) => `${movedFrom}>${version}`))).toEqual(new Set(['1>2']))
    expect(items).toHaveLength(runs.length)
  } finally {
    await host.close()
  }
})
