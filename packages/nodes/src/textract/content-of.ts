import type { Block } from '@aws-sdk/client-textract'
import type { DocumentContent } from '@tenon/core/node'
import { createLinks } from './block-index.ts'
import { tablesOf } from './tables-of.ts'

/** Most missing pages that a warning names. */
const MOST_MISSING = 1_000

/** Result of Textract, all parts together. */
export interface TextractResult {
  readonly blocks: readonly Block[]
  /** Number of pages that Textract counted. */
  readonly pageCount: number | undefined
  readonly warnings: DocumentContent['warnings']
}

/** Converts a result of Textract to the content that each reader returns. */
export function contentOf({ blocks, pageCount, warnings }: TextractResult): DocumentContent {
  const index = createLinks(blocks)
  const pages = new Map<number, DocumentContent['pages'][number]['lines']>()
  for (const block of blocks) {
    if (block.BlockType === 'PAGE') linesOf(pages, index.positionOf(block).page)
    if (block.BlockType !== 'LINE') continue
    const { page, confidence, box } = index.positionOf(block)
    linesOf(pages, page).push({ text: block.Text ?? '', confidence, box })
  }
  const found = [...pages.keys()].sort((a, b) => a - b)
  const count = pageCount ?? found.length
  const missing = missingPages(pages, count)
  return {
    text: found
      .map((page) =>
        linesOf(pages, page)
          .map(({ text }) => text)
          .join('\n'),
      )
      .join('\n\n'),
    pageCount: count,
    pages: found.map((page) => ({ page, lines: linesOf(pages, page) })),
    fields: blocks.filter((block) => isKey(block)).map((block) => fieldOf(block, index)),
    tables: tablesOf(blocks, index),
    answers: blocks.filter(({ BlockType }) => BlockType === 'QUERY').flatMap((block) => answersTo(block, index)),
    signatures: blocks.filter(({ BlockType }) => BlockType === 'SIGNATURE').map(index.positionOf),
    warnings: missing.length === 0 ? warnings : [...warnings, { code: 'PAGES_MISSING', pages: missing }],
  }
}

/** Returns the first pages that a result lacks: a service may count more pages than any document has. */
function missingPages(pages: ReadonlyMap<number, Lines>, count: number): number[] {
  const missing: number[] = []
  for (let page = 1; page <= count && missing.length < MOST_MISSING; page += 1) {
    if (!pages.has(page)) missing.push(page)
  }
  return missing
}

type Index = ReturnType<typeof createLinks>
type Lines = DocumentContent['pages'][number]['lines']

function linesOf(pages: Map<number, Lines>, page: number): Lines {
  const lines = pages.get(page) ?? []
  pages.set(page, lines)
  return lines
}

function isKey({ BlockType, EntityTypes = [] }: Block): boolean {
  return BlockType === 'KEY_VALUE_SET' && EntityTypes.includes('KEY')
}

function fieldOf(key: Block, index: Index): DocumentContent['fields'][number] {
  const [value] = index.related(key, 'VALUE')
  const read = value === undefined ? { text: '', isSelected: null } : index.valueOf(value)
  const isEmpty = value === undefined || (read.text === '' && read.isSelected === null)
  return {
    ...index.positionOf(key),
    name: index.valueOf(key).text.replace(/\s*:$/, ''),
    value: isEmpty ? null : { ...read, box: index.positionOf(value).box },
  }
}

function answersTo(query: Block, index: Index): DocumentContent['answers'] {
  const { Text = '', Alias } = query.Query ?? {}
  const answers = index.related(query, 'ANSWER').map((answer) => ({
    ...index.positionOf(answer),
    question: Text,
    name: Alias ?? Text,
    text: answer.Text ?? '',
  }))
  return answers.sort((a, b) => b.confidence - a.confidence)
}
