// @vitest-environment jsdom
import type { DocumentOperation, WorkflowDocument } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { act, cleanup, renderHook } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, describe, expect, test } from 'vitest'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { en } from '../messages/en/index.ts'
import { createTranslate } from '../messages/format.ts'
import { createEditorSession } from '../session/session.ts'
import { useControlledDraft } from './use-controlled-draft.ts'

afterEach(cleanup)

const chain = workflow([node('start', 'start'), node('a', 'step', { text: 'hi' })], ['start>a'])

function mount(first: WorkflowDocument) {
  const session = createEditorSession({ translate: () => createTranslate(en, 'en') })
  const reported: { next: WorkflowDocument; operations: readonly DocumentOperation[] }[] = []
  const view = renderHook(
    ({ value, readOnly }: { value: WorkflowDocument; readOnly: boolean }) =>
      useControlledDraft(session, {
        value,
        // A host that writes everything inline.
        manifest: { ...SMALL_MANIFEST },
        readOnly,
        onChange: (next, operations) => reported.push({ next, operations }),
      }),
    { initialProps: { value: first, readOnly: false }, wrapper: StrictMode },
  )
  const rename = (name: string) => act(() => void session.dispatch({ type: 'rename-node', nodeId: 'a', name }))
  const nameNow = () => session.store.getState().nodesById.get('a')?.name
  return {
    session,
    reported,
    rename,
    nameNow,
    show: (value: WorkflowDocument) => view.rerender({ value, readOnly: false }),
    view,
  }
}

describe('useControlledDraft', () => {
  test('reports each command once, with its operations', () => {
    const { reported, rename } = mount(chain)
    rename('One')
    expect(reported).toHaveLength(1)
    expect(reported[0]?.operations).toEqual([{ op: 'update_node', nodeId: 'a', set: { name: 'One' } }])
  })

  test('the echo of a reported document changes nothing, also when it comes late', () => {
    const { reported, rename, nameNow, show } = mount(chain)
    rename('One')
    rename('Two')
    show(reported[0]?.next ?? chain)
    expect(nameNow()).toBe('Two')
    show(reported[1]?.next ?? chain)
    expect(nameNow()).toBe('Two')
    expect(reported).toHaveLength(2)
  })

  test('another value is taken over, without a report and without an undo', () => {
    const { session, reported, rename, nameNow, show } = mount(chain)
    rename('One')
    show(reported[0]?.next ?? chain)
    show(chain)
    expect(nameNow()).toBe('a')
    expect(reported).toHaveLength(1)
    act(() => session.undo())
    expect(session.store.getState().document.nodes).toHaveLength(2)
  })

  test('a host that goes back to an earlier value is believed', () => {
    const { reported, rename, nameNow, show } = mount(chain)
    rename('One')
    show(reported[0]?.next ?? chain)
    rename('Two')
    show(reported[1]?.next ?? chain)
    show(reported[0]?.next ?? chain)
    expect(nameNow()).toBe('One')
  })

  test('inline props make no new state', () => {
    const { session, show } = mount(chain)
    const { manifest, document } = session.store.getState()
    show(structuredClone(chain))
    expect(session.store.getState().manifest).toBe(manifest)
    expect(session.store.getState().document).toBe(document)
  })

  test('read only refuses commands', () => {
    const { reported, rename, view } = mount(chain)
    view.rerender({ value: chain, readOnly: true })
    rename('One')
    expect(reported).toHaveLength(0)
  })
})
