// @vitest-environment jsdom
import { screen, waitFor } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { escalatedRun, pausedRun, rejectedRun } from '../../../test/fixtures/ticket-runs.ts'
import { RunTimeline } from '../viewer/run-parts.tsx'

function show(frames = escalatedRun().frames, onSelectNode = vi.fn(), selectedNodeId: string | null = null) {
  const fixture = createFixtureClient({ frames })
  const part = renderPart(
    <RunTimeline
      client={fixture.client}
      runId={FIXTURE_RUN_ID}
      selectedNodeId={selectedNodeId}
      onSelectNode={onSelectNode}
    />,
  )
  return { ...part, fixture, onSelectNode }
}

describe('RunTimeline', () => {
  test('has a row for each node that ran, described in words', async () => {
    show()
    const rows = await screen.findAllByRole('option')
    expect(rows).toHaveLength(9)
    expect(
      screen.getByRole('option', { name: /^Create ticket · Succeeded · started .* · 1.93 s · 2 attempts/ }),
    ).toBeDefined()
  })

  test('chooses a node by the mouse and by arrow keys', async () => {
    const { user, onSelectNode } = show(escalatedRun().frames, vi.fn(), 'policy')
    await user.click(await screen.findByRole('option', { name: /^Create ticket/ }))
    expect(onSelectNode).toHaveBeenLastCalledWith('ticket')
    screen.getByRole('listbox').focus()
    await user.keyboard('{ArrowDown}')
    expect(onSelectNode).toHaveBeenLastCalledWith('happy')
    await user.keyboard('{ArrowUp}')
    expect(onSelectNode).toHaveBeenLastCalledWith('analyze')
    await user.keyboard('{End}')
    expect(onSelectNode).toHaveBeenLastCalledWith('escalated')
  })

  test('announces the chosen node to screen readers', async () => {
    show(escalatedRun().frames, vi.fn(), 'policy')
    const chosen = await screen.findByRole('option', { selected: true })
    expect(screen.getByRole('listbox').getAttribute('aria-activedescendant')).toBe(chosen.id)
  })

  test('offers to draw long waiting as long as it was', async () => {
    const { user } = show(rejectedRun().frames)
    const shorten = await screen.findByRole('switch', { name: 'Shorten waiting' })
    expect(screen.getByText('48 min', { selector: '.tn-timeline-fold' })).toBeDefined()
    await user.click(shorten)
    expect(screen.queryByText('48 min', { selector: '.tn-timeline-fold' })).toBeNull()
  })

  test('marks the time in which the run was paused, and says how long that was', async () => {
    const log = pausedRun().add({ type: 'run_resumed', data: { actor: null } })
    const { container } = show(log.frames)
    expect(await screen.findByText('Paused for 2.0 s')).toBeDefined()
    expect(container.querySelectorAll('.tn-timeline-paused')).toHaveLength(1)
  })

  test('says what will be here before the first node, and grows as events come', async () => {
    const { fixture } = show([])
    expect(await screen.findByText('Nothing has started yet')).toBeDefined()
    fixture.push(...escalatedRun().frames.slice(0, 6))
    await waitFor(() => expect(screen.getAllByRole('option')).toHaveLength(2))
  })

  test('stops streaming when it goes away', async () => {
    const { fixture, unmount } = show()
    await screen.findAllByRole('option')
    expect(fixture.listeners()).toBe(1)
    unmount()
    expect(fixture.listeners()).toBe(0)
  })
})
