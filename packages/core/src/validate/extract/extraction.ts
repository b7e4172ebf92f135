import type { DocumentOperation } from '../../document/operation.ts'
import type { WorkflowDocument } from '../../document/types.ts'
import type { NodeId, WorkflowId } from '../../ids.ts'
import type { JsonSchema } from '../../json.ts'

/** Codes of the reasons why nodes cannot be moved to a workflow of their own. */
export const EXTRACTION_REASONS = [
  'NOTHING_SELECTED',
  'TYPES_MISSING',
  'HAS_CYCLE',
  'ACROSS_LOOPS',
  'HAS_TRIGGER',
  'HAS_END',
  'ANSWERS_CALLER',
  'LEAVES_LOOP',
  'UNKNOWN_TYPE',
  'LOCKED',
  'HAS_SECRET',
  'HAS_UNDO',
  'NOT_CONNECTED',
  'MANY_ENTRIES',
  'JOIN_ACROSS',
  'JOIN_AFTER',
  'MANY_EXITS',
  'MAY_NOT_EXIT',
  'DEAD_END',
  'GIVES_RESULT',
  'RUN_VALUE',
  'CALLBACK_URL',
  'ERROR_VALUE',
  'WHOLE_INPUT',
  'WHOLE_INPUT_AFTER',
  'FIELDS_UNKNOWN',
  'WHOLE_NODES',
  'MAY_BE_MISSING',
  'AMBIGUOUS',
] as const
/** One of {@link EXTRACTION_REASONS}. */
export type ExtractionReasonCode = (typeof EXTRACTION_REASONS)[number]

/** A reason why nodes cannot be moved to a workflow of their own. */
export interface ExtractionReason {
  /** Code of the reason, for which an interface has a text. */
  readonly code: ExtractionReasonCode
  /** Nodes that it is about, in document order. */
  readonly nodeIds: readonly NodeId[]
  /** Name of the value that it is about, such as `input.email`; `null` for a reason about nodes. */
  readonly value: string | null
}

/** A value that crosses the border of the extracted nodes. */
export interface ExtractedField {
  /** Name of the field in the input or the output of the new workflow. */
  readonly name: string
  /** Expression that gives the value, without braces. */
  readonly from: string
  /** Schema of the value, as far as it is known. */
  readonly schema: JsonSchema
}

/** Nodes to extract, and the name of the node that replaces them. */
export interface ExtractionRequest {
  /** Selected nodes; those inside a selected loop or scope go with it. */
  readonly nodeIds: readonly NodeId[]
  /** Name of the node that will run the new workflow. */
  readonly name: string
}

/** Plan to move nodes to a workflow of their own. */
export interface Extraction {
  /** Document of the new workflow. */
  readonly document: WorkflowDocument
  /** Fields of its input. */
  readonly inputs: readonly ExtractedField[]
  /** Fields of its output. */
  readonly outputs: readonly ExtractedField[]
  /** Variables that are copied to it. */
  readonly variables: readonly string[]
  /** The extracted nodes, those inside loops included, in the order of the document. */
  readonly nodeIds: readonly NodeId[]
  /** Node that replaces them. */
  readonly callId: NodeId
  /** Returns the operations that replace the nodes by a node which runs the new workflow. */
  operations(workflowId: WorkflowId): readonly DocumentOperation[]
}

/** Result of planning an extraction. */
export type ExtractionPlan =
  | { readonly ok: true; readonly extraction: Extraction }
  | { readonly ok: false; readonly reasons: readonly ExtractionReason[] }

/** Collects reasons; those with the same code and value are one, with all of their nodes. */
export interface Reasons {
  add(code: ExtractionReasonCode, nodeIds: readonly NodeId[], value?: string): void
  list(): readonly ExtractionReason[]
}

export function createReasons(): Reasons {
  const found = new Map<string, ExtractionReason>()
  return {
    add(code, nodeIds, value) {
      const key = `${code} ${value}`
      const known = found.get(key)?.nodeIds ?? []
      found.set(key, { code, nodeIds: [...new Set([...known, ...nodeIds])], value: value ?? null })
    },
    list: () => [...found.values()],
  }
}
