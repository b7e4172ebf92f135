import { expect } from 'vitest'
import * as Y from 'yjs'
import { applyOperationsToDraft, readDraft, textFieldsOf, writeDocument } from '../src/collab/index.ts'
import type { DocumentOperation, WorkflowDocument, WorkflowNode } from '../src/document/index.ts'
import { node, withPolicy, workflow } from '../src/testing/index.ts'
import { TEXT_MANIFEST } from './arbitraries.ts'

export const fields = textFieldsOf({ nodes: TEXT_MANIFEST.nodes as never })

const cases = [
  { id: 'x', title: 'One' },
  { id: 'y', title: 'Two' },
]

/** A draft with texts by character in the node `ask`, and plain values in `log`. */
export const sample = workflow(
  [
    node('ask', 'draft', { prompt: 'Hello', cases }, { notes: 'n' }),
    withPolicy(node('log', 'set', { value: { text: 'plain' } }), { timeout: '1s' }),
  ],
  ['ask>log'],
  { annotations: [{ id: 'n', kind: 'note', rect: { x: 0, y: 0, width: 1, height: 1 }, text: 'hi' }] },
)

export function seeded(document: WorkflowDocument = sample): Y.Doc {
  const ydoc = new Y.Doc()
  writeDocument(ydoc, document, fields)
  return ydoc
}

/** Two people with the same draft, and a way to bring them together. */
export function pair(document: WorkflowDocument = sample) {
  const a = seeded(document)
  const b = new Y.Doc()
  Y.applyUpdate(b, Y.encodeStateAsUpdate(a))
  const meet = () => {
    const [fromA, fromB] = [Y.encodeStateAsUpdate(a), Y.encodeStateAsUpdate(b)]
    Y.applyUpdate(a, fromB)
    Y.applyUpdate(b, fromA)
    expect(readDraft(a)).toEqual(readDraft(b))
    return readDraft(a).document
  }
  return { a, b, meet }
}

export function apply(ydoc: Y.Doc, ...operations: DocumentOperation[]) {
  return applyOperationsToDraft(ydoc, operations, fields)
}

export function setParam(path: (string | number)[], value: string): DocumentOperation {
  return { op: 'set_param', nodeId: 'ask', path, value }
}

export function askIn(document: WorkflowDocument): WorkflowNode | undefined {
  return document.nodes.find(({ id }) => id === 'ask')
}
