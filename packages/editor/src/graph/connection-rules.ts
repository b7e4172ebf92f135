import type { NodeId, WorkflowDocument } from '@tenon/core/document'
import { edgeId, resolvePorts } from '@tenon/core/document'
import type { ManifestIndex } from '../manifest/manifest-index.ts'
import type { MessageKey } from '../messages/en/index.ts'
import { edgesInto, graphOf, wouldCycle } from './graph.ts'

export interface Connection {
  readonly source: NodeId
  readonly sourceHandle: string
  readonly target: NodeId
  readonly targetHandle: string
}

type RefusalKey = Extract<
  MessageKey,
  `connect.${'gone' | 'self' | 'otherContainer' | 'noInput' | 'noPort' | 'exists' | 'full' | 'circle'}`
>

/** Reason why two ends cannot be connected, as the key of a message; `null` if they can. */
export type Refusal = RefusalKey | null

/** Checks a connection by the rules of publishing, before an edge is added. */
export function connectionRefusal(document: WorkflowDocument, manifest: ManifestIndex, wanted: Connection): Refusal {
  const source = document.nodes.find((node) => node.id === wanted.source)
  const target = document.nodes.find((node) => node.id === wanted.target)
  if (source === undefined || target === undefined) return 'connect.gone'
  if (source.id === target.id) return 'connect.self'
  if (source.parentId !== target.parentId) return 'connect.otherContainer'
  const targetEntry = manifest.entryOf(target)
  const input = targetEntry?.inputs.find((candidate) => candidate.name === wanted.targetHandle)
  if (targetEntry !== undefined && targetEntry.inputs.length === 0) return 'connect.noInput'
  if (targetEntry !== undefined && input === undefined) return 'connect.gone'
  const sourceEntry = manifest.entryOf(source)
  const ports = sourceEntry === undefined ? [] : resolvePorts(source, sourceEntry)
  if (sourceEntry !== undefined && !ports.some((port) => port.name === wanted.sourceHandle)) return 'connect.noPort'
  const graph = graphOf(document)
  const into = edgesInto(graph, target.id)
  const id = edgeId(wanted)
  if (into.some((edge) => edge.id === id)) return 'connect.exists'
  if (input?.maxEdges === 1 && into.some((edge) => edge.targetHandle === wanted.targetHandle)) return 'connect.full'
  return wouldCycle(graph, source.id, target.id) ? 'connect.circle' : null
}
