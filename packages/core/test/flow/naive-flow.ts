import { ERROR_PORT } from '../../src/document/index.ts'
import type { JsonSchema } from '../../src/json.ts'
import type { DataFlow, Exit, FlowNode } from '../../src/validate/flow-node.ts'
import { eitherSchema } from '../../src/validate/schema-facts.ts'
import type { SurveyedNode } from '../../src/validate/survey.ts'

/**
 * The rules of the data flow as sets, without any care for their cost: what the validator's own structures are
 * compared with. Reads nothing of the traced flow but its nodes, their edges and what their exits add.
 */
export interface NaiveReach {
  ancestors(node: FlowNode): ReadonlySet<FlowNode>
  taken(node: FlowNode): ReadonlySet<Exit>
  inputKey(node: FlowNode, key: string): { schema: JsonSchema; required: boolean; writers: string[] } | undefined
  waysWith(node: FlowNode, key: string): { having: number; all: number }
  hasRun(node: FlowNode, of: FlowNode): boolean
  error(node: FlowNode): { schema: JsonSchema; required: boolean; writers: string[] } | undefined
  /** Names of the nodes that wrote a key before. */
  hiddenBy(node: FlowNode, key: string): readonly FlowNode[]
  /** Nodes of branches that meet here for the first time and have written the key. */
  meetingWith(node: FlowNode, key: string): readonly FlowNode[]
  mayHaveLeft(node: FlowNode, exit: Exit): boolean
}

const joinsAll = ({ node, entry }: SurveyedNode): boolean =>
  (node.policy?.join ?? entry?.policy?.join ?? 'all') === 'all'
const surelyHas = ({ facts }: Exit, key: string): boolean => facts.adds.fields.get(key)?.required === true

export function naiveReach(flow: DataFlow): NaiveReach {
  const exits = flow.nodes.flatMap((node) => [...node.exits, ...(node.entrance === null ? [] : [node.entrance])])
  const ancestors = new Map<FlowNode, Set<FlowNode>>()
  const waited = new Map<FlowNode, Set<FlowNode>>()
  const taken = new Map<FlowNode, Set<Exit>>()
  const all = <Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): Value => map.get(key) as Value

  /** The nodes with which an iteration begins, as far as they have ended. */
  function beginAt(own: Set<Exit>, { targets }: Exit, ready: ReadonlySet<FlowNode>): void {
    for (const rank of targets) {
      const next = flow.nodes[rank] as FlowNode
      if (!ready.has(next)) continue
      for (const before of all(taken, next)) own.add(before)
      for (const after of next.exits) if (after.isSure) own.add(after)
    }
  }

  function closeOver(own: Set<Exit>, ready: ReadonlySet<FlowNode>): void {
    // Values added to a set during iteration are visited too.
    for (const exit of own) {
      const { node, port } = exit
      if (exit === node.entrance) {
        beginAt(own, exit, ready)
        continue
      }
      for (const sibling of node.exits) if (sibling.isSure) own.add(sibling)
      for (const { sourceHandle, target } of node.surveyed.outgoing) {
        const next = sourceHandle === port ? flow.byId.get(target) : undefined
        if (next === undefined || !ready.has(next)) continue
        for (const before of all(taken, next)) own.add(before)
        for (const after of next.exits) if (after.isSure) own.add(after)
      }
    }
  }

  for (const node of flow.nodes) {
    const sources = node.arriving.map((exit) => exit.node)
    ancestors.set(node, new Set(sources.flatMap((source) => [source, ...all(ancestors, source)])))
    const isEarly = node.arriving.length > 1 && !joinsAll(node.surveyed)
    // A loop has not ended while the nodes inside it run.
    const ended = ({ node: source }: Exit, isInside: boolean) => [...(isInside ? [] : [source]), ...all(waited, source)]
    waited.set(node, new Set(isEarly ? [] : node.arriving.flatMap((exit) => ended(exit, exit === exit.node.entrance))))
    const ways = node.arriving.map((exit) => new Set([exit, ...all(taken, exit.node)]))
    const own = new Set(exits.filter((exit) => ways.length > 0 && ways.every((way) => way.has(exit))))
    if (ways.length > 1) closeOver(own, all(waited, node))
    taken.set(node, own)
  }

  const mayHaveLeft = (node: FlowNode, exit: Exit): boolean => {
    if (!all(ancestors, node).has(exit.node)) return false
    const { exits: own, entrance } = exit.node
    const known = [...own, ...(entrance === null ? [] : [entrance])].filter((each) => all(taken, node).has(each))
    return known.length === 0 || known.includes(exit)
  }
  const ownersOf = (key: string): Exit[] => exits.filter(({ facts }) => facts.adds.fields.has(key))

  const isSure = (node: FlowNode, key: string): boolean =>
    ownersOf(key).some((owner) => all(taken, node).has(owner) && surelyHas(owner, key)) ||
    (node.arriving.length > 0 && node.arriving.every((exit) => surelyHas(exit, key) || isSure(exit.node, key)))
  const hasRun = (node: FlowNode, of: FlowNode): boolean =>
    of.exits.some((exit) => all(taken, node).has(exit)) ||
    (node.arriving.length > 0 && node.arriving.every((exit) => exit.node === of || hasRun(exit.node, of)))
  const allWays = ({ arriving }: FlowNode): number =>
    arriving.length === 0 ? 1 : arriving.reduce((sum, exit) => sum + allWays(exit.node), 0)
  const having = ({ arriving }: FlowNode, key: string): number =>
    arriving.reduce((sum, exit) => sum + (surelyHas(exit, key) ? allWays(exit.node) : having(exit.node, key)), 0)
  const isOrComesBefore = (node: FlowNode, other: FlowNode) => node === other || all(ancestors, other).has(node)

  return {
    ancestors: (node) => all(ancestors, node),
    taken: (node) => all(taken, node),
    mayHaveLeft,
    inputKey(node, key) {
      const schemas: JsonSchema[] = []
      const writers = new Set<string>()
      for (const owner of ownersOf(key)
        .filter((exit) => mayHaveLeft(node, exit))
        .reverse()) {
        const field = owner.facts.adds.fields.get(key)
        schemas.push(field?.schema ?? true)
        writers.add(owner.node.surveyed.node.id)
        if (field?.required && all(taken, node).has(owner)) break
      }
      if (writers.size === 0) return undefined
      return { schema: eitherSchema(schemas), required: isSure(node, key), writers: [...writers] }
    },
    waysWith: (node, key) => ({ having: having(node, key), all: allWays(node) }),
    hasRun,
    error(node) {
      const failed = exits.filter(
        ({ node: from, port, targets }) =>
          port === ERROR_PORT &&
          all(ancestors, node).has(from) &&
          targets.some((rank) => isOrComesBefore(flow.nodes[rank] as FlowNode, node)),
      )
      if (failed.length === 0) return undefined
      const known = failed.filter((exit) => all(taken, node).has(exit))
      return {
        schema: eitherSchema((known.length > 0 ? known : failed).map(({ facts }) => facts.schema)),
        required: known.length > 0,
        writers: failed.map((exit) => exit.node.surveyed.node.id),
      }
    },
    hiddenBy: (node, key) => [
      ...new Set(
        ownersOf(key)
          .filter((owner) => mayHaveLeft(node, owner))
          .map((owner) => owner.node),
      ),
    ],
    meetingWith(node, key) {
      const writers = [...new Set(ownersOf(key).flatMap((exit) => (all(taken, node).has(exit) ? [exit.node] : [])))]
      const isBeside = (one: FlowNode, other: FlowNode) => !isOrComesBefore(one, other) && !isOrComesBefore(other, one)
      const haveMet = (one: FlowNode, other: FlowNode) =>
        node.arriving.some((exit) => [one, other].every((each) => isOrComesBefore(each, exit.node)))
      return writers.filter((one) => writers.some((other) => isBeside(one, other) && !haveMet(one, other)))
    },
  }
}
