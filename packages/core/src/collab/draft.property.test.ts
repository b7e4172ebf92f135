import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { arbitraryDocument, arbitraryOperations, fitting, TEXT_MANIFEST } from '../../test/arbitraries.ts'
import { applyOperations, canonicalDocument, parseDocument, type WorkflowDocument } from '../document/index.ts'
import {
  applyOperationsToDraft,
  diffDocuments,
  NO_TEXT_FIELDS,
  readDraft,
  textFieldsOf,
  writeDocument,
} from './index.ts'

const fields = textFieldsOf({ nodes: TEXT_MANIFEST.nodes } as never)

function seeded(document: WorkflowDocument, clientId = 1): Y.Doc {
  const ydoc = new Y.Doc()
  ydoc.clientID = clientId
  writeDocument(ydoc, document, fields)
  return ydoc
}

function replica(of: Y.Doc, clientId: number): Y.Doc {
  const ydoc = new Y.Doc()
  ydoc.clientID = clientId
  Y.applyUpdate(ydoc, Y.encodeStateAsUpdate(of))
  return ydoc
}

function exchange(a: Y.Doc, b: Y.Doc): void {
  const fromA = Y.encodeStateAsUpdate(a, Y.encodeStateVector(b))
  const fromB = Y.encodeStateAsUpdate(b, Y.encodeStateVector(a))
  Y.applyUpdate(b, fromA)
  Y.applyUpdate(a, fromB)
}

describe('a document in a Y.Doc', () => {
  test('comes back as it was written, with and without texts by character, also through an update', () => {
    fc.assert(
      fc.property(arbitraryDocument(), fc.boolean(), (document, byCharacter) => {
        const ydoc = new Y.Doc()
        writeDocument(ydoc, document, byCharacter ? fields : NO_TEXT_FIELDS)
        const expected = { document: canonicalDocument(document), repairs: [], losses: [] }
        expect(readDraft(ydoc)).toEqual(expected)
        expect(readDraft(replica(ydoc, 2))).toEqual(expected)
      }),
      { numRuns: 150 },
    )
  })

  test('changes by operations as the document does', () => {
    fc.assert(
      fc.property(arbitraryDocument(), arbitraryOperations(), (document, candidates) => {
        const operations = fitting(document, candidates)
        const ydoc = seeded(document)
        const expected = canonicalDocument(applyOperations(document, operations))
        expect(applyOperationsToDraft(ydoc, operations, fields).document).toEqual(expected)
        expect(readDraft(ydoc)).toEqual({ document: expected, repairs: [], losses: [] })
      }),
      { numRuns: 250 },
    )
  })

  test('takes a difference and becomes the target', () => {
    fc.assert(
      fc.property(arbitraryDocument(), arbitraryDocument(), (from, to) => {
        const ydoc = seeded(from)
        applyOperationsToDraft(ydoc, diffDocuments(from, to), fields)
        expect(readDraft(ydoc)).toEqual({ document: canonicalDocument(to), repairs: [], losses: [] })
      }),
      { numRuns: 150 },
    )
  })

  test('converges when two people change it at the same time, and stays sound', () => {
    fc.assert(
      fc.property(
        arbitraryDocument(),
        fc.array(fc.tuple(arbitraryOperations(6), arbitraryOperations(6)), { maxLength: 3 }),
        (document, rounds) => {
          const a = seeded(document)
          const b = replica(a, 2)
          for (const [forA, forB] of rounds) {
            applyOperationsToDraft(a, fitting(readDraft(a).document, forA), fields)
            applyOperationsToDraft(b, fitting(readDraft(b).document, forB), fields)
            exchange(a, b)
            expect(readDraft(a)).toEqual(readDraft(b))
            expect(() => parseDocument(readDraft(a).document)).not.toThrow()
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  test('takes operations exactly also where a merge left things that cannot be read', () => {
    fc.assert(
      fc.property(
        arbitraryDocument(),
        arbitraryOperations(8),
        arbitraryOperations(8),
        arbitraryOperations(),
        (document, forA, forB, after) => {
          const a = seeded(document)
          const b = replica(a, 2)
          applyOperationsToDraft(a, fitting(document, forA), fields)
          applyOperationsToDraft(b, fitting(document, forB), fields)
          exchange(a, b)
          const merged = readDraft(a).document
          const operations = fitting(merged, after)
          applyOperationsToDraft(a, operations, fields)
          expect(readDraft(a).document).toEqual(canonicalDocument(applyOperations(merged, operations)))
        },
      ),
      { numRuns: 150 },
    )
  })
})

describe('diffDocuments', () => {
  test('gives operations that turn any document into any other', () => {
    fc.assert(
      fc.property(arbitraryDocument(), arbitraryDocument(), (from, to) => {
        const operations = diffDocuments(from, to)
        expect(canonicalDocument(applyOperations(from, operations))).toEqual(canonicalDocument(to))
        expect(diffDocuments(to, to)).toEqual([])
      }),
      { numRuns: 250 },
    )
  })
})
