import type { ReadDocument } from './find-document.ts'

/** Kinds of values of a document, in the order in which they are offered. */
export const MARK_KINDS = ['fields', 'cells', 'answers', 'signatures', 'lines'] as const
export type MarkKind = (typeof MARK_KINDS)[number]

/** Position on a page, as parts of its width and height. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** A value with its position on the page. */
export interface Mark {
  /** Unique within the document. */
  readonly id: string
  readonly kind: MarkKind
  readonly page: number
  /** Name of the value; `null` for a line, a cell or a signature. */
  readonly name: string | null
  /** `null` for a field that is empty, and for a signature. */
  readonly text: string | null
  /** State of a checkbox; `null` for text. */
  readonly isSelected: boolean | null
  /** From 0 to 1. */
  readonly confidence: number
  /** Boxes of the value, that of its name first. */
  readonly boxes: readonly Box[]
}

/** Returns the values of a document that are on a page. */
export function marksOf({ content }: ReadDocument, kind: MarkKind, page: number): readonly Mark[] {
  const plain = { kind, page, name: null, isSelected: null }
  const onPage = <Item extends { readonly page: number }>(items: readonly Item[]) =>
    items.map((item, index) => ({ item, id: `${kind}-${index}` })).filter(({ item }) => item.page === page)
  switch (kind) {
    case 'fields':
      return onPage(content.fields).map(({ item: { name, value, confidence, box }, id }) => ({
        ...{ ...plain, id, name, confidence, text: value?.text ?? null, isSelected: value?.isSelected ?? null },
        boxes: value === null ? [box] : [box, value.box],
      }))
    case 'cells':
      return onPage(content.tables).flatMap(({ item: { cells }, id }) =>
        cells.map(({ text, isSelected, confidence, box, row, column }) => ({
          ...{ ...plain, id: `${id}-${row}-${column}`, text, isSelected: isSelected ?? null, confidence, boxes: [box] },
        })),
      )
    case 'answers':
      return onPage(content.answers).map(({ item: { name, text, confidence, box }, id }) => ({
        ...{ ...plain, id, name, text, confidence, boxes: [box] },
      }))
    case 'signatures':
      return onPage(content.signatures).map(({ item: { confidence, box }, id }) => ({
        ...{ ...plain, id, text: null, confidence, boxes: [box] },
      }))
    case 'lines':
      return content.pages
        .filter((each) => each.page === page)
        .flatMap(({ lines }) => lines)
        .map(({ text, confidence, box }, index) => ({
          ...{ ...plain, id: `lines-${page}-${index}`, text, confidence, boxes: [box] },
        }))
  }
}

/** Returns the kinds of which a document has values. */
export function kindsOf({ content }: ReadDocument): readonly MarkKind[] {
  const counts = { ...content, cells: content.tables, lines: content.pages }
  return MARK_KINDS.filter((kind) => counts[kind].length > 0)
}
