import type { FlowNode } from '../flow-node.ts'
import type { BorderFields } from './border-fields.ts'
import { memberOf } from './border-fields.ts'
import type { BorderRead, ChangeRead, ReadChange } from './border-reads.ts'
import type { Reasons } from './extraction.ts'
import { hasField, mayWrite, type Surroundings } from './surroundings.ts'

/** Input of the new workflow, collected from the reads of its nodes. */
export interface InnerReads {
  readonly change: ChangeRead
  /** Checks whether its nodes read a variable. */
  readsVariable(name: string): boolean
  /** Fields of `input` that its nodes read. */
  readonly inputKeys: ReadonlySet<string>
}

/**
 * Collects what the nodes of a region read from outside. Fields of `input` that are always there keep their names;
 * everything else is read from `trigger`, which no node of the region changes.
 *
 * @param nameOf - Returns the name of the field with an expression, once all are named.
 */
export function innerReads(
  around: Surroundings,
  fields: BorderFields,
  names: { nameOf(from: string): string; optionalName(): string },
  reasons: Reasons,
): InnerReads {
  const { region, entry } = around
  const { scopes } = around.traced
  const inputKeys = new Set<string>()
  /** Names of variables; `undefined` for a read of all of them. */
  const variables = new Set<string | number | undefined>()

  function fromTrigger(from: string, hint: string, keys: number): ReadChange {
    fields.add(from, hint)
    return { keys, to: () => memberOf('trigger', names.nameOf(from)) }
  }

  function refuseMissing({ node }: BorderRead, value: string): null {
    reasons.add('MAY_BE_MISSING', [node.surveyed.node.id], value)
    return null
  }

  function readInput(read: BorderRead): ReadChange | null {
    const { node } = read
    const [key] = read.keys
    if (typeof key !== 'string') {
      reasons.add('WHOLE_INPUT', [node.surveyed.node.id], 'input')
      return null
    }
    inputKeys.add(key)
    if (around.isOwn(scopes.inputKey(node, key)) || !around.mayBeGiven(key)) return null
    if (around.isGiven(key)) {
      fields.keep(key)
      return null
    }
    if (around.within(node).some((writer) => mayWrite(writer, key))) return refuseMissing(read, memberOf('input', key))
    fields.keepOptional(key)
    return { keys: 0, to: () => memberOf('trigger', names.optionalName()) }
  }

  function readNodes(read: BorderRead): ReadChange | null {
    const [id, part, key] = read.keys
    if (typeof id !== 'string' || (part !== 'output' && !region.ids.has(id))) {
      reasons.add('WHOLE_NODES', [read.node.surveyed.node.id], 'nodes')
      return null
    }
    if (region.ids.has(id)) return null
    const output = scopes.output(entry, id)
    const from = `nodes.${id}.output`
    if (output?.required !== true) return refuseMissing(read, from)
    return hasField(output.schema, key) ? fromTrigger(memberOf(from, key), key, 3) : fromTrigger(from, id, 2)
  }

  function readTrigger({ keys: [key] }: BorderRead): ReadChange {
    return hasField(scopes.trigger(entry), key)
      ? fromTrigger(memberOf('trigger', key), key, 1)
      : fromTrigger('trigger', 'trigger', 0)
  }

  function readLoop(name: string, loop: FlowNode | undefined): ReadChange | null {
    return loop === undefined || region.ids.has(loop.surveyed.node.id) ? null : fromTrigger(name, name, 0)
  }

  return {
    inputKeys,
    readsVariable: (name) => variables.has(name) || variables.has(undefined),
    change(read) {
      switch (read.root) {
        case 'input':
          return readInput(read)
        case 'nodes':
          return readNodes(read)
        case 'trigger':
          return readTrigger(read)
        case 'item':
        case 'index':
          return readLoop(read.root, scopes.listAround(read.node))
        case 'loop':
          return readLoop(read.root, scopes.loopAt(read.node))
        case 'vars':
          variables.add(read.keys[0])
          return null
        case 'run':
          reasons.add('RUN_VALUE', [read.node.surveyed.node.id], 'run')
          return null
        default:
          return null
      }
    },
  }
}
