// @vitest-environment jsdom
import type { WorkflowDocument } from '@tenon/core/document'
import { createEvent, fireEvent, renderHook } from '@testing-library/react'
import { expect, test } from 'vitest'
import { LOOP_DOCUMENT, LOOP_MANIFEST } from '../../test/fixtures/loop-workflow.ts'
import { t } from '../../test/fixtures/render.tsx'
import { parseFragment } from '../commands/fragment.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { createEditorSession } from '../session/session.ts'
import { InstanceRoot } from '../shell/instance-root.tsx'
import { select } from '../store/editor-store.ts'
import { useClipboard } from './use-clipboard.ts'

function cut(document: WorkflowDocument, nodeIds: readonly string[]) {
  const session = createEditorSession({ translate: () => t })
  session.store.setState({ manifest: createManifestIndex(LOOP_MANIFEST) })
  session.adopt(document)
  session.store.setState({ phase: { kind: 'ready' } })
  select(session.store, nodeIds)
  const root = globalThis.document.createElement('div')
  renderHook(() => useClipboard(root, session, { current: null }), { wrapper: InstanceRoot })
  const written = new Map<string, string>()
  const clipboardData = { setData: (type: string, text: string) => void written.set(type, text) }
  fireEvent(root, createEvent.cut(root, { clipboardData }))
  return {
    left: session.read().nodes.map(({ id }) => id),
    copied: parseFragment(written.get('text/plain') ?? '')?.nodes.map(({ id }) => id),
  }
}

const ALL = LOOP_DOCUMENT.nodes.map(({ id }) => id)

test('Cut takes a loop with its content', () => {
  expect(cut(LOOP_DOCUMENT, ['each'])).toEqual({ left: ['start', 'finish'], copied: ['each', 'charge', 'mail'] })
})

test.each(['each', 'mail'])('Cut of a loop keeps all of it if "%s" is locked, and copies it', (lockedId) => {
  const nodes = LOOP_DOCUMENT.nodes.map((node) => (node.id === lockedId ? { ...node, locked: true } : node))
  expect(cut({ ...LOOP_DOCUMENT, nodes }, ['each'])).toEqual({ left: ALL, copied: ['each', 'charge', 'mail'] })
})
