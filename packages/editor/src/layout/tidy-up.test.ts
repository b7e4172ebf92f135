import { edge, node, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { LOOP_DOCUMENT, LOOP_MANIFEST } from '../../test/fixtures/loop-workflow.ts'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { FRAME, nodeBoxes } from '../frames/node-boxes.ts'
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

function open(document = branches, manifest = SMALL_MANIFEST) {
  const session = createEditorSession({ translate: () => createTranslate(en, 'en') })
  session.store.setState({ manifest: createManifestIndex(manifest) })
  session.adopt(document)
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

  test('arranges the nodes of a loop inside its frame, and the nodes around it beside the frame', async () => {
    const apart = LOOP_DOCUMENT.nodes.map((node) =>
      node.id === 'mail' ? { ...node, position: { x: -900, y: 700 } } : node,
    )
    const session = open({ ...LOOP_DOCUMENT, nodes: apart }, LOOP_MANIFEST)
    await tidyUp(session, workerLayout(), null)
    const boxes = nodeBoxes(session.store.getState().document, createManifestIndex(LOOP_MANIFEST))
    const boxOf = (id: string) => boxes.get(id) ?? { x: 0, y: 0, width: 0, height: 0 }
    const [start, frame, charge, mail, finish] = ['start', 'each', 'charge', 'mail', 'finish'].map(boxOf)
    expect(mail).toMatchObject({ x: (charge?.x ?? 0) + 310, y: charge?.y })
    expect(frame?.width).toBe(310 + 236 + 2 * FRAME.inset)
    expect((frame?.x ?? 0) - ((start?.x ?? 0) + 236)).toBeGreaterThanOrEqual(64)
    expect((finish?.x ?? 0) - ((frame?.x ?? 0) + (frame?.width ?? 0))).toBeGreaterThanOrEqual(64)
  })
})
