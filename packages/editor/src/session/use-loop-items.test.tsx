// @vitest-environment jsdom
import { act } from '@testing-library/react'
import { expect, test } from 'vitest'
import { LOOP_DOCUMENT, LOOP_MANIFEST } from '../../test/fixtures/loop-workflow.ts'
import { renderPart, t } from '../../test/fixtures/render.tsx'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { createEditorSession } from './session.ts'
import { SessionProvider } from './session-context.tsx'
import { useLoopItems } from './use-loop-items.ts'

test('changes of the document render no row, and the items are of the document in which the menu opens', () => {
  const session = createEditorSession({ translate: () => t })
  session.store.setState({ manifest: createManifestIndex(LOOP_MANIFEST), phase: { kind: 'ready' }, isReadOnly: false })
  session.adopt(LOOP_DOCUMENT)
  let renders = 0
  let labelsOf: (nodeId: string) => readonly string[] = () => []
  function Row() {
    renders += 1
    const itemsOf = useLoopItems()
    labelsOf = (nodeId) => itemsOf([nodeId]).map((item) => (item === 'separator' ? '' : item.label))
    return null
  }
  renderPart(
    <SessionProvider session={session}>
      <Row />
    </SessionProvider>,
  )
  const rendered = renders
  expect(labelsOf('mail')).toEqual(['Move out of Each order', 'Wrap in For each'])
  act(() => {
    session.dispatch({ type: 'rename-node', nodeId: 'each', name: 'Each invoice' })
    session.dispatch({ type: 'move-to-loop', nodeIds: ['mail'], parentId: null, by: { x: 0, y: 300 } })
  })
  expect(renders).toBe(rendered)
  expect(labelsOf('mail')).toEqual(['Move into Each invoice', 'Wrap in For each'])
  expect(labelsOf('each')).toEqual(['Wrap in For each', 'Remove Each invoice, keep its nodes'])
})
