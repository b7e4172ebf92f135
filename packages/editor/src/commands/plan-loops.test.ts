import { applyOperations, edgeId, type Position, type WorkflowDocument } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import { LOOP_DOCUMENT, LOOP_FREE_DOCUMENT, LOOP_MANIFEST } from '../../test/fixtures/loop-workflow.ts'
import { nodeBoxes } from '../frames/node-boxes.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { deletedNode } from '../store/deleted-node.ts'
import type { EditorCommand } from './command.ts'
import { copyFragment } from './fragment.ts'
import { movesBy } from './plan-loops.ts'
import { planCommand } from './planners.ts'

const manifest = createManifestIndex(LOOP_MANIFEST)

function run(document: WorkflowDocument, command: EditorCommand) {
  const plan = planCommand(command, { document, manifest })
  if ('refused' in plan) throw new Error(plan.refused)
  return { plan, after: applyOperations(document, plan.operations) }
}

const refusalOf = (document: WorkflowDocument, command: EditorCommand) => {
  const plan = planCommand(command, { document, manifest })
  return 'refused' in plan ? plan.refused : null
}

const edgesOf = ({ edges }: WorkflowDocument) =>
  edges.map(({ id }) => id.replaceAll(':success', '').replaceAll(':in', '')).sort()
const levelsOf = ({ nodes }: WorkflowDocument) =>
  Object.fromEntries(nodes.map(({ id, parentId = null }) => [id, parentId]))
const withLocked = (document: WorkflowDocument, id: string): WorkflowDocument => ({
  ...document,
  nodes: document.nodes.map((node) => (node.id === id ? { ...node, locked: true } : node)),
})
const boxOf = (document: WorkflowDocument, id: string) => {
  const box = nodeBoxes(document, manifest).get(id)
  if (box === undefined) throw new Error(`No box of ${id}`)
  return box
}
const nested = run(LOOP_DOCUMENT, { type: 'wrap-in-loop', nodeIds: ['mail'] })
const inner = nested.plan.select?.[0] ?? ''

describe('wrap-in-loop', () => {
  test('puts the nodes into a new loop, and leads their outer edges to it and from it', () => {
    const { plan, after } = run(LOOP_FREE_DOCUMENT, { type: 'wrap-in-loop', nodeIds: ['charge', 'mail'] })
    const loop = plan.select?.[0] ?? ''
    expect(levelsOf(after)).toEqual({ start: null, [loop]: null, charge: loop, mail: loop, finish: null })
    expect(edgesOf(after)).toEqual(['charge>mail', `${loop}>finish`, `start>${loop}`].sort())
    expect(after.nodes.findIndex(({ id }) => id === loop)).toBe(1)
    expect(plan.message).toEqual({ key: 'command.wrapped', values: { count: 2, name: 'For each', lost: 0 } })
  })

  test('leads no failure to the way out of success, and no path that its node chooses', () => {
    const { nodes } = LOOP_FREE_DOCUMENT
    const mail = nodes.find(({ id }) => id === 'mail')
    if (mail === undefined) throw new Error('The node is missing')
    const others = ['ok', 'err', 'x', 'y'].map((id) => ({ ...mail, id, name: id }))
    const edge = (source: string, sourceHandle: string, target: string) => {
      const ends = { source, sourceHandle, target, targetHandle: 'in' }
      return { id: edgeId(ends), ...ends }
    }
    const document: WorkflowDocument = {
      ...LOOP_FREE_DOCUMENT,
      nodes: [{ ...mail, id: 'a', policy: { onError: 'route' } }, { ...mail, id: 'w', type: 'way' }, ...others],
      edges: [
        edge('a', 'error', 'err'),
        edge('a', 'success', 'ok'),
        edge('w', 'no', 'y'),
        edge('w', 'yes', 'x'),
        edge('w', 'yes', 'ok'),
      ],
    }
    const wrap = { type: 'wrap-in-loop', nodeIds: ['a', 'w'] } as const
    const { plan, after } = run(document, wrap)
    const loop = plan.select?.[0] ?? ''
    expect(edgesOf(after)).toEqual([`${loop}>ok`])
    expect(plan.message).toMatchObject({ values: { count: 2, lost: 4 } })

    const routed = createManifestIndex({
      ...LOOP_MANIFEST,
      nodes: LOOP_MANIFEST.nodes.map((entry) =>
        entry.control === 'loop' ? { ...entry, policy: { onError: 'route' } } : entry,
      ),
    })
    const again = planCommand(wrap, { document, manifest: routed })
    if ('refused' in again) throw new Error(again.refused)
    const [id = ''] = again.select ?? []
    expect(edgesOf(applyOperations(document, again.operations))).toEqual([`${id}:error>err`, `${id}>ok`].sort())
    expect(again.message).toMatchObject({ values: { lost: 3 } })
  })

  test('takes the wanted type of those that hold nodes', () => {
    const wrap = { type: 'wrap-in-loop', nodeIds: ['mail'] } as const
    const both = createManifestIndex({
      ...LOOP_MANIFEST,
      nodes: LOOP_MANIFEST.nodes.flatMap((entry) =>
        entry.control === 'loop' ? [entry, { ...entry, type: 'attempt', control: 'scope' as const }] : [entry],
      ),
    })
    const plan = planCommand({ ...wrap, nodeType: 'attempt' }, { document: LOOP_FREE_DOCUMENT, manifest: both })
    if ('refused' in plan) throw new Error(plan.refused)
    expect(applyOperations(LOOP_FREE_DOCUMENT, plan.operations).nodes.map(({ type }) => type)).toContain('attempt')
    expect(refusalOf(LOOP_FREE_DOCUMENT, { ...wrap, nodeType: 'plain' })).toBe('command.noLoopType')
  })

  test('moves what the frame would cover', () => {
    const { plan, after } = run(LOOP_FREE_DOCUMENT, { type: 'wrap-in-loop', nodeIds: ['charge', 'mail'] })
    const frame = boxOf(after, plan.select?.[0] ?? '')
    expect(boxOf(after, 'finish').x).toBeGreaterThanOrEqual(frame.x + frame.width + 64)
    expect(boxOf(after, 'charge').x).toBe(300)
  })

  test('moves what the head of the frame would cover up, and nothing beside it', () => {
    const mail = LOOP_FREE_DOCUMENT.nodes.find(({ id }) => id === 'mail')
    if (mail === undefined) throw new Error('The node is missing')
    const near = { ...mail, id: 'near', position: { x: mail.position.x, y: mail.position.y - 120 } }
    const far = { ...mail, id: 'far', position: { x: mail.position.x - 2_000, y: mail.position.y - 120 } }
    const document = { ...LOOP_FREE_DOCUMENT, nodes: [...LOOP_FREE_DOCUMENT.nodes, near, far] }
    const { plan, after } = run(document, { type: 'wrap-in-loop', nodeIds: ['mail'] })
    const frame = boxOf(after, plan.select?.[0] ?? '')
    const above = boxOf(after, 'near')
    expect(above.y + above.height).toBe(frame.y - 28)
    expect(boxOf(after, 'far')).toMatchObject(far.position)
    expect(boxOf(after, 'mail').y).toBe(mail.position.y)
  })

  test('puts a loop into a loop', () => {
    expect(levelsOf(nested.after)).toMatchObject({ charge: 'each', [inner]: 'each', mail: inner })
    expect(edgesOf(nested.after)).toContain(`charge>${inner}`)
  })

  test.each([
    ['a trigger', LOOP_FREE_DOCUMENT, ['start', 'charge'], 'command.notInLoop'],
    ['nodes of two levels', LOOP_DOCUMENT, ['finish', 'mail'], 'command.notInLoop'],
    ['nodes inside and outside of a loop', nested.after, ['charge', 'mail'], 'command.wrapAcross'],
    ['nothing', LOOP_FREE_DOCUMENT, [], 'command.nothingToWrap'],
  ])('refuses %s', (_, document, nodeIds, refusal) => {
    expect(refusalOf(document, { type: 'wrap-in-loop', nodeIds })).toBe(refusal)
  })

  test('refuses a locked node, and a server without a loop', () => {
    const nodes = LOOP_FREE_DOCUMENT.nodes.map((node) => (node.id === 'mail' ? { ...node, locked: true } : node))
    expect(refusalOf({ ...LOOP_FREE_DOCUMENT, nodes }, { type: 'wrap-in-loop', nodeIds: ['mail'] })).toBe(
      'command.lockedWrap',
    )
    const none = createManifestIndex({ hash: '', nodes: [] })
    const plan = planCommand({ type: 'wrap-in-loop', nodeIds: ['mail'] }, { document: LOOP_DOCUMENT, manifest: none })
    expect(plan).toEqual({ refused: 'command.noLoopType' })
  })
})

describe('move-nodes', () => {
  const by = { x: 10, y: 20 }
  const positionsOf = ({ nodes }: WorkflowDocument) =>
    Object.fromEntries(nodes.map(({ id, position }) => [id, position]))
  const moved = (document: WorkflowDocument, nodeIds: readonly string[]) =>
    positionsOf(run(document, { type: 'move-nodes', moves: movesBy(document, nodeIds, by) }).after)

  test('moves a loop as a whole, with a locked node inside', () => {
    expect(moved(withLocked(LOOP_DOCUMENT, 'mail'), ['each'])).toEqual({
      ...positionsOf(LOOP_DOCUMENT),
      each: { x: 310, y: 132 },
      charge: { x: 338, y: 244 },
      mail: { x: 638, y: 244 },
    })
  })

  test('keeps a locked loop with its content, and a locked node of its own', () => {
    const loopLocked = withLocked(LOOP_DOCUMENT, 'each')
    expect(moved(loopLocked, ['each', 'charge'])).toEqual(positionsOf(LOOP_DOCUMENT))
    const mailLocked = withLocked(LOOP_DOCUMENT, 'mail')
    expect(moved(mailLocked, ['charge', 'mail'])).toEqual({
      ...positionsOf(LOOP_DOCUMENT),
      charge: { x: 338, y: 244 },
    })
  })
})

describe('move-to-loop', () => {
  test('takes a node out by the distance of the drag, without the edges that would cross', () => {
    const by = { x: 10, y: 400 }
    const { plan, after } = run(LOOP_DOCUMENT, { type: 'move-to-loop', nodeIds: ['mail'], parentId: null, by })
    expect(levelsOf(after).mail).toBeNull()
    expect(edgesOf(after)).toEqual(['each>finish', 'start>each'])
    expect(after.nodes.find(({ id }) => id === 'mail')?.position).toEqual({ x: 638, y: 624 })
    expect(plan.message?.values).toMatchObject({ name: 'Send the receipt', edges: 1 })
  })

  test('puts a node out of a chain into the loop, beside its nodes, and joins the neighbors that it leaves', () => {
    const outside = run(LOOP_DOCUMENT, {
      type: 'add-node',
      nodeType: 'step',
      placement: { kind: 'on-edge', edgeId: 'start:success>each:in' },
    })
    const added = outside.plan.select?.[0] ?? ''
    const { after } = run(outside.after, { type: 'move-to-loop', nodeIds: [added], parentId: 'each' })
    expect(levelsOf(after)[added]).toBe('each')
    expect(edgesOf(after)).toEqual(['charge>mail', 'each>finish', 'start>each'])
    const [box, mail] = [boxOf(after, added), boxOf(after, 'mail')]
    expect(box).toMatchObject({ x: mail.x + mail.width + 64, y: mail.y })
    const frame = boxOf(after, 'each')
    expect(boxOf(after, 'finish').x).toBeGreaterThanOrEqual(frame.x + frame.width + 64)
  })

  test('moves a node out below its loop if no distance is given', () => {
    const { after } = run(LOOP_DOCUMENT, { type: 'move-to-loop', nodeIds: ['mail'], parentId: null })
    const frame = boxOf(LOOP_DOCUMENT, 'each')
    expect(boxOf(after, 'mail')).toMatchObject({ x: 628, y: frame.y + frame.height + 40 })
  })

  test('moves a loop with what is inside it, and leaves an emptied loop where its frame is', () => {
    const by = { x: 0, y: 600 }
    const { after } = run(nested.after, { type: 'move-to-loop', nodeIds: ['charge', inner], parentId: null, by })
    expect(levelsOf(after)).toMatchObject({ charge: null, [inner]: null, mail: inner })
    expect(edgesOf(after)).toContain(`charge>${inner}`)
    const shiftOf = (id: string) => boxOf(after, id).y - boxOf(nested.after, id).y
    expect([shiftOf('charge'), shiftOf('mail')]).toEqual([600, 600])
    const { x, y } = boxOf(nested.after, 'each')
    expect(boxOf(after, 'each')).toMatchObject({ x, y })
  })

  test.each([
    ['a trigger', ['start'], 'each', 'command.notInLoop'],
    ['a loop into itself', ['each'], 'each', 'command.loopInItself'],
    ['a loop into one inside it', ['each'], inner, 'command.loopInItself'],
    ['a node into one that is no loop', ['start'], 'finish', 'connect.gone'],
  ])('refuses %s', (_, nodeIds, parentId, refusal) => {
    expect(refusalOf(nested.after, { type: 'move-to-loop', nodeIds, parentId })).toBe(refusal)
  })

  test('does nothing for nodes that are there already', () => {
    expect(run(LOOP_DOCUMENT, { type: 'move-to-loop', nodeIds: ['mail'], parentId: 'each' }).plan.operations).toEqual(
      [],
    )
  })
})

describe('add-node', () => {
  test('inside an empty loop is below its head, and behind the last node of a filled one', () => {
    const emptied = run(LOOP_DOCUMENT, { type: 'delete-nodes', nodeIds: ['charge', 'mail'] }).after
    const placement = { kind: 'inside', nodeId: 'each' } as const
    const first = run(emptied, { type: 'add-node', nodeType: 'step', placement })
    const id = first.plan.select?.[0] ?? ''
    expect(levelsOf(first.after)[id]).toBe('each')
    const before = boxOf(emptied, 'each')
    expect(boxOf(first.after, 'each')).toMatchObject({ x: before.x, y: before.y })
    const second = run(first.after, { type: 'add-node', nodeType: 'step', placement })
    const next = second.plan.select?.[0] ?? ''
    expect(levelsOf(second.after)[next]).toBe('each')
    expect(edgesOf(second.after)).toContain(`${id}>${next}`)
  })

  test('after a node of a loop and on an edge of it stays inside', () => {
    const after = run(LOOP_DOCUMENT, {
      type: 'add-node',
      nodeType: 'step',
      placement: { kind: 'after', nodeId: 'mail' },
    })
    expect(levelsOf(after.after)[after.plan.select?.[0] ?? '']).toBe('each')
    const onEdge = run(LOOP_DOCUMENT, {
      type: 'add-node',
      nodeType: 'step',
      placement: { kind: 'on-edge', edgeId: 'charge:success>mail:in' },
    })
    expect(levelsOf(onEdge.after)[onEdge.plan.select?.[0] ?? '']).toBe('each')
    const [frame, finish] = [boxOf(onEdge.after, 'each'), boxOf(onEdge.after, 'finish')]
    expect(finish.x).toBeGreaterThanOrEqual(frame.x + frame.width + 64)
  })

  test('after a loop is behind its frame', () => {
    const { plan, after } = run(LOOP_DOCUMENT, {
      type: 'add-node',
      nodeType: 'step',
      placement: { kind: 'after', nodeId: 'each' },
    })
    const frame = boxOf(after, 'each')
    expect(boxOf(after, plan.select?.[0] ?? '').x).toBe(frame.x + frame.width + 64)
  })

  test('refuses an end inside a loop', () => {
    const placement = { kind: 'at', position: { x: 400, y: 300 }, parentId: 'each' } as const
    expect(refusalOf(LOOP_DOCUMENT, { type: 'add-node', nodeType: 'stop', placement })).toBe('command.notInLoop')
  })
})

describe('delete-nodes', () => {
  test('removes a loop with its nodes, once, and joins its neighbors', () => {
    const { plan, after } = run(LOOP_DOCUMENT, { type: 'delete-nodes', nodeIds: ['each', 'charge'] })
    expect(Object.keys(levelsOf(after))).toEqual(['start', 'finish'])
    expect(edgesOf(after)).toEqual(['start>finish'])
    expect(plan.operations.filter(({ op }) => op === 'remove_node')).toEqual([{ op: 'remove_node', nodeId: 'each' }])
  })

  test('keeps a loop around a locked node, at every depth, and counts it', () => {
    const locked = withLocked(nested.after, 'mail')
    expect(refusalOf(locked, { type: 'delete-nodes', nodeIds: ['each'] })).toBe('command.nothingToDelete')
    const { plan, after } = run(locked, { type: 'delete-nodes', nodeIds: ['each', 'finish'] })
    expect(levelsOf(after)).toEqual({ start: null, each: null, charge: 'each', [inner]: 'each', mail: inner })
    expect(plan.message).toEqual({ key: 'command.deletedOne', values: { name: 'Finish', kept: 1 } })
  })

  test('keeps a locked loop with all of its nodes', () => {
    const locked = withLocked(LOOP_DOCUMENT, 'each')
    expect(refusalOf(locked, { type: 'delete-nodes', nodeIds: ['each'] })).toBe('command.nothingToDelete')
  })
})

describe('restore-node', () => {
  test('puts a node back outside if its loop was deleted as well', () => {
    const node = LOOP_DOCUMENT.nodes.find(({ id }) => id === 'mail')
    if (node === undefined) throw new Error('The node is missing')
    const { after } = run(LOOP_FREE_DOCUMENT, { type: 'delete-nodes', nodeIds: ['mail'] })
    const deleted = { node, inside: [], edges: [], bridges: [], next: null, by: null }
    expect(levelsOf(run(after, { type: 'restore-node', deleted }).after).mail).toBeNull()
  })

  test('puts a loop back with its nodes at every depth and all edges, where it was in the document', () => {
    const { after } = run(nested.after, { type: 'delete-nodes', nodeIds: ['each'] })
    expect(edgesOf(after)).toEqual(['start>finish'])
    const deleted = deletedNode('each', nested.after, after, [])
    if (deleted === null) throw new Error('The loop is not deleted')
    expect(run(after, { type: 'restore-node', deleted }).after).toEqual(nested.after)
  })

  test('adds no node again that another user has brought back', () => {
    const { after } = run(LOOP_DOCUMENT, { type: 'delete-nodes', nodeIds: ['each'] })
    const deleted = deletedNode('each', LOOP_DOCUMENT, after, [])
    const mail = LOOP_DOCUMENT.nodes.find(({ id }) => id === 'mail')
    if (deleted === null || mail === undefined) throw new Error('A node is missing')
    const { parentId: _, ...free } = mail
    const back = { ...after, nodes: [...after.nodes, free] }
    const { after: restored } = run(back, { type: 'restore-node', deleted })
    expect(levelsOf(restored)).toEqual({ start: null, each: null, charge: 'each', finish: null, mail: null })
    // An edge between the two levels would be a problem.
    expect(edgesOf(restored)).toEqual(['each>finish', 'start>each'])
  })
})

describe('copy and paste', () => {
  const levelOfPasted = (document: WorkflowDocument, ids: readonly string[], at: Position | null) => {
    const { plan, after } = run(document, {
      type: 'paste',
      fragment: copyFragment(LOOP_DOCUMENT, manifest, new Set(ids)),
      at,
    })
    return { after, id: plan.select?.[0] ?? '', levels: plan.select?.map((id) => levelsOf(after)[id]) }
  }

  test('a duplicate and a node that is pasted beside its original stay in the loop, whose frame makes room', () => {
    const duplicated = run(LOOP_DOCUMENT, { type: 'duplicate', nodeIds: ['mail'] })
    expect(levelsOf(duplicated.after)[duplicated.plan.select?.[0] ?? '']).toBe('each')
    const { after, levels } = levelOfPasted(LOOP_DOCUMENT, ['mail'], null)
    expect(levels).toEqual(['each'])
    const frame = boxOf(after, 'each')
    expect(boxOf(after, 'finish').x).toBe(frame.x + frame.width + 64)
  })

  test('a node whose original is gone stays in the loop of those that are copied with it', () => {
    const { after } = run(LOOP_DOCUMENT, { type: 'delete-nodes', nodeIds: ['charge'] })
    expect(levelOfPasted(after, ['charge', 'mail'], null).levels).toEqual(['each', 'each'])
  })

  test('a node that is pasted at a point is in the loop there, at every depth, or in none', () => {
    const { x, y } = boxOf(nested.after, inner)
    expect(levelOfPasted(nested.after, ['mail'], { x: x + 5, y: y + 5 }).levels).toEqual([inner])
    expect(levelOfPasted(nested.after, ['mail'], { x: 0, y: -900 }).levels).toEqual([null])
  })

  test('an end that is pasted onto a loop goes below the outermost frame', () => {
    const { x, y } = boxOf(nested.after, inner)
    const { after, id, levels } = levelOfPasted(nested.after, ['mail', 'finish'], { x: x + 5, y: y + 5 })
    expect(levels).toEqual([null, null])
    const frame = boxOf(nested.after, 'each')
    expect(boxOf(after, id).y).toBeGreaterThanOrEqual(frame.y + frame.height + 40)
  })

  test('copies a loop with its nodes and the edges between them', () => {
    const fragment = copyFragment(LOOP_DOCUMENT, manifest, new Set(['each']))
    const { plan, after } = run(LOOP_DOCUMENT, { type: 'paste', fragment, at: null })
    expect(plan.select).toHaveLength(3)
    const [loop = '', charge = '', mail = ''] = plan.select ?? []
    expect(levelsOf(after)).toMatchObject({ [loop]: null, [charge]: loop, [mail]: loop })
    expect(edgesOf(after)).toContain(`${charge}>${mail}`)
  })
})

describe('a fix', () => {
  test('draws a node that it moves to the top level outside of the frame, and one that it adds beside others', () => {
    const out: EditorCommand = {
      type: 'fix',
      title: 'Move',
      operations: [{ op: 'update_node', nodeId: 'mail', set: { parentId: null } }],
    }
    const moved = run(LOOP_DOCUMENT, out).after
    const [frame, mail] = [boxOf(moved, 'each'), boxOf(moved, 'mail')]
    expect(levelsOf(moved)).toMatchObject({ mail: null })
    expect(mail.y).toBeGreaterThanOrEqual(frame.y + frame.height)

    const each = LOOP_DOCUMENT.nodes.find(({ id }) => id === 'each')
    const finish = LOOP_DOCUMENT.nodes.find(({ id }) => id === 'finish')
    if (each === undefined || finish === undefined) throw new Error('The node is missing')
    const node = { ...finish, id: 'stop', position: { x: each.position.x + 280, y: each.position.y } }
    const { after } = run(LOOP_DOCUMENT, { type: 'fix', title: 'Add', operations: [{ op: 'add_node', node }] })
    const [loop, stop] = [boxOf(after, 'each'), boxOf(after, 'stop')]
    const isApart =
      stop.y >= loop.y + loop.height ||
      stop.y + stop.height <= loop.y ||
      stop.x >= loop.x + loop.width ||
      stop.x + stop.width <= loop.x
    expect(isApart).toBe(true)
  })
})

describe('a copy of a loop', () => {
  test('does not cover its original, and stays at its level', () => {
    const { plan, after } = run(LOOP_DOCUMENT, { type: 'duplicate', nodeIds: ['each'] })
    const copies = plan.select ?? []
    const copy = copies.find((id) => after.nodes.some((node) => node.id === id && node.type === 'repeat')) ?? ''
    const [one, other] = [boxOf(after, 'each'), boxOf(after, copy)]
    const isApart = other.y >= one.y + one.height || other.y + other.height <= one.y || other.x >= one.x + one.width
    expect(isApart).toBe(true)
    expect(levelsOf(after)[copy]).toBeNull()
  })
})

describe('unwrap-loop', () => {
  test('moves the nodes up, and leads the edges of the loop to its first and from its last node', () => {
    const { plan, after } = run(LOOP_DOCUMENT, { type: 'unwrap-loop', nodeId: 'each' })
    expect(levelsOf(after)).toEqual({ start: null, charge: null, mail: null, finish: null })
    expect(edgesOf(after)).toEqual(['charge>mail', 'mail>finish', 'start>charge'])
    expect(plan.message).toEqual({ key: 'command.unwrapped', values: { name: 'Each order', lost: 0 } })
    expect(plan.select).toEqual(['charge', 'mail'])
    for (const id of ['charge', 'mail']) {
      expect(boxOf(after, id)).toMatchObject({ x: boxOf(LOOP_DOCUMENT, id).x, y: boxOf(LOOP_DOCUMENT, id).y })
    }
  })

  test('is the opposite of a wrap, also inside another loop', () => {
    expect(run(nested.after, { type: 'unwrap-loop', nodeId: inner }).after).toMatchObject({
      nodes: LOOP_DOCUMENT.nodes.map(({ id, parentId }) =>
        expect.objectContaining({ id, ...(parentId && { parentId }) }),
      ),
    })
  })

  test('removes edges that have several ways, and counts them', () => {
    const edges = LOOP_DOCUMENT.edges.filter(({ source, target }) => source !== 'charge' || target !== 'mail')
    const { plan, after } = run({ ...LOOP_DOCUMENT, edges }, { type: 'unwrap-loop', nodeId: 'each' })
    expect(edgesOf(after)).toEqual([])
    expect(plan.message).toMatchObject({ values: { lost: 2 } })
  })

  test('gives no path of a node that chooses between several to what follows the loop', () => {
    const nodes = LOOP_DOCUMENT.nodes.map((node) => (node.id === 'mail' ? { ...node, type: 'way' } : node))
    const { plan, after } = run({ ...LOOP_DOCUMENT, nodes }, { type: 'unwrap-loop', nodeId: 'each' })
    expect(edgesOf(after)).toEqual(['charge>mail', 'start>charge'])
    expect(plan.message).toMatchObject({ values: { lost: 1 } })
  })

  test('refuses what is no loop, a locked one, and an empty one', () => {
    expect(refusalOf(LOOP_DOCUMENT, { type: 'unwrap-loop', nodeId: 'mail' })).toBe('connect.gone')
    expect(refusalOf(withLocked(LOOP_DOCUMENT, 'each'), { type: 'unwrap-loop', nodeId: 'each' })).toBe(
      'command.lockedUnwrap',
    )
    const nodes = LOOP_DOCUMENT.nodes.filter(({ parentId }) => parentId === undefined)
    expect(refusalOf({ ...LOOP_DOCUMENT, nodes, edges: [] }, { type: 'unwrap-loop', nodeId: 'each' })).toBe(
      'command.nothingInside',
    )
  })
})
