import { describe, expect, test } from 'vitest'
import { deepLoops } from '../../test/fixtures/deep-loops.ts'
import { LOOP_DOCUMENT, LOOP_MANIFEST } from '../../test/fixtures/loop-workflow.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { FRAME, loopAt, nodeBoxes } from './node-boxes.ts'

const manifest = createManifestIndex(LOOP_MANIFEST)
const [, loop, charge, mail] = LOOP_DOCUMENT.nodes
if (loop === undefined || charge === undefined || mail === undefined) throw new Error('A node is missing')

describe('nodeBoxes', () => {
  test('draws a loop around the measured sizes of its nodes, wherever its own position is', () => {
    const nodes = LOOP_DOCUMENT.nodes.map((node) => (node === loop ? { ...node, position: { x: -500, y: 0 } } : node))
    const boxes = nodeBoxes({ nodes }, manifest, new Map([['mail', { width: 236, height: 200 }]]))
    expect(boxes.get('each')).toEqual({
      id: 'each',
      x: charge.position.x - FRAME.inset,
      y: charge.position.y - FRAME.head - FRAME.inset,
      width: mail.position.x + 236 - charge.position.x + 2 * FRAME.inset,
      height: FRAME.head + 200 + 2 * FRAME.inset,
    })
  })

  test('gives an empty loop its least size at its position, and a row for each port that needs one', () => {
    const size = (node: typeof loop) => nodeBoxes({ nodes: [node] }, manifest).get('each')
    expect(size(loop)).toEqual({ id: 'each', ...loop.position, ...FRAME.empty })
    const routed = size({ ...loop, policy: { onError: 'route' } })
    expect(routed?.height).toBeGreaterThan(FRAME.empty.height + FRAME.portRow)
  })

  test('draws a loop inside a loop inside of it', () => {
    const nodes = [loop, { ...loop, id: 'inner', parentId: 'each' }, { ...charge, parentId: 'inner' }]
    const boxes = nodeBoxes({ nodes }, manifest)
    const [outer, inner] = [boxes.get('each'), boxes.get('inner')]
    expect(outer?.x).toBe((inner?.x ?? 0) - FRAME.inset)
    expect(outer?.width).toBe((inner?.width ?? 0) + 2 * FRAME.inset)
  })

  test('draws each of 10,000 loops inside each other', () => {
    const boxes = nodeBoxes(deepLoops(10_000, 'repeat'), manifest)
    expect(boxes.size).toBe(10_000)
    expect(boxes.get('n9999')).toMatchObject({ x: 0, width: FRAME.empty.width })
    const width = FRAME.empty.width + 9999 * 2 * FRAME.inset
    expect(boxes.get('n0')).toMatchObject({ x: -9999 * FRAME.inset, y: -9999 * (FRAME.head + FRAME.inset), width })
  })
})

describe('loopAt', () => {
  const boxes = nodeBoxes(LOOP_DOCUMENT, manifest)
  const inside = { x: 600, y: 230 }

  test('finds the innermost loop at a point, and none outside of all', () => {
    const nodes = [...LOOP_DOCUMENT.nodes, { ...loop, id: 'inner', parentId: 'each', position: { x: 560, y: 200 } }]
    expect(loopAt({ nodes }, manifest, nodeBoxes({ nodes }, manifest), inside)).toBe('inner')
    expect(loopAt(LOOP_DOCUMENT, manifest, boxes, inside)).toBe('each')
    expect(loopAt(LOOP_DOCUMENT, manifest, boxes, { x: 0, y: 0 })).toBeNull()
  })

  test('finds neither a dragged loop nor one inside it', () => {
    expect(loopAt(LOOP_DOCUMENT, manifest, boxes, inside, new Set(['each']))).toBeNull()
  })
})
