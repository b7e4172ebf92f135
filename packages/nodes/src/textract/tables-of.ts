import type { Block } from '@aws-sdk/client-textract'
import { TenonError } from '@tenon/core/errors'
import type { DocumentContent } from '@tenon/core/node'
import type { createLinks } from './block-index.ts'

type Index = ReturnType<typeof createLinks>
type Table = DocumentContent['tables'][number]
type Cell = Table['cells'][number]

/** Most rows times columns of a table. */
const MOST_CELLS = 250_000

/** Returns the tables among the blocks. */
export function tablesOf(blocks: readonly Block[], index: Index): DocumentContent['tables'] {
  return blocks.filter(({ BlockType }) => BlockType === 'TABLE').map((table) => tableOf(table, index))
}

function tableOf(table: Block, index: Index): Table {
  const merged = index.related(table, 'MERGED_CELL')
  const covered = new Set(merged.flatMap((cell) => index.related(cell, 'CHILD')))
  const single = index.related(table, 'CHILD').filter((cell) => cell.BlockType === 'CELL' && !covered.has(cell))
  const cells = [
    ...single.map((cell) => cellOf(cell, [cell], index)),
    ...merged.map((cell) => cellOf(cell, index.related(cell, 'CHILD'), index)),
  ].sort((a, b) => a.row - b.row || a.column - b.column)
  const titles = index.related(table, 'TABLE_TITLE').map((title) => index.valueOf(title).text)
  return {
    ...index.positionOf(table),
    title: titles.length === 0 ? null : titles.join(' '),
    rows: rowsOf(cells),
    cells,
  }
}

/** @param parts - The cells that a merged one consists of; the cell itself if it is not merged. */
function cellOf(cell: Block, parts: readonly Block[], index: Index): Cell {
  const values = parts.map(index.valueOf)
  const { confidence, box } = index.positionOf(cell)
  return {
    ...{ row: cell.RowIndex ?? 1, column: cell.ColumnIndex ?? 1 },
    ...{ rowSpan: cell.RowSpan ?? 1, columnSpan: cell.ColumnSpan ?? 1 },
    text: values
      .map(({ text }) => text)
      .filter((text) => text !== '')
      .join(' '),
    isSelected: values.find(({ isSelected }) => isSelected !== null)?.isSelected ?? null,
    isHeader: [cell, ...parts].some(({ EntityTypes = [] }) => EntityTypes.includes('COLUMN_HEADER')),
    confidence,
    box,
  }
}

function rowsOf(cells: readonly Cell[]): string[][] {
  const height = cells.reduce((most, { row, rowSpan }) => Math.max(most, row + rowSpan - 1), 0)
  const width = cells.reduce((most, { column, columnSpan }) => Math.max(most, column + columnSpan - 1), 0)
  if (height * width > MOST_CELLS) {
    throw new TenonError('DOCUMENT_TOO_LARGE', `A table has ${height} rows and ${width} columns`)
  }
  const rows = Array.from({ length: height }, () => Array.from({ length: width }, () => ''))
  for (const { row, column, text } of cells) {
    const texts = rows[row - 1]
    if (texts !== undefined) texts[column - 1] = text
  }
  return rows
}
