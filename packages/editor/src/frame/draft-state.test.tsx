// @vitest-environment jsdom
import { TenonError } from '@tenon/core/errors'
import { screen } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { renderPart, t } from '../../test/fixtures/render.tsx'
import { createEditorSession } from '../session/create-session.ts'
import { SessionProvider } from '../session/session-context.tsx'
import { SyncStatus } from '../topbar/sync-status.tsx'
import { DraftState } from './draft-state.tsx'

function show(error: unknown) {
  const session = createEditorSession({ translate: () => t })
  session.store.setState({ phase: { kind: 'failed', error }, sync: 'connecting' })
  let retries = 0
  const onRetry = () => {
    retries += 1
  }
  const view = renderPart(
    <SessionProvider session={session}>
      <SyncStatus />
      <DraftState onRetry={onRetry} />
    </SessionProvider>,
  )
  return { ...view, retries: () => retries }
}

describe('a draft that could not be loaded', () => {
  test('does not exist: the page says so, and no longer that it connects', async () => {
    const { user, retries } = show(new TenonError('WORKFLOW_NOT_FOUND', 'No workflow has this id'))
    const { textContent } = screen.getByRole('alert')
    expect(textContent).toContain('Workflow not found')
    expect(textContent).toContain('Check the workflow id.')
    expect(screen.queryByText('Connecting')).toBeNull()
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(retries()).toBe(1)
  })

  test('cannot be reached: the page says that the workflow could not be loaded', () => {
    show(new TenonError('UNAVAILABLE', 'The server did not answer'))
    expect(screen.getByRole('alert').textContent).toContain('The workflow could not be loaded')
    expect(screen.queryByText('Connecting')).toBeNull()
  })
})
