// @vitest-environment jsdom
import { TenonError } from '@tenon/core/errors'
import { defineNode, pollParams, toManifest } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { act, screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import { renderInspector } from '../../test/fixtures/render-inspector.tsx'
import { triggerEventOf, triggerOf } from '../../test/fixtures/triggers-fixture.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'

const feed = defineNode({
  ...{ type: 'feed', version: 1, title: 'Feed', description: 'Begin with an item', icon: 'M4 12h16' },
  ...{ category: 'trigger', control: 'trigger', trigger: 'poll', inline: true, params: pollParams },
  ...{ ports: [{ name: 'success', title: 'success' }], outputs: { success: z.record(z.string(), z.unknown()) } },
  ...{ summary: 'Polls', effect: 'none' },
})

const published = triggerOf('feed', {
  ...{ kind: 'poll', url: null, state: 'paused', pausedBy: null },
  poll: {
    ...{ nextAt: null, polledAt: '2026-11-30T08:00:00.000Z', failures: 10 },
    failure: { code: 'POLL_FAILED', message: 'The service answered with 503' },
  },
})

function showPoll(trigger = published) {
  const failed = { outcome: 'failed', runId: null, code: 'POLL_FAILED', message: 'No answer' } as const
  const fixture = createFixtureClient({ triggers: [trigger], triggerEvents: [triggerEventOf('e1', failed)] })
  const document = workflow([node('feed', 'feed')], [])
  const view = renderInspector({ document, nodeId: 'feed', client: fixture.client, onOpenRun: () => undefined })
  act(() => view.session.store.setState({ manifest: createManifestIndex(toManifest([feed])) }))
  return { ...view, fixture }
}

test('says why a poll is paused, shows what it would start now, and is resumed', async () => {
  const { user, fixture } = showPoll()
  const section = await screen.findByRole('region', { name: 'Trigger' })
  expect(await within(section).findByText('Paused after repeated failures')).toBeTruthy()
  expect(within(section).getByText('The last 10 polls have failed: The service answered with 503')).toBeTruthy()
  expect(within(section).getByText(/Items that appear while the trigger is paused/).textContent).toMatch(/Last poll: /)
  expect(within(section).getByText('No answer')).toBeTruthy()
  expect(within(section).queryByRole('button', { name: 'Open for an hour' })).toBeNull()

  await user.click(within(section).getByRole('button', { name: 'Poll now' }))
  expect(await within(section).findByText('1 new item would start a run. 1 item is known.')).toBeTruthy()
  const items = within(section).getByRole('list', { name: 'Items of the poll' })
  const [first, second] = within(items).getAllByRole('listitem')
  expect(first?.textContent).toMatch(/^Neworder-2/)
  expect(second?.textContent).toMatch(/^Knownorder-1/)

  fixture.fail('triggers.poll', new TenonError('POLL_FAILED', 'The service answered with 404'))
  await user.click(within(section).getByRole('button', { name: 'Poll now' }))
  expect((await within(section).findByRole('alert')).textContent).toMatch(/could not be polled|404/)
  expect(within(section).queryByRole('list', { name: 'Items of the poll' })).toBeNull()
  await user.click(within(section).getByRole('button', { name: 'Resume' }))
  expect(await within(section).findByText('Active')).toBeTruthy()
})

test('says of a trigger that is not published that its first poll starts nothing', async () => {
  const { user } = showPoll(triggerOf('feed', { kind: 'poll', url: null, state: 'unpublished', version: null }))
  const section = await screen.findByRole('region', { name: 'Trigger' })
  await user.click(await within(section).findByRole('button', { name: 'Poll now' }))
  expect(await within(section).findByText(/^1 item was found\. The first poll starts no runs/)).toBeTruthy()
})
