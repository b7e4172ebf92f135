import type { NodeId, Position } from '@tenon/core/document'
import type { LayoutGraph } from './layout-provider.ts'

/** Gap between two rows; the edge that leads back to the next row runs through it. */
const ROW_GAP = 72
/** Width of an arrangement in relation to its height, near that of a screen. */
const ASPECT = 1.8
/** Least number of columns that are broken into rows; shorter layouts are readable in one row. */
const LEAST_COLUMNS = 12

interface Column {
  readonly ids: NodeId[]
  readonly left: number
  right: number
}

/**
 * Breaks a long layout into rows, like a text into lines.
 *
 * Breaks are only between columns that a single edge crosses, so that branches are not split; without such a column,
 * the row continues.
 *
 * @param positions - Upper left corners, in columns from left to right.
 */
export function wrapRows(graph: LayoutGraph, positions: ReadonlyMap<NodeId, Position>): ReadonlyMap<NodeId, Position> {
  const sizes = new Map(graph.nodes.map((node) => [node.id, node]))
  const columns = columnsOf(graph, positions)
  if (columns.length <= LEAST_COLUMNS) return positions
  const columnOf = new Map(columns.flatMap(({ ids }, index) => ids.map((id) => [id, index] as const)))
  const crossing = crossingEdges(graph, columnOf, columns.length)
  const top = Math.min(...[...positions.values()].map(({ y }) => y))
  const height = Math.max(...[...positions].map(([id, { y }]) => y + (sizes.get(id)?.height ?? 0))) - top + ROW_GAP
  const width = (columns.at(-1)?.right ?? 0) - (columns[0]?.left ?? 0)
  const target = Math.max(Math.sqrt(width * height * ASPECT), width / Math.ceil(columns.length / 4))
  const rows = rowsOf(columns, crossing, target)
  if (rows.length === 1) return positions
  const moved = new Map<NodeId, Position>()
  let y = 0
  for (const row of rows) {
    const ids = row.flatMap((column) => column.ids)
    const left = row[0]?.left ?? 0
    const rowTop = Math.min(...ids.map((id) => positions.get(id)?.y ?? 0))
    let bottom = y
    for (const id of ids) {
      const position = positions.get(id) ?? { x: 0, y: 0 }
      const next = { x: position.x - left, y: position.y - rowTop + y }
      moved.set(id, next)
      bottom = Math.max(bottom, next.y + (sizes.get(id)?.height ?? 0))
    }
    y = Math.ceil((bottom + ROW_GAP) / 10) * 10
  }
  return moved
}

/** Groups cards into columns: those that overlap in reading direction. */
function columnsOf(graph: LayoutGraph, positions: ReadonlyMap<NodeId, Position>): Column[] {
  const boxes = graph.nodes
    .flatMap(({ id, width }) => {
      const position = positions.get(id)
      return position === undefined ? [] : [{ id, left: position.x, right: position.x + width }]
    })
    .sort((a, b) => a.left - b.left)
  const columns: Column[] = []
  for (const { id, left, right } of boxes) {
    const last = columns.at(-1)
    if (last === undefined || left >= last.right) columns.push({ ids: [id], left, right })
    else {
      last.ids.push(id)
      last.right = Math.max(last.right, right)
    }
  }
  return columns
}

/** Counts the edges that cross from a column or an earlier one to a later one, by the index of the column. */
function crossingEdges(graph: LayoutGraph, columnOf: ReadonlyMap<NodeId, number>, count: number): readonly number[] {
  const steps = new Array<number>(count + 1).fill(0)
  for (const { source, target } of graph.edges) {
    const from = columnOf.get(source)
    const to = columnOf.get(target)
    if (from === undefined || to === undefined || from === to) continue
    const [low, high] = from < to ? [from, to] : [to, from]
    steps[low] = (steps[low] ?? 0) + 1
    steps[high] = (steps[high] ?? 0) - 1
  }
  let open = 0
  return steps.map((step) => {
    open += step
    return open
  })
}

function rowsOf(
  columns: readonly Column[],
  crossing: readonly number[],
  target: number,
): readonly (readonly Column[])[] {
  const rows: Column[][] = [[]]
  let left = columns[0]?.left ?? 0
  for (const [index, column] of columns.entries()) {
    rows.at(-1)?.push(column)
    const next = columns[index + 1]
    if (next === undefined || (crossing[index] ?? 0) > 1 || next.right - left <= target) continue
    rows.push([])
    left = next.left
  }
  return rows
}
