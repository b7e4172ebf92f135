import { ERROR_PORT } from '../document/ports.ts'
import type { NodeId } from '../ids.ts'
import type { JsonSchema } from '../json.ts'
import { bitsOf, hasBit } from './bits.ts'
import { isTrigger } from './check-graph.ts'
import { type DataFlow, type Exit, type FlowNode, mayHaveLeft } from './data-flow.ts'
import { eitherSchema, type FieldFacts, type ObjectFacts } from './schema-facts.ts'

/** A value that an expression may read, and whether it is surely there. */
export interface Readable extends FieldFacts {
  /** Nodes that may have written it, the last in document order first. */
  readonly writers: readonly NodeId[]
}

/** How many of the ways to a node have something. */
export interface Ways {
  readonly having: number
  readonly all: number
}

/** What expressions of each node see of the nodes before it. */
export interface Scopes {
  /** One top-level key of `input`; `undefined` if no node before writes it. */
  inputKey(node: FlowNode, key: string): Readable | undefined
  inputKeys(node: FlowNode): readonly string[]
  /** Whether `input` may have keys that nobody has described. */
  inputOthers(node: FlowNode): ObjectFacts['others']
  waysWith(node: FlowNode, key: string): Ways
  /** `nodes.<id>.output`; `undefined` for a node that does not come before. */
  output(node: FlowNode, of: NodeId): Readable | undefined
  outputs(node: FlowNode): readonly NodeId[]
  trigger(node: FlowNode): JsonSchema
  /** What `error` is in an error branch; `undefined` elsewhere. */
  error(node: FlowNode): Readable | undefined
}

const fieldOf = (exit: Exit, key: string): FieldFacts | undefined => exit.facts.adds.fields.get(key)
const surelyHas = (exit: Exit, key: string): boolean => fieldOf(exit, key)?.required === true
const OPENNESS = ['no', 'silent', 'yes'] as const

/** Keeps one answer a node, worked out in document order, so that long chains need no deep recursion. */
function memoByRank<Answer>(nodes: readonly FlowNode[], answer: (node: FlowNode, known: readonly Answer[]) => Answer) {
  const known: Answer[] = []
  return ({ rank }: FlowNode): Answer => {
    for (let next = known.length; next <= rank; next++) known.push(answer(nodes[next] as FlowNode, known))
    return known[rank] as Answer
  }
}

/** The same for each key or id, each worked out when it is first asked for. */
function memoByName<Answer>(make: (name: string) => (node: FlowNode) => Answer) {
  const made = new Map<string, (node: FlowNode) => Answer>()
  return (name: string, node: FlowNode): Answer => {
    const known = made.get(name) ?? make(name)
    made.set(name, known)
    return known(node)
  }
}

/** Reads what a traced flow says, for the nodes that are traced so far. */
export function createScopes({ nodes, byId, ownersOf, keys }: DataFlow): Scopes {
  const nodeAt = (rank: number): FlowNode => nodes[rank] as FlowNode

  const isKeySure = memoByName((key) =>
    memoByRank<boolean>(nodes, ({ taken, arriving }, known) => {
      if (ownersOf(key).some((owner) => hasBit(taken, owner.index) && surelyHas(owner, key))) return true
      return arriving.length > 0 && arriving.every((exit) => surelyHas(exit, key) || known[exit.node.rank] === true)
    }),
  )
  const hasRun = memoByName((id) =>
    memoByRank<boolean>(nodes, ({ taken, arriving }, known) => {
      if (byId.get(id)?.exits.some(({ index }) => hasBit(taken, index))) return true
      return (
        arriving.length > 0 && arriving.every(({ node }) => node.surveyed.node.id === id || known[node.rank] === true)
      )
    }),
  )
  const allWays = memoByRank<number>(nodes, ({ arriving }, known) =>
    arriving.length === 0 ? 1 : arriving.reduce((sum, { node }) => sum + (known[node.rank] as number), 0),
  )
  const waysHaving = memoByName((key) =>
    memoByRank<number>(nodes, ({ arriving }, known) =>
      arriving.reduce(
        (sum, exit) => sum + (surelyHas(exit, key) ? allWays(exit.node) : (known[exit.node.rank] as number)),
        0,
      ),
    ),
  )
  const others = memoByRank<number>(nodes, (node, known) => {
    const before = new Set(node.arriving.map((exit) => exit.node))
    const exits = [...before].flatMap((each) => each.exits.filter((exit) => mayHaveLeft(node, exit)))
    const levels = exits.map(({ facts }) => OPENNESS.indexOf(facts.adds.others))
    return Math.max(0, ...levels, ...[...before].map(({ rank }) => known[rank] as number))
  })

  const leadsTo = (exit: Exit, node: FlowNode): boolean =>
    exit.node.surveyed.outgoing.some(({ sourceHandle, target }) => {
      const next = sourceHandle === exit.port ? byId.get(target) : undefined
      return next === node || (next !== undefined && hasBit(node.ancestors, next.rank))
    })

  function inputKey(node: FlowNode, key: string): Readable | undefined {
    const schemas: JsonSchema[] = []
    const writers = new Set<NodeId>()
    for (const owner of ownersOf(key)
      .filter((exit) => mayHaveLeft(node, exit))
      .reverse()) {
      const field = fieldOf(owner, key) as FieldFacts
      schemas.push(field.schema)
      writers.add(owner.node.surveyed.node.id)
      // What was surely written here hides all that was written before.
      if (field.required && hasBit(node.taken, owner.index)) break
    }
    if (writers.size === 0) return undefined
    return { schema: eitherSchema(schemas), required: isKeySure(key, node), writers: [...writers] }
  }

  function readExits(node: FlowNode, exits: readonly Exit[], required: boolean): Readable {
    const taken = exits.filter(({ index }) => hasBit(node.taken, index))
    const possible = taken.length > 0 ? taken : exits
    return {
      schema: eitherSchema(possible.map(({ facts }) => facts.schema)),
      required,
      writers: [...new Set(exits.map((exit) => exit.node.surveyed.node.id))],
    }
  }

  return {
    inputKey,
    inputKeys: (node) => [...keys()].filter((key) => ownersOf(key).some((owner) => mayHaveLeft(node, owner))),
    inputOthers: (node) => OPENNESS[others(node)] as ObjectFacts['others'],
    waysWith: (node, key) => ({ having: waysHaving(key, node), all: allWays(node) }),
    output(node, of) {
      const target = byId.get(of)
      if (target === undefined || !hasBit(node.ancestors, target.rank)) return undefined
      return readExits(node, target.exits, hasRun(of, node))
    },
    outputs: ({ ancestors }) => [...bitsOf(ancestors)].map((rank) => nodeAt(rank).surveyed.node.id),
    trigger(node) {
      const before = [...bitsOf(node.ancestors)].map(nodeAt).filter(({ surveyed }) => isTrigger(surveyed))
      return eitherSchema(before.flatMap(({ exits }) => exits.map(({ facts }) => facts.schema)))
    },
    error(node) {
      const before = [...bitsOf(node.ancestors)].map(nodeAt)
      const failed = before.flatMap(({ exits }) =>
        exits.filter((exit) => exit.port === ERROR_PORT && leadsTo(exit, node)),
      )
      if (failed.length === 0) return undefined
      const isSure = failed.some(({ index }) => hasBit(node.taken, index))
      return readExits(node, failed, isSure)
    },
  }
}
