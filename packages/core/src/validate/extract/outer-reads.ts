import type { NodeId } from '../../ids.ts'
import type { FlowNode } from '../flow-node.ts'
import { type BorderFields, memberOf, textList } from './border-fields.ts'
import type { BorderRead, ChangeRead, ReadChange } from './border-reads.ts'
import type { Reasons } from './extraction.ts'
import { hasField, mayWrite, type Surroundings } from './surroundings.ts'

/** Output of the new workflow, collected from the reads of later nodes. */
export interface OuterReads {
  readonly change: ChangeRead
  /** True if a later node reads `input` as a whole. */
  isWholeRead(): boolean
}

interface OuterNames {
  /** Path of the output of the new workflow. */
  readonly output: string
  nameOf(from: string): string
  optionalName(): string
}

/** Expression for all fields of `input` that the region may write, under which its field is collected. */
export const WHOLE = 'input'

/**
 * Collects what later nodes read of a region, and of `input` behind it.
 *
 * @param callKeys - Fields that the new node itself adds to `input`: they hide earlier ones.
 */
export function outerReads(
  around: Surroundings,
  given: BorderFields,
  fields: BorderFields,
  { callKeys, names, reasons }: { callKeys: ReadonlySet<string>; names: OuterNames; reasons: Reasons },
): OuterReads {
  const { region } = around
  const { scopes } = around.traced
  let isWholeRead = false

  const idOf = ({ node }: BorderRead): NodeId => node.surveyed.node.id
  const fromOutput = (from: string, hint: string, keys: number): ReadChange => {
    fields.add(from, hint)
    return { keys, to: () => memberOf(names.output, names.nameOf(from)) }
  }
  const refuseMissing = (read: BorderRead, value: string): null => {
    reasons.add('MAY_BE_MISSING', [idOf(read)], value)
    return null
  }

  function readField(read: BorderRead, key: string): ReadChange | null {
    const { node } = read
    const readable = scopes.inputKey(node, key)
    const beside = around.beside(node)
    // A field of the new node hides one that a parallel branch writes, or not, by the order of the document.
    const isBeside = (id: NodeId) =>
      beside.some((other) => other.surveyed.node.id === id && (!callKeys.has(key) || around.within(other).length > 0))
    if (readable?.required === true && readable.writers.every(isBeside)) return null
    const isWritten = around.within(node).some((writer) => mayWrite(writer, key))
    if (!isWritten && !callKeys.has(key)) return null
    const refuseAmbiguous = (): null => {
      reasons.add('AMBIGUOUS', [idOf(read)], memberOf('input', key))
      return null
    }
    if (beside.some((writer) => mayWrite(writer, key))) return refuseAmbiguous()
    const isOwn = around.isOwn(readable)
    if (!isOwn && !around.mayBeGiven(key)) {
      fields.keepOptional(key)
      return { keys: 0, to: () => memberOf(names.output, names.optionalName()) }
    }
    if (!isOwn) {
      if (!around.isGiven(key)) return refuseMissing(read, memberOf('input', key))
      // Without a run of the region, the value is that of an earlier node.
      if (!around.hasRun(node)) return refuseAmbiguous()
      given.keep(key)
    }
    fields.keep(key)
    return { keys: 1, to: () => memberOf(names.output, key) }
  }

  function readWhole(read: BorderRead): ReadChange | null {
    const { node } = read
    const added = (nodes: readonly FlowNode[]) => nodes.flatMap(({ exits }) => exits.map(({ facts }) => facts.adds))
    const own = added(around.within(node))
    const beside = added(around.beside(node))
    const ownKeys = new Set([...callKeys, ...own.flatMap((adds) => [...adds.fields.keys()])])
    const isOpen = own.some(({ others }) => others !== 'no')
    const isMixed = beside.some(
      (adds) => adds.others !== 'no' || [...adds.fields.keys()].some((key) => isOpen || ownKeys.has(key)),
    )
    if (isMixed || !around.hasRun(node)) {
      reasons.add('WHOLE_INPUT_AFTER', [idOf(read)], 'input')
      return null
    }
    isWholeRead = true
    for (const key of callKeys) {
      if (around.isGiven(key)) given.keep(key)
      else if (around.mayBeGiven(key)) given.keepOptional(key)
    }
    fields.add(WHOLE, 'fields')
    const rest = `omit(input, ${textList(callKeys)})`
    return { keys: 0, to: () => `merge(${rest}, ${memberOf(names.output, names.nameOf(WHOLE))})` }
  }

  function readNodes(read: BorderRead): ReadChange | null {
    const [id, part, key] = read.keys
    if (typeof id !== 'string' || (part !== 'output' && region.ids.has(id))) {
      reasons.add('WHOLE_NODES', [idOf(read)], 'nodes')
      return null
    }
    if (!region.ids.has(id)) return null
    const output = scopes.output(read.node, id)
    const from = `nodes.${id}.output`
    if (output?.required !== true) return refuseMissing(read, from)
    return hasField(output.schema, key) ? fromOutput(memberOf(from, key), key, 3) : fromOutput(from, id, 2)
  }

  return {
    isWholeRead: () => isWholeRead,
    change(read) {
      if (read.root === 'run') return checkRun(around, read, reasons)
      const [key] = read.keys
      if (around.within(read.node).length === 0) {
        // A node beside the region, which may read the output of one in it or not, by which ends first.
        const isOfRegion = read.root === 'nodes' && typeof key === 'string' && region.ids.has(key)
        return isOfRegion ? refuseMissing(read, `nodes.${key}.output`) : null
      }
      if (read.root === 'input') return typeof key === 'string' ? readField(read, key) : readWhole(read)
      return read.root === 'nodes' ? readNodes(read) : null
    },
  }
}

/** Refuses the URL of a callback that a node of the region waits for. */
function checkRun({ region, traced }: Surroundings, { node, keys }: BorderRead, reasons: Reasons): null {
  const [part, id] = keys
  const waits = [...region.ids].filter((each) => traced.flow.byId.get(each)?.surveyed.entry?.control === 'callback')
  const isRead = part === undefined || (part === 'callbackUrls' && (id === undefined || waits.includes(String(id))))
  if (waits.length > 0 && isRead) {
    reasons.add('CALLBACK_URL', [node.surveyed.node.id], 'run.callbackUrls')
  }
  return null
}
