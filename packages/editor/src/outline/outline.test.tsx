// @vitest-environment jsdom
import { node, workflow } from '@tenon/core/testing'
import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { renderPart, t } from '../../test/fixtures/render.tsx'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { createEditorSession } from '../session/session.ts'
import { SessionProvider } from '../session/session-context.tsx'
import { Outline } from './outline.tsx'

test('a row says if its node does not follow the one above it', async () => {
  const session = createEditorSession({ translate: () => t })
  session.store.setState({ manifest: createManifestIndex(SMALL_MANIFEST), phase: { kind: 'ready' }, isReadOnly: true })
  const names = { start: 'Begin', a: 'Alpha', b: 'Beta', lost: 'Lost', after: 'After it' }
  const nodes = Object.entries(names).map(([id, name]) => {
    return { ...node(id, id === 'start' ? 'start' : 'step', id === 'start' ? {} : { text: 't' }), name }
  })
  session.adopt(workflow(nodes, ['start>a', 'start>b', 'lost>after']))
  renderPart(
    <SessionProvider session={session}>
      <Outline />
    </SessionProvider>,
  )
  await screen.findByRole('button', { name: /^Lost\s*Not connected to a trigger/ })
  const rows = [...document.querySelectorAll('[data-row]')].map((row) => row.querySelector('.tn-outline-text'))
  expect(rows.map((row) => [...(row?.children ?? [])].slice(0, -1).map(({ textContent }) => textContent))).toEqual([
    ['Begin'],
    ['Alpha'],
    ['Beta', 'In parallel with Alpha'],
    ['Lost', 'Not connected to a trigger'],
    ['After it'],
  ])
})
