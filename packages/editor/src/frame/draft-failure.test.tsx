// @vitest-environment jsdom
import { TenonError } from '@tenon/core/errors'
import { screen } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../test/fixtures/render.tsx'
import { RunViewer } from '../runs/viewer/run-viewer.tsx'
import { WorkflowEditor } from '../workflow-editor.tsx'
import { DraftFailure } from './draft-failure.tsx'

const back = <a href="/automations">Automations</a>

function showEditor(error: TenonError) {
  const { client } = createFixtureClient()
  const workflows = { ...client.workflows, get: () => Promise.reject(error) }
  renderPart(<WorkflowEditor client={{ ...client, workflows }} workflowId="none" breadcrumb={back} />)
}

test.each(['WORKFLOW_NOT_FOUND', 'VERSION_NOT_FOUND'] as const)(
  'an editor whose workflow answers %s shows one sentence and the way back, and no part of an editor',
  async (code) => {
    showEditor(new TenonError(code, 'No workflow has this id'))
    const alert = await screen.findByRole('alert')
    expect(alert.textContent).toContain('not found')
    expect(alert.textContent).toContain('Check the link.')
    expect(alert.textContent).not.toMatch(/\bid\b|_/)
    expect(screen.getByRole('link', { name: 'Automations' })).toBeTruthy()
    expect(screen.queryByRole('button')).toBeNull()
    expect(screen.queryByRole('textbox')).toBeNull()
    expect(screen.queryByRole('searchbox')).toBeNull()
  },
)

test('an editor whose server does not answer offers to try again, and shows no empty fields', async () => {
  showEditor(new TenonError('UNAVAILABLE', 'The server did not answer'))
  expect((await screen.findByRole('alert')).textContent).toContain('The workflow could not be loaded')
  expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy()
  expect(screen.getByRole('link', { name: 'Automations' })).toBeTruthy()
  expect(screen.queryByRole('textbox')).toBeNull()
})

describe('a deleted workflow', () => {
  const error = new TenonError('WORKFLOW_NOT_FOUND', 'The workflow was deleted')
  const failure = { kind: 'failed', error, isDeleted: true } as const

  test('can be restored on its page, which shows the reason if the server refuses', async () => {
    const full = new TenonError('QUOTA_EXCEEDED', 'The tenant has 50 of 50 workflows', { remedy: 'Delete one.' })
    const restore = vi
      .fn<() => Promise<unknown>>()
      .mockRejectedValueOnce(new TypeError('undefined is not a function'))
      .mockRejectedValueOnce(full)
      .mockResolvedValueOnce({})
    const onRetry = vi.fn()
    const { user } = renderPart(<DraftFailure failure={failure} onRetry={onRetry} back={back} restore={restore} />)
    expect(screen.getByRole('alert').textContent).toContain('Restore it to continue.')
    await user.click(screen.getByRole('button', { name: 'Restore' }))
    expect(screen.getByRole('alert').textContent).toContain('The workflow could not be restored. Try again.')
    await user.click(screen.getByRole('button', { name: 'Restore' }))
    expect(screen.getByRole('alert').textContent).not.toContain('Restore it to continue.')
    expect(screen.getByRole('alert').textContent).toContain('Delete one.')
    expect(onRetry).not.toHaveBeenCalled()
    await user.click(screen.getByRole('button', { name: 'Restore' }))
    expect(onRetry).toHaveBeenCalledTimes(1)
    expect(screen.getByRole('link', { name: 'Automations' })).toBeTruthy()
  })

  test('cannot be restored by viewers, and its page says whom to ask', () => {
    renderPart(<DraftFailure failure={failure} onRetry={() => {}} back={back} restore={null} />)
    expect(screen.getByRole('alert').textContent).toContain('Ask someone who can change workflows to restore it.')
    expect(screen.queryByRole('button')).toBeNull()
  })
})

test('a run that does not exist shows one sentence and the way back', async () => {
  const fixture = createFixtureClient()
  fixture.fail('runs.get', new TenonError('RUN_NOT_FOUND', 'No run has this id'))
  const onOpenRun = vi.fn()
  renderPart(<RunViewer client={fixture.client} runId={FIXTURE_RUN_ID} start={back} onOpenRun={onOpenRun} />)
  expect((await screen.findByRole('alert')).textContent).toContain('Run not found')
  expect(screen.getByRole('link', { name: 'Automations' })).toBeTruthy()
  expect(screen.queryByRole('button')).toBeNull()
})
