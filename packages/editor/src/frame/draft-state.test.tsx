// @vitest-environment jsdom
import { TenonError } from '@tenon/core/errors'
import { screen } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { renderPart, t } from '../../test/fixtures/render.tsx'
import { createEditorSession } from '../session/session.ts'
import { SessionProvider } from '../session/session-context.tsx'
import { SyncStatus } from '../topbar/sync-status.tsx'
import { DraftState } from './draft-state.tsx'

function show(error: unknown) {
  const session = createEditorSession({ translate: () => t })
  session.store.setState({ phase: { kind: 'failed', error }, sync: 'connecting' })
  const onRetry = vi.fn()
  const view = renderPart(
    <SessionProvider session={session}>
      <SyncStatus onOpenField={() => {}} />
      <DraftState onRetry={onRetry} />
    </SessionProvider>,
  )
  return { ...view, onRetry }
}

describe('a draft that could not be loaded', () => {
  test('cannot be reached: the page says that the workflow could not be loaded', async () => {
    const { user, onRetry } = show(new TenonError('UNAVAILABLE', 'The server did not answer'))
    expect(screen.getByRole('alert').textContent).toContain('The workflow could not be loaded')
    expect(screen.queryByText('Connecting')).toBeNull()
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(onRetry).toHaveBeenCalledOnce()
  })
})
