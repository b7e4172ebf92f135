import { z } from 'zod'
import type { FileRef } from '../document/file-ref.ts'
import type { JsonObject } from '../json.ts'
import type { NodeContext } from './implementation.ts'

const part = z.number().min(0).max(1)

/** Position on a page: parts of its width and height, from its left and top edge. */
const boxSchema = z.object({ left: part, top: part, width: part, height: part })

/** Position of a part of a document, and the certainty of the service that it has read it correctly, from 0 to 1. */
const positionShape = { page: z.number().int().min(1), confidence: part, box: boxSchema }
const lineSchema = z.object({ text: z.string(), confidence: part, box: boxSchema })

/** `isSelected` of a checkbox; `null` for text. */
const valueShape = { text: z.string(), isSelected: z.boolean().nullable() }
const cellSchema = z.object({
  ...{ row: z.number().int(), column: z.number().int(), rowSpan: z.number().int(), columnSpan: z.number().int() },
  ...{ ...valueShape, isHeader: z.boolean(), confidence: part, box: boxSchema },
})

/** Schema of the content of a document, as each {@link DocumentReader} returns it. */
export const documentContentSchema = z.object({
  /** Lines of all pages. Pages are separated by an empty line. */
  text: z.string(),
  /** Number of pages. */
  pageCount: z.number().int(),
  /** Pages with their lines, in the order in which people read them. */
  pages: z.array(z.object({ page: z.number().int().min(1), lines: z.array(lineSchema) })),
  /** Fields of a form, such as "Total: 12.00"; `value` is `null` for a field that is empty. */
  fields: z.array(
    z.object({ ...positionShape, name: z.string(), value: z.object({ ...valueShape, box: boxSchema }).nullable() }),
  ),
  /** Tables; `rows` has the text of each cell, and a merged one has its text in its first row and column. */
  tables: z.array(
    z.object({
      ...positionShape,
      title: z.string().nullable(),
      rows: z.array(z.array(z.string())),
      cells: z.array(cellSchema),
    }),
  ),
  /** Answers to the questions, the most certain one first; none for a question that has no answer. */
  answers: z.array(z.object({ ...positionShape, question: z.string(), name: z.string(), text: z.string() })),
  /** Positions with a signature. */
  signatures: z.array(z.object(positionShape)),
  /** Parts that the service could not read, such as single pages; empty if it has read all. */
  warnings: z.array(z.object({ code: z.string(), pages: z.array(z.number().int()) })),
})

/** Content of a document, as {@link documentContentSchema} describes it. */
export type DocumentContent = z.infer<typeof documentContentSchema>

/** A document that the service can read by itself. */
export interface StoredDocument {
  /** Name of the bucket. */
  readonly bucket: string
  /** Key of the object. */
  readonly key: string
  /** Version of the object. @defaultValue the latest one */
  readonly version?: string
}

/** Question of a node about a document. */
export interface DocumentRequest {
  /** Document: a file of the tenant, or an object in a bucket. */
  readonly document: { readonly file: FileRef } | { readonly object: StoredDocument }
  /** Parts to read beside the text. */
  readonly parts: readonly ('forms' | 'tables' | 'signatures')[]
  /** Questions about the content, each with a name for its answers. */
  readonly questions: readonly { readonly text: string; readonly name: string }[]
  /** Bucket for files that the service reads from there only, such as a PDF with several pages. `null` for none. */
  readonly bucket: string | null
}

/** A reading that has begun. The node run keeps it in its journal. */
export type StartedReading = {
  /** Time before the first request for the result, in ms; 0 to ask at once. */
  readonly askAfterMs: number
  /** Data by which the reader finds the reading again. */
  readonly state: JsonObject
}

/** Services that a reader may use, those of the node. */
export type DocumentReaderContext = Pick<
  NodeContext,
  'abortSignal' | 'connection' | 'files' | 'http' | 'idempotencyKey' | 'log'
>

/** Text and connection of the node type that reads documents. */
export interface DocumentReaderOffer {
  /** Description of the node type in the palette, at most 80 characters, such as "Scan with Acme OCR". */
  readonly description: string
  /**
   * Kind of connection that the node asks for; `null` for none. Only a node with a connection to AWS has fields for a
   * bucket.
   */
  readonly connectsTo: 'aws' | 'http' | null
}

/**
 * Reads text and structure of documents, with any service. The node calls `start` until it has returned once, then
 * `result` until it has the content, also in another process.
 */
export interface DocumentReader {
  /**
   * Description of the reader for the node type. @defaultValue Amazon Textract, by a connection to AWS
   */
  readonly offer?: DocumentReaderOffer
  /**
   * Begins a reading. A call with the idempotency key of an earlier one begins no second one at the service.
   *
   * @throws {@link TenonError} `DOCUMENT_INVALID`, `DOCUMENT_NOT_ALLOWED`, `DOCUMENT_READ_FAILED`, and those of files.
   */
  start(request: DocumentRequest, context: DocumentReaderContext): Promise<StartedReading>
  /**
   * Returns the content; `null` while the service is reading.
   *
   * @throws {@link TenonError} as `start`, and `DOCUMENT_TOO_LARGE`.
   */
  result(job: StartedReading, request: DocumentRequest, context: DocumentReaderContext): Promise<DocumentContent | null>
  /** Removes what `start` has stored at the service, if anything. Its failures are no failures of the node. */
  discard(job: StartedReading, context: DocumentReaderContext): Promise<void>
}
