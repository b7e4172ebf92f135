// @vitest-environment jsdom
import { TenonError } from '@tenon/core/errors'
import { screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../test/fixtures/render.tsx'
import { RunViewer } from '../runs/viewer/run-viewer.tsx'
import { WorkflowEditor } from '../workflow-editor.tsx'

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

test('a run that does not exist shows one sentence and the way back', async () => {
  const fixture = createFixtureClient()
  fixture.fail('runs.get', new TenonError('RUN_NOT_FOUND', 'No run has this id'))
  const onOpenRun = vi.fn()
  renderPart(<RunViewer client={fixture.client} runId={FIXTURE_RUN_ID} start={back} onOpenRun={onOpenRun} />)
  expect((await screen.findByRole('alert')).textContent).toContain('Run not found')
  expect(screen.getByRole('link', { name: 'Automations' })).toBeTruthy()
  expect(screen.queryByRole('button')).toBeNull()
})
