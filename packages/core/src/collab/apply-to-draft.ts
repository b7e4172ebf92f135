import type * as Y from 'yjs'
import { applyInPlace } from '../document/apply-operations.ts'
import { canonicalDocument } from '../document/canonical-document.ts'
import type { DocumentOperation } from '../document/operation.ts'
import type { WorkflowDocument } from '../document/types.ts'
import { closeDocument, openDocument, type WorkingDocument } from '../document/working-document.ts'
import { diffDocuments } from './diff-documents.ts'
import { createDraftWriter, type DraftWriter } from './draft-writer.ts'
import { readDraft } from './read-draft.ts'
import type { TextFields } from './text-fields.ts'

const MOST_CORRECTIONS = 3

function write(writer: DraftWriter, working: WorkingDocument, operations: readonly DocumentOperation[]): void {
  for (const [index, operation] of operations.entries()) {
    writer(operation, working)
    applyInPlace(working, operation, index)
  }
}

/**
 * What a reader left out before can come to light by a change (an edge whose missing node is added again), so
 * the draft is read once more and brought to what the operations say.
 */
function correct(ydoc: Y.Doc, expected: WorkflowDocument, fields: TextFields): void {
  for (let round = 0; round < MOST_CORRECTIONS; round++) {
    const { document } = readDraft(ydoc)
    const operations = diffDocuments(document, expected)
    if (operations.length === 0) return
    write(createDraftWriter(ydoc, fields), openDocument(document), operations)
  }
}

/**
 * Writes operations into a shared draft as one transaction, touching no more than they name, so that what
 * others do at the same time stays.
 *
 * Reading the draft afterwards gives what `applyOperations` makes of the document before. Nothing is written
 * when one of the operations does not fit.
 *
 * @param fields - From `textFieldsOf(manifest)`.
 * @param origin - Of the transaction; an undo manager that tracks it undoes the change.
 * @returns The document before, and the document that a reader now finds.
 * @throws {@link TenonError} `OPERATION_INVALID` as `applyOperations` does.
 */
export function applyOperationsToDraft(
  ydoc: Y.Doc,
  operations: readonly DocumentOperation[],
  fields: TextFields,
  origin?: unknown,
): { readonly before: WorkflowDocument; readonly document: WorkflowDocument } {
  const { document: before, repairs } = readDraft(ydoc)
  const expected = openDocument(before)
  const read = operations.map((operation, index) => applyInPlace(expected, operation, index))
  const document = canonicalDocument(closeDocument(expected))
  ydoc.transact(() => {
    write(createDraftWriter(ydoc, fields), openDocument(before), read)
    if (repairs.length > 0) correct(ydoc, document, fields)
  }, origin)
  return { before, document }
}
