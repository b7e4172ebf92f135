import { ERROR_PORT } from '../document/ports.ts'
import type { NodeId } from '../ids.ts'
import type { JsonSchema } from '../json.ts'
import { bitsOf, hasBit } from './bits.ts'
import { isTrigger } from './check-graph.ts'
import { type DataFlow, type Exit, type FlowNode, isInside, mayHaveLeft, takenExits } from './flow-node.ts'
import { createPathFold } from './fold-paths.ts'
import { eitherSchema, type FieldFacts, type ObjectFacts } from './schema-facts.ts'
import { hasItems, isLoop } from './survey.ts'

/** A value that an expression may read, with its facts. */
export interface Readable extends FieldFacts {
  /** Nodes that may have written it, the last in document order first. */
  readonly writers: readonly NodeId[]
}

/** Number of paths to a node that have a key. */
export interface Ways {
  readonly having: number
  readonly all: number
}

/** Values of earlier nodes that the expressions of each node can read. */
export interface Scopes {
  /** Returns one top-level key of `input`; `undefined` if no earlier node writes it. */
  inputKey(node: FlowNode, key: string): Readable | undefined
  /** Returns the top-level keys of `input`, at most `most`. */
  inputKeys(node: FlowNode, most?: number): readonly string[]
  /** Returns one of the top-level keys of `input`, without a search; `undefined` if no earlier node declares any. */
  someInputKey(node: FlowNode): string | undefined
  /** Returns whether `input` may have keys without a schema. */
  inputOthers(node: FlowNode): ObjectFacts['others']
  /** Counts the paths with a key; `null` if there are too many to count. */
  waysWith(node: FlowNode, key: string): Ways | null
  /**
   * Checks whether a node comes before another one, which can then read its output. The loops around a node do not, as
   * they end after it.
   */
  comesBefore(node: FlowNode, of: NodeId): boolean
  /** Returns `nodes.<id>.output`; `undefined` for a node that does not come before. */
  output(node: FlowNode, of: NodeId): Readable | undefined
  /** Returns the ids of the nodes before, at most `most`. */
  outputs(node: FlowNode, most?: number): readonly NodeId[]
  /** Returns the innermost loop around a node; `undefined` outside of loops. */
  loopAround(node: FlowNode): FlowNode | undefined
  /** Returns the innermost loop over a list around a node; `undefined` outside of those. */
  listAround(node: FlowNode): FlowNode | undefined
  /** Returns the node itself if it is a loop, else the innermost loop around it. */
  loopAt(node: FlowNode): FlowNode | undefined
  trigger(node: FlowNode): JsonSchema
  /** Returns `error` in an error branch; `undefined` elsewhere. */
  error(node: FlowNode): Readable | undefined
}

const MOST_WAYS = 1_000
const OPENNESS = ['no', 'silent', 'yes'] as const

const fieldOf = (exit: Exit, key: string): FieldFacts | undefined => exit.facts.adds.fields.get(key)
const surelyHas = (exit: Exit, key: string): boolean => fieldOf(exit, key)?.required === true

/** Caches one result per node, computed in document order, so that long chains need no deep recursion. */
function memoByRank<Answer>(
  { nodes, meter }: DataFlow,
  answer: (node: FlowNode, known: readonly Answer[]) => Answer,
): (node: FlowNode) => Answer {
  const known: Answer[] = []
  return ({ rank }) => {
    for (let next = known.length; next <= rank; next++) {
      const node = nodes[next] as FlowNode
      meter.spend(1 + node.arriving.length)
      known.push(answer(node, known))
    }
    return known[rank] as Answer
  }
}

/** Caches one result per name. */
function memoByName<Made>(make: (name: string) => Made): (name: string) => Made {
  const made = new Map<string, Made>()
  return (name) => {
    const known = made.get(name) ?? make(name)
    made.set(name, known)
    return known
  }
}

const distinct = (exits: readonly Exit[], schemaOf: (exit: Exit) => JsonSchema): JsonSchema[] => [
  ...new Set(exits.map(schemaOf)),
]

/** Creates an index of the nodes of one kind, extended on demand. */
function createKind({ nodes, meter }: DataFlow, isOfKind: (node: FlowNode) => boolean) {
  const found: FlowNode[] = []
  let read = 0
  function upTo(rank: number): void {
    meter.spend(Math.max(0, rank - read))
    for (; read < rank; read++) if (isOfKind(nodes[read] as FlowNode)) found.push(nodes[read] as FlowNode)
  }
  const isBefore = (node: FlowNode, other: FlowNode): boolean => {
    meter.spend(1)
    return hasBit(node.ancestors, other.rank)
  }
  return {
    /** Returns those that come before a node, ascending. */
    before(node: FlowNode): FlowNode[] {
      upTo(node.rank)
      return found.filter((other) => other.rank < node.rank && isBefore(node, other))
    },
    /** Returns the last one before a node. */
    lastBefore(node: FlowNode): FlowNode | undefined {
      upTo(node.rank)
      return found.findLast((other) => other.rank < node.rank && isBefore(node, other))
    },
  }
}

/** Creates the scopes of a traced flow, for the nodes that are traced so far. */
export function createScopes(flow: DataFlow): Scopes {
  const { nodes, byId, owners, dominators, meter } = flow
  const nodeAt = (rank: number): FlowNode => nodes[rank] as FlowNode

  const lastOwner = (node: FlowNode, key: string): FlowNode | null => owners.lastBefore(node, key)?.node ?? null

  const isKeySure = memoByName((key) =>
    createPathFold<boolean>(flow, {
      lastChange: (node) => lastOwner(node, key),
      known(node) {
        if (owners.isSurelyAdded(node, key)) return true
        return lastOwner(node, key) === null ? false : undefined
      },
      combine: ({ arriving }, before) => arriving.every((exit) => surelyHas(exit, key) || before(exit)),
    }),
  )
  const hasRun = memoByName((id) => {
    const target = byId.get(id) as FlowNode
    return createPathFold<boolean>(flow, {
      lastChange: (node) => (hasBit(node.ancestors, target.rank) ? target : null),
      known(node) {
        if (!hasBit(node.ancestors, target.rank)) return false
        return takenExits(node, target, meter) === null ? undefined : true
      },
      combine: ({ arriving }, before) => arriving.every((exit) => exit.node === target || before(exit)),
    })
  })
  const allWays = memoByRank<number>(flow, ({ arriving }, known) =>
    arriving.length === 0 ? 1 : arriving.reduce((sum, { node }) => sum + (known[node.rank] as number), 0),
  )
  const waysHaving = memoByName((key) =>
    createPathFold<number>(flow, {
      lastChange: (node) => lastOwner(node, key),
      known: (node) => (lastOwner(node, key) === null ? 0 : undefined),
      combine: ({ arriving }, before) =>
        arriving.reduce((sum, exit) => sum + (surelyHas(exit, key) ? allWays(exit.node) : before(exit)), 0),
      // Each path to the first node continues on each path from it to the second.
      carry: (having, from, to) => having * (allWays(to) / allWays(from)),
    }),
  )
  const opennessOf = ({ facts }: Exit): number => OPENNESS.indexOf(facts.adds.others)
  const openness = (exits: readonly Exit[]): number => exits.reduce((most, exit) => Math.max(most, opennessOf(exit)), 0)
  const fullOpenness = memoByRank<number>(flow, ({ exits }) => openness(exits))
  const others = memoByRank<number>(flow, (node, known) => {
    let most = 0
    let last: FlowNode | null = null
    for (const { node: each } of node.arriving) {
      if (each === last) continue
      last = each
      const taken = takenExits(node, each, meter)
      most = Math.max(most, known[each.rank] as number, taken === null ? fullOpenness(each) : openness(taken))
    }
    return most
  })

  const someInputKey = memoByRank<string | undefined>(flow, ({ arriving }, known) => {
    for (const { node, facts } of arriving) {
      const [key = known[node.rank]] = facts.adds.fields.keys()
      if (key !== undefined) return key
    }
    return undefined
  })

  const leadsTo = ({ targets }: Exit, node: FlowNode): boolean =>
    targets.some((rank) => rank === node.rank || hasBit(node.ancestors, rank))

  function findInputKey(node: FlowNode, key: string): Readable {
    const schemas = new Set<JsonSchema>()
    const writers: NodeId[] = []
    let owner = owners.lastBefore(node, key)
    for (; owner !== null; owner = owners.lastBefore(node, key, owner.node.rank)) {
      const taken = takenExits(node, owner.node, meter)
      const possible = taken === null ? owner.exits : taken.filter((exit) => fieldOf(exit, key) !== undefined)
      if (possible.length === 0) continue
      writers.push(owner.node.surveyed.node.id)
      meter.spend(possible.length)
      let isHidden = false
      for (let at = possible.length - 1; at >= 0 && !isHidden; at--) {
        const field = fieldOf(possible[at] as Exit, key) as FieldFacts
        schemas.add(field.schema)
        // A key that is certainly written here replaces all earlier values.
        isHidden = field.required && taken !== null
      }
      if (isHidden) break
    }
    const required = owners.isSurelyAdded(node, key) || isKeySure(key)(node)
    return { schema: eitherSchema([...schemas]), required, writers }
  }

  const inputKeyBehind = memoByName((key) => behind((node) => findInputKey(node, key)))

  function inputKey(node: FlowNode, key: string): Readable | undefined {
    const last = lastOwner(node, key)
    const known = last === null ? undefined : inputKeyBehind(key)(node, last)
    return known?.writers.length === 0 ? undefined : known
  }

  const isWrittenBefore = (node: FlowNode, key: string): boolean => {
    let owner = owners.lastBefore(node, key)
    for (; owner !== null; owner = owners.lastBefore(node, key, owner.node.rank)) {
      if (owner.exits.some((exit) => mayHaveLeft(node, exit, meter))) return true
    }
    return false
  }

  function inputKeys(node: FlowNode, most = Number.POSITIVE_INFINITY): readonly string[] {
    const found: string[] = []
    for (const key of owners.keys()) {
      if (found.length >= most) break
      meter.spend(1)
      if (isWrittenBefore(node, key)) found.push(key)
    }
    return found
  }

  const schemaOfAll = memoByName((id) =>
    eitherSchema(distinct((byId.get(id) as FlowNode).exits, ({ facts }) => facts.schema)),
  )

  function comesBefore(node: FlowNode, of: NodeId): boolean {
    const target = byId.get(of)
    return target !== undefined && hasBit(node.ancestors, target.rank) && !isInside(node, target)
  }

  function output(node: FlowNode, of: NodeId): Readable | undefined {
    if (!comesBefore(node, of)) return undefined
    const target = byId.get(of) as FlowNode
    const taken = takenExits(node, target, meter)
    const schema = taken === null ? schemaOfAll(of) : eitherSchema(distinct(taken, ({ facts }) => facts.schema))
    return { schema, required: taken !== null || hasRun(of)(node), writers: [of] }
  }

  /** Returns the node around a node; of nodes inside each other, the first has none. */
  function parentOf({ rank, surveyed }: FlowNode): FlowNode | undefined {
    const { parentId } = surveyed.node
    const parent = parentId === undefined ? undefined : byId.get(parentId)
    return parent === undefined || parent.rank >= rank ? undefined : parent
  }
  const loopAround = memoByRank<FlowNode | undefined>(flow, (node, known) => {
    const parent = parentOf(node)
    // Nothing is known about loops of an unknown type, so they count.
    return parent?.surveyed.entry?.control === 'scope' ? known[parent.rank] : parent
  })
  const listAround = memoByRank<FlowNode | undefined>(flow, (node, known) => {
    const loop = loopAround(node)
    return loop !== undefined && isLoop(loop.surveyed) && !hasItems(loop.surveyed) ? known[loop.rank] : loop
  })

  const triggers = createKind(flow, ({ surveyed }) => isTrigger(surveyed))
  const failing = createKind(flow, ({ exits }) =>
    exits.some(({ port, targets }) => port === ERROR_PORT && targets.length > 0),
  )

  /** Shares one result among the nodes on every path after the last change. */
  function behind<Answer>(answer: (top: FlowNode) => Answer): (node: FlowNode, last: FlowNode) => Answer {
    const answers = new Map<FlowNode, Answer>()
    return (node, last) => {
      const top = nodeAt(dominators.firstAfter(node.rank, last.rank))
      if (!answers.has(top)) answers.set(top, answer(top))
      return answers.get(top) as Answer
    }
  }

  const triggerBehind = behind((node) =>
    eitherSchema(triggers.before(node).flatMap(({ exits }) => distinct(exits, ({ facts }) => facts.schema))),
  )

  const errorBehind = behind((node): Readable | undefined => {
    const failed = failing
      .before(node)
      .flatMap(({ exits }) => exits.filter((exit) => exit.port === ERROR_PORT && leadsTo(exit, node)))
    if (failed.length === 0) return undefined
    const taken = failed.filter(({ index }) => hasBit(node.taken, index))
    return {
      schema: eitherSchema(distinct(taken.length > 0 ? taken : failed, ({ facts }) => facts.schema)),
      required: taken.length > 0,
      writers: failed.map((exit) => exit.node.surveyed.node.id),
    }
  })

  return {
    inputKey,
    inputKeys,
    someInputKey,
    inputOthers: (node) => OPENNESS[others(node)] as ObjectFacts['others'],
    waysWith(node, key) {
      const all = allWays(node)
      return all > MOST_WAYS ? null : { having: waysHaving(key)(node), all }
    },
    comesBefore,
    output,
    outputs(node, most = Number.POSITIVE_INFINITY) {
      const found: NodeId[] = []
      meter.spendWords(node.ancestors.length)
      for (const rank of bitsOf(node.ancestors)) {
        if (found.length >= most) break
        const before = nodeAt(rank)
        if (!isInside(node, before)) found.push(before.surveyed.node.id)
      }
      return found
    },
    loopAround,
    listAround,
    loopAt: (node) => (isLoop(node.surveyed) ? node : loopAround(node)),
    trigger(node) {
      const last = triggers.lastBefore(node)
      return last === undefined ? true : triggerBehind(node, last)
    },
    error(node) {
      const last = failing.lastBefore(node)
      return last === undefined ? undefined : errorBehind(node, last)
    },
  }
}
