import {
  edgeId,
  type NodePolicy,
  type WorkflowDocument,
  type WorkflowEdge,
  type WorkflowNode,
} from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'

/** Returns 0 ≤ number < `choices`. */
export type Pick = (choices: number) => number

/** Port of a node from which a path continues. */
interface Exit {
  readonly source: string
  readonly sourceHandle: string
}

interface Draft {
  readonly pick: Pick
  readonly mostNodes: number
  readonly undoOneIn: number
  readonly nodes: WorkflowNode[]
  readonly edges: WorkflowEdge[]
  /** Workflows that nodes may run. */
  readonly children: readonly string[]
  readonly prefix: string
  readonly hasAgents: boolean
}

/** Level of the document: inside a loop, or outside of all. */
interface Level {
  readonly parentId?: string
  /** True if the path may end the iteration or the loop. */
  readonly inLoop: boolean
  readonly depth: number
}

const JOINS = ['all', 'all', 'any', 'first-success', { count: 1 }] as const

function add(
  { nodes, edges, prefix }: Draft,
  level: Level,
  type: string,
  from: readonly Exit[],
  params: Parameters<typeof node>[2] = {},
  policy: NodePolicy = {},
): string {
  const id = `${prefix}${type.replace(/[^a-z]/g, '_')}_${nodes.length}`
  const { parentId } = level
  nodes.push(node(id, type, params, { policy, ...(parentId === undefined ? {} : { parentId }) }))
  for (const source of from) {
    const ends = { ...source, target: id, targetHandle: 'in' }
    edges.push({ id: edgeId(ends), ...ends })
  }
  return id
}

/** Adds a node with a body, often with a node that undoes it. */
function addWork(draft: Draft, level: Level, from: Exit): Exit {
  const { pick } = draft
  const onError = (['fail', 'fail', 'park', 'continue', 'route'] as const)[pick(5)] ?? 'fail'
  const retry = { maximumAttempts: 1 + pick(3), initialInterval: '2s' } as const
  const queue = pick(6) === 0 ? { taskQueue: 'slow' } : {}
  const timeout = pick(6) === 0 ? ({ timeout: '5s' } as const) : {}
  const compensation = pick(draft.undoOneIn) === 0 ? `${draft.prefix}undo_${draft.nodes.length}` : undefined
  const policy = { onError, retry, ...queue, ...timeout, ...(compensation === undefined ? {} : { compensation }) }
  const id = add(draft, level, 'work', [from], {}, policy)
  if (compensation !== undefined) {
    const { parentId } = level
    const reads = `{{ nodes.${id}.output }}`
    const own = { policy: { retry, ...(pick(4) === 0 ? queue : {}) }, ...(parentId === undefined ? {} : { parentId }) }
    draft.nodes.push(node(compensation, 'work', { isSure: true, reads }, own))
  }
  const done = { source: id, sourceHandle: 'success' }
  if (onError !== 'route' || pick(2) === 0) return done
  const join = add(draft, level, 'join', [done, { source: id, sourceHandle: 'error' }])
  return { source: join, sourceHandle: 'success' }
}

/** Adds a node that calls others. */
function addAgent(draft: Draft, level: Level, from: Exit): Exit {
  const { pick } = draft
  const onError = (['fail', 'park', 'continue'] as const)[pick(3)] ?? 'fail'
  const policy = { onError, retry: { maximumAttempts: 1 + pick(3), initialInterval: '2s' } } as const
  return { source: add(draft, level, 'agent', [from], { rounds: 1 + pick(2) }, policy), sourceHandle: 'success' }
}

/** Adds a wait: for a time, an approval, an event or a callback. */
function addWait(draft: Draft, level: Level, from: Exit): Exit {
  const { pick } = draft
  const timeout = pick(3) === 0 ? {} : { timeout: `${1 + pick(60)}s` }
  switch (pick(4)) {
    case 0:
      return { source: add(draft, level, 'delay', [from], { duration: `${1 + pick(30)}s` }), sourceHandle: 'success' }
    case 1: {
      const params = { title: 'Continue?', required: 1 + pick(2), ...timeout }
      return joined(draft, level, add(draft, level, 'approval', [from], params), ['approve', 'reject', 'timeout'])
    }
    case 2: {
      const params = { eventName: 'paid', key: `k${pick(3)}`, ...timeout }
      return joined(draft, level, add(draft, level, 'wait-for-event', [from], params), ['success', 'timeout'])
    }
    default:
      return joined(draft, level, add(draft, level, 'wait-for-callback', [from], timeout), ['success', 'timeout'])
  }
}

/** Joins the ports of a node again. */
function joined(draft: Draft, level: Level, source: string, ports: readonly string[]): Exit {
  const exits = ports.map((sourceHandle) => ({ source, sourceHandle }))
  return { source: add(draft, level, 'join', exits), sourceHandle: 'success' }
}

function addBranches(draft: Draft, level: Level, from: Exit): Exit {
  const { pick } = draft
  const below = { ...level, depth: level.depth + 1 }
  if (pick(2) === 0) {
    const source = add(draft, level, 'if-else', [from], { when: pick(2) === 0 })
    const exits = ['true', 'false'].map((sourceHandle) => grow(draft, below, { source, sourceHandle }))
    return { source: add(draft, level, 'join', exits), sourceHandle: 'success' }
  }
  const source = add(draft, level, 'fork', [from], { branches: [{ id: 'a' }, { id: 'b' }] })
  const exits = ['a', 'b'].map((sourceHandle) => grow(draft, below, { source, sourceHandle }))
  const join = JOINS[pick(JOINS.length)] ?? 'all'
  return { source: add(draft, level, 'join', exits, {}, { join }), sourceHandle: 'success' }
}

/** Adds a loop over a list, or a scope that catches failures. */
function addContainer(draft: Draft, level: Level, from: Exit): Exit {
  const { pick } = draft
  const isScope = pick(3) === 0
  const onError = pick(4) === 0 ? 'park' : 'fail'
  const onFailure = (['fail', 'collect', 'ignore'] as const)[pick(3)] ?? 'fail'
  const params = isScope
    ? {}
    : { items: Array.from({ length: pick(4) }, (_, item) => item), onFailure, concurrency: 1 + pick(3) }
  const id = add(draft, level, isScope ? 'try' : 'loop', [from], params, { onError })
  const inside: Level = { parentId: id, inLoop: !isScope || level.inLoop, depth: level.depth + 1 }
  const first = add(draft, inside, 'set', [], { fields: { n: 1 } })
  const exit = grow(draft, inside, { source: first, sourceHandle: 'success' })
  if (inside.inLoop && pick(4) === 0) {
    const source = add(draft, inside, 'if-else', [exit], { when: pick(2) === 0 })
    add(draft, inside, pick(2) === 0 ? 'break' : 'continue', [{ source, sourceHandle: 'true' }])
  }
  return isScope ? joined(draft, level, id, ['success', 'failed']) : { source: id, sourceHandle: 'success' }
}

function grow(draft: Draft, level: Level, from: Exit): Exit {
  const { pick, nodes, children } = draft
  let exit = from
  for (let length = 1 + pick(level.depth === 0 ? 5 : 3); length > 0 && nodes.length < draft.mostNodes; length -= 1) {
    const isDeep = level.depth >= 3
    switch (pick(10)) {
      case 0:
        exit = { source: add(draft, level, 'set', [exit], { fields: { at: nodes.length } }), sourceHandle: 'success' }
        break
      case 1:
        exit = addWait(draft, level, exit)
        break
      case 2:
      case 3:
        exit = isDeep ? addWork(draft, level, exit) : addBranches(draft, level, exit)
        break
      case 4:
      case 5:
        exit = isDeep ? addWork(draft, level, exit) : addContainer(draft, level, exit)
        break
      case 6: {
        const workflowId = children[pick(Math.max(1, children.length))]
        if (workflowId === undefined) exit = addWork(draft, level, exit)
        else {
          const onError = pick(3) === 0 ? 'park' : 'fail'
          const params = {
            workflow: workflowId,
            wait: pick(4) > 0,
            input: pick(3) === 0 ? { read: '{{ input }}' } : {},
          }
          exit = { source: add(draft, level, 'child', [exit], params, { onError }), sourceHandle: 'success' }
        }
        break
      }
      case 7:
        exit = draft.hasAgents ? addAgent(draft, level, exit) : addWork(draft, level, exit)
        break
      default:
        exit = addWork(draft, level, exit)
    }
  }
  return exit
}

/** Options of a random workflow. */
export interface WorkflowToDraw {
  readonly pick: Pick
  /** Approximate number of nodes. */
  readonly mostNodes: number
  /** One body in so many has a node that undoes it; ≥ 1. @defaultValue 3 */
  readonly undoOneIn?: number
  /** Workflows that its nodes may run. @defaultValue none */
  readonly children?: readonly string[]
  /** Beginning of the ids of its nodes. @defaultValue '' */
  readonly prefix?: string
  /** True if nodes may call others. @defaultValue true */
  readonly hasAgents?: boolean
}

/** Draws another version of a workflow: more bodies on some of its edges. */
export function editedWorkflow(document: WorkflowDocument, pick: Pick): WorkflowDocument {
  const nodes = [...document.nodes]
  const edges = document.edges.flatMap((edge): readonly WorkflowEdge[] => {
    if (pick(6) > 0) return [edge]
    const id = `added_${nodes.length}`
    const { parentId } = document.nodes.find((each) => each.id === edge.target) ?? {}
    nodes.push(node(id, 'work', { isSure: true }, parentId === undefined ? {} : { parentId }))
    return [
      { ...edge, target: id, targetHandle: 'in' },
      { source: id, sourceHandle: 'success', target: edge.target, targetHandle: edge.targetHandle },
    ].map((ends) => ({ ...ends, id: edgeId(ends) }))
  })
  return { ...document, nodes, edges }
}

/**
 * Draws a workflow with every construct: bodies with retries, queues and undoing, branches, joins of all modes, loops,
 * scopes, waits, nodes that call others, and runs of other workflows.
 */
export function randomWorkflow(options: WorkflowToDraw): WorkflowDocument {
  const { pick, mostNodes, undoOneIn = 3, children = [], prefix = '', hasAgents = true } = options
  const nodes = [node('start', 'start')]
  const draft: Draft = { pick, mostNodes, undoOneIn, nodes, edges: [], children, prefix, hasAgents }
  const top: Level = { inLoop: false, depth: 0 }
  const exit = grow(draft, top, { source: 'start', sourceHandle: 'success' })
  // A run that undoes has a lot to undo.
  const isFailing = undoOneIn === 1 && pick(2) === 0
  add(draft, top, isFailing ? 'work' : 'end', [exit], isFailing ? { isFailing } : {})
  const settings: WorkflowDocument['settings'] = {
    ...(pick(8) === 0 ? { timeout: '5m' } : {}),
    ...(pick(5) === 0 ? { durability: 'strict' } : {}),
    ...(pick(8) === 0 ? { compensateOnCancel: false } : {}),
  }
  return workflow(draft.nodes, draft.edges, { settings })
}
