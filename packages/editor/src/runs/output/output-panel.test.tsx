// @vitest-environment jsdom
import { TenonError } from '@tenon/core/errors'
import { screen, waitFor } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { ESCALATED_OUTPUT, escalatedRun, failedRun } from '../../../test/fixtures/ticket-runs.ts'
import { RunOutput } from '../viewer/run-parts.tsx'

function show(
  frames: ReturnType<typeof escalatedRun>['frames'],
  output: Parameters<typeof createFixtureClient>[0] = {},
) {
  const fixture = createFixtureClient({ frames, ...output })
  const onSelectNode = vi.fn()
  return {
    ...renderPart(<RunOutput client={fixture.client} runId={FIXTURE_RUN_ID} onSelectNode={onSelectNode} />),
    fixture,
    onSelectNode,
  }
}

describe('RunOutput', () => {
  test('shows the output with the node that wrote each field', async () => {
    const { user, onSelectNode } = show(escalatedRun().frames, { output: ESCALATED_OUTPUT })
    expect(await screen.findByText('https://helpdesk.example/t/991')).toBeDefined()
    await user.click((await screen.findAllByTitle('Written by Check policy'))[0] as HTMLElement)
    expect(onSelectNode).toHaveBeenCalledWith('policy')
  })

  test('copies the output as JSON', async () => {
    const { user } = show(escalatedRun().frames, { output: ESCALATED_OUTPUT })
    await user.click(await screen.findByRole('button', { name: 'Copy output' }))
    expect(JSON.parse(await navigator.clipboard.readText())).toEqual(ESCALATED_OUTPUT)
  })

  test('waits for the end and reads the output then', async () => {
    const log = escalatedRun()
    const { fixture } = show(log.frames.slice(0, 25), { output: ESCALATED_OUTPUT })
    expect(await screen.findByText('No output yet')).toBeDefined()
    fixture.push(...log.frames.slice(25))
    await waitFor(() => expect(screen.getByText('https://helpdesk.example/t/991')).toBeDefined())
    expect(fixture.calls.filter((call) => call.name === 'runs.get')).toHaveLength(2)
  })

  test('says why there is none', async () => {
    show(failedRun().frames)
    expect(await screen.findByText('The run failed and has no output')).toBeDefined()
    expect(screen.getByText('Check the status page of the help desk.')).toBeDefined()
  })

  test('says so when there is no such run', async () => {
    const fixture = createFixtureClient({ frames: escalatedRun().frames })
    renderPart(<RunOutput client={fixture.client} runId="another" />)
    expect(await screen.findByRole('alert')).toHaveProperty('textContent', expect.stringContaining('Run not found'))
  })

  test('says so when the run cannot be read, and reads it again when asked', async () => {
    const fixture = createFixtureClient({ frames: escalatedRun().frames, output: ESCALATED_OUTPUT })
    fixture.fail('runs.get', new TenonError('FORBIDDEN', 'Not your run'))
    const { user } = renderPart(<RunOutput client={fixture.client} runId={FIXTURE_RUN_ID} />)
    expect(await screen.findByRole('alert')).toHaveProperty('textContent', expect.stringContaining('FORBIDDEN'))
    fixture.fail('runs.get', null)
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByText('https://helpdesk.example/t/991')).toBeDefined()
  })
})
