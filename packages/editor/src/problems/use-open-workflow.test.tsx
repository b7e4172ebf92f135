// @vitest-environment jsdom
import { screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import { renderPart, t } from '../../test/fixtures/render.tsx'
import { CALL_MANIFEST, callDocument } from '../../test/fixtures/sub-workflows.ts'
import { WorkflowsContext } from '../contexts/workflows-context.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { createEditorSession } from '../session/session.ts'
import { SessionProvider } from '../session/session-context.tsx'
import type { EditorProblem } from '../store/editor-state.ts'
import { FixButtons } from './fix-buttons.tsx'

function show(code: string) {
  const session = createEditorSession({ translate: () => t })
  session.store.setState({ manifest: createManifestIndex(CALL_MANIFEST) })
  session.adopt(callDocument('wf-draft'))
  const { client } = createFixtureClient()
  const onOpen = vi.fn()
  const problem: EditorProblem = {
    id: code,
    nodeId: 'call',
    edgeId: null,
    field: ['params', 'workflow'],
    range: null,
    severity: 'error',
    code,
    message: 'The workflow "Mail merge" has no published version',
    fixes: [],
  }
  const view = renderPart(
    <SessionProvider session={session}>
      <WorkflowsContext.Provider value={{ client, ownId: 'wf', directory: { current: null }, onOpen, onOpenRun: null }}>
        <FixButtons problem={problem} className="tn-link" onFixed={() => {}} />
      </WorkflowsContext.Provider>
    </SessionProvider>,
  )
  return { ...view, onOpen }
}

test('a problem that is solved in the workflow that a node runs has a button that opens it', async () => {
  const { user, onOpen } = show('SUBWORKFLOW_NOT_PUBLISHED')
  await user.click(screen.getByRole('button', { name: 'Open the workflow' }))
  expect(onOpen).toHaveBeenCalledExactlyOnceWith('wf-draft')
})

test('a problem that is solved here has none', () => {
  show('SUBWORKFLOW_DELETED')
  expect(screen.queryByRole('button')).toBeNull()
})
