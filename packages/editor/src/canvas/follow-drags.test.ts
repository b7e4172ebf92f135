import { describe, expect, test } from 'vitest'
import { LOOP_DOCUMENT, LOOP_MANIFEST } from '../../test/fixtures/loop-workflow.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { flowNodesOf } from './flow-elements.ts'
import { type Drags, followDrags } from './follow-drags.ts'

const NONE: Drags = new Map()
const manifest = createManifestIndex(LOOP_MANIFEST)

/** Cards of the loop workflow, some of them locked. */
function cards(...locked: readonly string[]) {
  const nodes = LOOP_DOCUMENT.nodes.map((node) => (locked.includes(node.id) ? { ...node, locked: true } : node))
  return flowNodesOf({ ...LOOP_DOCUMENT, nodes }, manifest, new Set(), [])
}

/** Returns by how much each node moved relative to its frame, without those that did not move. */
function moved(before: ReturnType<typeof cards>, after: ReturnType<typeof followDrags>) {
  return Object.fromEntries(
    after.flatMap(({ id, position }, index) => {
      const from = before[index]?.position ?? { x: 0, y: 0 }
      const offset = [position.x - from.x, position.y - from.y]
      return offset.every((length) => length === 0) ? [] : [[id, offset]]
    }),
  )
}

function follow(drags: Drags, nodes = cards()) {
  return moved(nodes, followDrags(nodes, drags, NONE))
}

describe('followDrags', () => {
  const drag = { dx: 30, dy: 4 }

  test('moves a frame, and what is inside it and dragged with it only by the frame', () => {
    expect(
      follow(
        new Map([
          ['each', drag],
          ['charge', drag],
          ['finish', drag],
        ]),
      ),
    ).toEqual({ each: [30, 4], finish: [30, 4] })
  })

  test('adds the drag of another user inside a dragged frame, also one of the same length', () => {
    expect(
      follow(
        new Map([
          ['each', drag],
          ['charge', { ...drag }],
          ['mail', { dx: 0, dy: 9 }],
        ]),
      ),
    ).toEqual({ each: [30, 4], charge: [30, 4], mail: [0, 9] })
  })

  test('moves no locked node, and nothing that is selected together with its locked frame', () => {
    const drags = new Map([
      ['start', drag],
      ['each', drag],
      ['mail', drag],
      ['finish', drag],
    ])
    expect(follow(drags, cards('start', 'each'))).toEqual({ finish: [30, 4] })
  })

  test('puts a node back when its drag ends, and keeps the others', () => {
    const nodes = cards()
    const drags = new Map([['start', drag]])
    const during = followDrags(nodes, drags, NONE)
    expect(during.filter((node, index) => node !== nodes[index]).map(({ id }) => id)).toEqual(['start'])
    expect(moved(nodes, followDrags(during, NONE, drags))).toEqual({})
  })
})
