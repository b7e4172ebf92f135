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
 * Reads the draft again after a change and corrects it to the expected document. A change can make content readable
 * that the reader left out before, such as an edge whose missing node is added again.
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
 * Writes operations into a shared draft as one transaction, changing only the entries that they name, so that
 * concurrent edits are kept.
 *
 * Reading the draft afterwards gives the result of `applyOperations` on the document before. Nothing is written if one
 * of the operations is invalid.
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
