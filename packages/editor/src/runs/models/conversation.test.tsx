// @vitest-environment jsdom
import { screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { AGENT_DOCUMENT, AGENT_MANIFEST } from '../../../test/fixtures/called.ts'
import { answered, askingRun } from '../../../test/fixtures/conversation.ts'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { RunInspector } from '../viewer/run-parts.tsx'

test('has messages, answers and tools with their results, grows with the run, and leads to the call of a tool', async () => {
  const log = askingRun()
  const { client, push } = createFixtureClient({
    document: AGENT_DOCUMENT,
    manifest: AGENT_MANIFEST,
    frames: [...log.frames],
  })
  const { user } = renderPart(<RunInspector client={client} runId={FIXTURE_RUN_ID} nodeId="agent" />)
  const shown = within(await screen.findByRole('region', { name: 'Conversation with the model' }))
  expect(shown.getByText('Be brief')).toBeDefined()
  expect(shown.getAllByText('No result yet')).toHaveLength(2)

  expect(shown.queryByText(/END$/)).toBeNull()
  await user.click(shown.getByRole('button', { name: 'Show all' }))
  expect(shown.getByText(/END$/)).toBeDefined()

  const before = log.frames.length
  answered(log)
  push(...log.frames.slice(before))
  expect(await shown.findByText('It is late.')).toBeDefined()
  expect(shown.getByText('Error: no tool has this name')).toBeDefined()
  expect(shown.queryByText('No result yet')).toBeNull()

  // Only the tool that was called has a node run to show.
  await user.click(shown.getByRole('button', { name: 'Show the call' }))
  const call = screen.getByRole('button', { name: /^find_order/, expanded: true })
  expect(document.activeElement).toBe(call)
})
