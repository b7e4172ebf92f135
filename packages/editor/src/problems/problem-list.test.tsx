// @vitest-environment jsdom
import type { NodeId } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { act, screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { renderPart, t } from '../../test/fixtures/render.tsx'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { createEditorSession } from '../session/session.ts'
import { SessionProvider } from '../session/session-context.tsx'
import type { EditorProblem } from '../store/editor-state.ts'
import { ProblemList } from './problem-list.tsx'

const A = 'a' as NodeId

const problem = (name: string): EditorProblem => ({
  id: name,
  nodeId: A,
  edgeId: null,
  field: ['params', name],
  range: null,
  severity: 'error',
  code: 'PARAM_UNKNOWN',
  message: name,
  fixes: [{ title: `Mend ${name}`, operations: [{ op: 'set_param', nodeId: A, path: [name], value: 1 }] }],
})

test('the focus goes to the next problem when one is fixed, and stays in the list after the last one', async () => {
  const session = createEditorSession({ translate: () => t })
  session.store.setState({ manifest: createManifestIndex(SMALL_MANIFEST) })
  session.adopt(workflow([node('a', 'step', {})], []))
  const show = (...names: readonly string[]) =>
    act(() => session.store.setState({ phase: { kind: 'ready' }, problems: names.map(problem) }))
  show('one', 'two', 'three')
  const { user, container } = renderPart(
    <SessionProvider session={session}>
      <ProblemList onOpen={vi.fn()} />
    </SessionProvider>,
  )
  const focused = () => document.activeElement?.textContent
  await user.click(screen.getByRole('button', { name: 'Mend two' }))
  expect(session.read().nodes[0]?.params).toEqual({ two: 1 })
  show('one', 'three')
  expect(focused()).toContain('three')
  await user.click(screen.getByRole('button', { name: 'Mend three' }))
  show('one')
  expect(focused()).toContain('one')
  await user.click(screen.getByRole('button', { name: 'Mend one' }))
  show()
  expect(focused()).toContain('No problems')
  expect(container.contains(document.activeElement)).toBe(true)
})
