import { edge, node, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { en } from '../messages/en/index.ts'
import { createTranslate } from '../messages/format.ts'
import { createEditorSession } from '../session/session.ts'
import type { LayoutGraph } from './layout-provider.ts'
import { tidyUp } from './tidy-up.ts'
import { workerLayout } from './worker-layout.ts'

const cases = ['b', 'c', 'a'].map((id) => ({ id, title: id }))
const branches = workflow(
  [node('start', 'start'), node('fork', 'cases', { cases }), ...['a', 'b', 'c', 'old'].map((id) => node(id, 'stop'))],
  ['start>fork', edge('fork:old>old'), edge('fork:a>a'), edge('fork:b>b'), edge('fork:c>c')],
)

function open() {
  const session = createEditorSession({ translate: () => createTranslate(en, 'en') })
  session.store.setState({ manifest: createManifestIndex(SMALL_MANIFEST) })
  session.adopt(branches)
  session.store.setState({ phase: { kind: 'ready' } })
  return session
}

describe('tidyUp', () => {
  test('puts branches below each other in the order of the ports, and edges of lost ports last', async () => {
    const session = open()
    await tidyUp(session, workerLayout(), null)
    const { nodes } = session.store.getState().document
    const ends = nodes.filter(({ type }) => type === 'stop').sort((one, other) => one.position.y - other.position.y)
    expect(ends.map(({ id }) => id)).toEqual(['b', 'c', 'a', 'old'])
  })

  test('gives a layout of the host the positions of the ports', async () => {
    const graphs: LayoutGraph[] = []
    const arrange = async (graph: LayoutGraph) => {
      graphs.push(graph)
      return new Map()
    }
    await tidyUp(open(), { arrange }, null)
    const ports = graphs[0]?.edges.filter(({ source }) => source === 'fork')
    expect(Object.fromEntries(ports?.map(({ target, sourcePort }) => [target, sourcePort]) ?? [])).toEqual({
      b: 0,
      c: 1,
      a: 2,
      old: 3,
    })
  })
})
