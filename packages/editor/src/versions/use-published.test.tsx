// @vitest-environment jsdom
import { TenonError } from '@tenon/core/errors'
import { node, workflow } from '@tenon/core/testing'
import { act, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { versionOf } from '../../test/fixtures/fixture-answers.ts'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import { renderPart, t } from '../../test/fixtures/render.tsx'
import { STORED_WORKFLOW } from '../../test/fixtures/stored-workflow.ts'
import { createEditorSession } from '../session/session.ts'
import { SessionProvider } from '../session/session-context.tsx'
import { useChangesSincePublished } from './use-published.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('counts the changes since the latest version, once the server that was away has answered', async () => {
  const document = workflow([node('a', 'step', { text: 'one' })], [])
  const fixture = createFixtureClient({ versions: [versionOf('4', document)] })
  fixture.fail('versions.get', new TenonError('UNAVAILABLE', 'The server did not answer'))
  const session = createEditorSession({ translate: () => t })
  session.store.setState({ workflow: STORED_WORKFLOW, phase: { kind: 'ready' } })
  session.adopt(workflow([node('a', 'step', { text: 'two' }), node('b', 'stop')], []))
  function Probe() {
    return <p>{`changes: ${useChangesSincePublished(fixture.client, 'wf')}`}</p>
  }
  renderPart(
    <SessionProvider session={session}>
      <Probe />
    </SessionProvider>,
  )
  await act(() => vi.advanceTimersByTimeAsync(1_000))
  expect(screen.getByText('changes: null')).toBeTruthy()
  fixture.fail('versions.get', null)
  await act(() => vi.advanceTimersByTimeAsync(2_000))
  expect(screen.getByText('changes: 2')).toBeTruthy()
})
