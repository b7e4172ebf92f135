import { TenonError } from '@tenon/core/errors'
import type { DocumentContent, DocumentReader } from '@tenon/core/node'

const MOST_BYTES = 33_554_432
/** Texts whose baselines differ by less than this part of the page are in one line. */
const SAME_LINE = 0.004
const FIELD = /^([A-Z][\w ]{0,40}): +(.+)$/

type Line = DocumentContent['pages'][number]['lines'][number]

/**
 * A small stand-in for Amazon Textract, so that documents can be tried without an account: it reads the texts that a PDF
 * contains, with their positions. It sees no scans and no pictures. `textractReader()` of `@tenon/nodes/textract` is the
 * real one.
 */
export function demoDocumentReader(): DocumentReader {
  return {
    offer: { description: 'Texts of a PDF (stand-in for Textract)', connectsTo: null },
    start: async () => ({ askAfterMs: 0, state: {} }),
    result: async (_job, { document }, { files }) => {
      if (!('file' in document) || document.file.type !== 'application/pdf') throw invalid('it is not a PDF')
      return contentOf(await files.read(document.file, MOST_BYTES))
    },
    discard: async () => undefined,
  }
}

async function contentOf(data: Uint8Array): Promise<DocumentContent> {
  // Loaded with the first document, to keep the start of the demo fast.
  const { getDocument } = await import('pdfjs-dist/legacy/build/pdf.mjs')
  const task = getDocument({ data: new Uint8Array(data), disableFontFace: true, verbosity: 0 })
  try {
    const file = await task.promise.catch(() => {
      throw invalid('it cannot be read')
    })
    const pages: DocumentContent['pages'] = []
    for (let number = 1; number <= file.numPages; number += 1) {
      const page = await file.getPage(number)
      pages.push({ page: number, lines: linesOf(await page.getTextContent(), page.getViewport({ scale: 1 })) })
    }
    return {
      text: pages.map(({ lines }) => lines.map(({ text }) => text).join('\n')).join('\n\n'),
      pageCount: file.numPages,
      pages,
      fields: pages.flatMap(({ page, lines }) => lines.flatMap((line) => fieldsIn(page, line))),
      ...{ tables: [], answers: [], signatures: [], warnings: [] },
    }
  } finally {
    await task.destroy()
  }
}

interface TextPart {
  readonly str: string
  readonly transform: readonly number[]
  readonly width: number
  readonly height: number
}

/** Joins the texts of a page to lines, from the top down. */
function linesOf(
  { items }: { readonly items: readonly object[] },
  { width, height }: { readonly width: number; readonly height: number },
): Line[] {
  const lines: Line[] = []
  for (const item of items) {
    if (!isTextPart(item) || item.str.trim() === '') continue
    const [, , , , x = 0, y = 0] = item.transform
    const box = {
      left: part(x / width),
      top: part(1 - (y + item.height) / height),
      width: part(item.width / width),
      height: part((item.height * 1.25) / height),
    }
    const last = lines.at(-1)
    if (last === undefined || Math.abs(last.box.top - box.top) > SAME_LINE) {
      lines.push({ text: item.str, confidence: 1, box })
    } else {
      last.text += ` ${item.str}`
      last.box.width = part(box.left + box.width - last.box.left)
    }
  }
  return lines
}

function isTextPart(item: object): item is TextPart {
  return 'str' in item && 'transform' in item
}

/** Reads a line such as "Total: 12.00" as a field; its parts share the line by their lengths. */
function fieldsIn(page: number, { text, confidence, box }: Line): DocumentContent['fields'] {
  const [, name = '', value = ''] = FIELD.exec(text) ?? []
  if (name === '') return []
  const share = (text.length - value.length) / text.length
  const valueBox = { ...box, left: part(box.left + box.width * share), width: part(box.width * (1 - share)) }
  return [
    {
      ...{ page, confidence, name, box: { ...box, width: part(box.width * share) } },
      value: { text: value, isSelected: null, box: valueBox },
    },
  ]
}

function part(share: number): number {
  return Math.min(1, Math.max(0, share))
}

function invalid(why: string): TenonError {
  return new TenonError('DOCUMENT_INVALID', `The stand-in of the demo reads PDFs with texts only: ${why}`, {
    remedy: 'Choose a PDF that was not scanned, or give the demo a reader such as textractReader().',
  })
}
