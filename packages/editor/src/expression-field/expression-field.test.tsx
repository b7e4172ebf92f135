// @vitest-environment jsdom
import { node, workflow } from '@tenon/core/testing'
import { act, screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { renderInspector } from '../../test/fixtures/render-inspector.tsx'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'

test('an expression field has its name before its editor has loaded, and keeps it', async () => {
  const nodes = SMALL_MANIFEST.nodes.map((entry) =>
    entry.type === 'single'
      ? { ...entry, params: { type: 'object', properties: { text: { type: 'string', title: 'Greeting' } } } }
      : entry,
  )
  const view = renderInspector({ document: workflow([node('a', 'single', { text: 'Hello' })], []), nodeId: 'a' })
  act(() => view.session.store.setState({ manifest: createManifestIndex({ hash: 'greeting', nodes }) }))
  // The module of editors is on its way.
  const waiting = await screen.findByRole('button', { name: 'Greeting' })
  expect([waiting.tagName, waiting.textContent]).toEqual(['BUTTON', 'Hello'])
  await waitFor(() => expect(screen.getByRole('textbox', { name: 'Greeting' }).textContent).toBe('Hello'))
})
