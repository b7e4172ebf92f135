// @vitest-environment jsdom
import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { escalatedRun, failedRun } from '../../../test/fixtures/ticket-runs.ts'
import { RunLog } from '../viewer/run-parts.tsx'

function show(frames = failedRun().frames, nodeId: string | null = null) {
  const fixture = createFixtureClient({ frames })
  return { ...renderPart(<RunLog client={fixture.client} runId={FIXTURE_RUN_ID} nodeId={nodeId} />), fixture }
}

const rows = () => within(screen.getByRole('log')).getAllByRole('button')

describe('RunLog', () => {
  test('shows events in words and keeps the machine’s own steps out at first', async () => {
    show()
    await screen.findByRole('log')
    expect(screen.getByText('Run failed: 503 from the help desk')).toBeDefined()
    expect(screen.queryByText('Scheduled')).toBeNull()
  })

  test('of a long run says how much of it is loaded, until it is there', async () => {
    const { frames } = failedRun()
    const { client } = createFixtureClient({ frames, viewAt: frames.length - 1, paceMs: 5 })
    renderPart(<RunLog client={client} runId={FIXTURE_RUN_ID} />)
    expect((await screen.findByText(/^Loading events: \d+ of \d+$/)).getAttribute('role')).toBe('status')
    await screen.findByRole('log')
    expect(screen.queryByText(/^Loading events/)).toBeNull()
    expect(screen.getByText('Run failed: 503 from the help desk')).toBeDefined()
  })

  test('of a run that has begun says that the log is being read, and how far', async () => {
    const { client } = createFixtureClient({ frames: failedRun().frames })
    const stream: typeof client.runs.stream = (_id, { onReading, onState }) => {
      onState?.('live')
      onReading?.(3_000, 60_000)
      return () => {}
    }
    renderPart(<RunLog client={{ ...client, runs: { ...client.runs, stream } }} runId={FIXTURE_RUN_ID} />)
    expect(await screen.findByText('Reading the log…')).toBeDefined()
    expect(screen.getByText('Loading events: 3,000 of 60,000')).toBeDefined()
    expect(screen.queryByText('No events yet')).toBeNull()
  })

  test('shows more or less by level', async () => {
    const { user } = show()
    await screen.findByRole('log')
    const level = screen.getByRole('combobox', { name: 'Minimum level' })
    await user.selectOptions(level, 'Errors only')
    expect(rows()).toHaveLength(2)
    await user.selectOptions(level, 'Everything')
    expect(screen.getAllByText('Scheduled').length).toBeGreaterThan(0)
  })

  test('searches, and says how many lines are hidden when nothing is found', async () => {
    const { user } = show()
    const search = await screen.findByRole('searchbox', { name: 'Search the log' })
    await user.type(search, 'check_order')
    expect(rows()).toHaveLength(1)
    await user.type(search, ' nowhere')
    expect(screen.getByText('No matching lines')).toBeDefined()
    await user.keyboard('{Escape}')
    expect(rows().length).toBeGreaterThan(5)
  })

  test('unfolds what an event carries', async () => {
    const { user } = show()
    await screen.findByRole('log')
    await user.click(screen.getByRole('button', { name: /Called check_order_status/ }))
    expect(screen.getByText('O-4411')).toBeDefined()
  })

  test('shows one node only', async () => {
    show(failedRun().frames, 'crm')
    await screen.findByRole('log')
    expect(rows()).toHaveLength(2)
  })

  test('goes on while events come', async () => {
    const { frames } = escalatedRun()
    const { fixture } = show(frames.slice(0, 8))
    await screen.findByRole('log')
    fixture.push(...frames.slice(8))
    await waitFor(() => expect(screen.getByText('Run completed with the outcome "escalated"')).toBeDefined())
  })

  test('says what will be here before the first event', async () => {
    show([])
    expect(await screen.findByText('No events yet')).toBeDefined()
  })
})
