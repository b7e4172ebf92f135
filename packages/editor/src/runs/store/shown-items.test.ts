import { foldRunEvents, fromFrame, type NodeRunId } from '@tenon/core/run'
import { describe, expect, test } from 'vitest'
import { type LoopRunOptions, loopRun } from '../../../test/fixtures/loop-runs.ts'
import { LOOP_DOCUMENT, LOOP_MANIFEST } from '../../../test/fixtures/loop-workflow.ts'
import { createNodeDirectory } from './node-directory.ts'
import { isListed, itemsOf, nextFailed, shownItem, shownNodeRunId } from './shown-items.ts'

const nodes = createNodeDirectory(LOOP_DOCUMENT, LOOP_MANIFEST)
const nested = createNodeDirectory(
  {
    ...LOOP_DOCUMENT,
    nodes: LOOP_DOCUMENT.nodes.map((node) => {
      if (node.id === 'mail') return { ...node, type: 'repeat' }
      return node.id === 'charge' ? { ...node, parentId: 'mail' } : node
    }),
  },
  LOOP_MANIFEST,
)

function shownOf(options: LoopRunOptions, chosen?: number) {
  const view = foldRunEvents(loopRun(options).frames.map(fromFrame))
  const chosenItems: ReadonlyMap<NodeRunId, number> = new Map(chosen === undefined ? [] : [['each', chosen]])
  return { view, chosenItems }
}
const itemOf = (options: LoopRunOptions, chosen?: number) => {
  const shown = shownOf(options, chosen)
  return shownItem(shown.view.nodeRuns.get('each'), shown)
}

describe('shownItem', () => {
  test('is the last that started, and after the end the first that failed, the one with a break, or the first', () => {
    expect(itemOf({ ended: 7, failed: [2] })).toBe(7)
    expect(itemOf({ failed: [9, 4] })).toBe(4)
    expect(itemOf({ failed: [], stoppedAt: 6 })).toBe(6)
    expect(itemOf({ failed: [] })).toBe(0)
  })

  test('is the chosen one, within the list', () => {
    expect(itemOf({}, 6)).toBe(6)
    expect(itemOf({ count: 3, failed: [] }, 6)).toBe(2)
  })

  test('is none before the loop begins', () => {
    expect(shownItem(undefined, { chosenItems: new Map() })).toBeNull()
  })
})

describe('shownNodeRunId', () => {
  test('has the shown item of each loop around the node', () => {
    expect(shownNodeRunId(shownOf({}, 3), nodes, 'charge')).toBe('charge#3')
    expect(shownNodeRunId(shownOf({}, 3), nodes, 'each')).toBe('each')
  })

  test('is none inside a loop that has begun no item', () => {
    expect(shownNodeRunId(shownOf({}, 3), nested, 'charge')).toBeNull()
    expect(shownNodeRunId(shownOf({}, 3), nested, 'mail')).toBe('mail#3')
  })
})

describe('itemsOf', () => {
  test('chooses the items of all loops around a node run', () => {
    expect(itemsOf(nodes, 'charge', 'charge#5')).toEqual(new Map([['each', 5]]))
    expect(itemsOf(nested, 'charge', 'charge#5.1')).toEqual(
      new Map([
        ['each', 5],
        ['mail#5', 1],
      ]),
    )
    expect(itemsOf(nodes, 'finish', 'finish')).toEqual(new Map())
  })
})

describe('isListed', () => {
  test('has all items of a short loop, and of a long one only the shown', () => {
    expect(isListed(shownOf({ count: 50 }), nodes, 'charge', 'charge#49')).toBe(true)
    expect(isListed(shownOf({ count: 51 }), nodes, 'charge', 'charge#49')).toBe(false)
    expect(isListed(shownOf({ count: 51 }, 49), nodes, 'charge', 'charge#49')).toBe(true)
    expect(isListed(shownOf({ count: 51 }), nodes, 'finish', 'finish')).toBe(true)
  })
})

describe('nextFailed', () => {
  test('is the next behind an item, and behind the last one the first', () => {
    expect([null, 3, 4, 9].map((item) => nextFailed([9, 4], item))).toEqual([4, 4, 9, 4])
    expect(nextFailed([], 3)).toBeNull()
  })
})
