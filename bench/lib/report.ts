import type { Machine } from './machine.ts'
import type { RowResult } from './row.ts'

/** Everything that one call of the bench has found. */
export interface Report {
  readonly machine: Machine
  /** ISO 8601. */
  readonly date: string
  readonly rows: readonly RowResult[]
}

const BEGIN = '<!-- bench: begin -->'
const END = '<!-- bench: end -->'
const HEAD = ['row', 'what', 'value', 'floor', 'ratio', 'better', 'must', 'rounds']

/** The report as people read it: what it ran on, and a Markdown table that lines up in a terminal, too. */
export function reportText({ machine, date, rows }: Report): string {
  const { cpu, cores, memoryGb, system, node, loadAtStart, loadAtEnd } = machine
  const machineText = `${cpu}, ${cores} cores, ${memoryGb} GB, ${system}, Node.js ${node}`
  const table = tableOf([HEAD, ...rows.map(cellsOf)])
  return `${date}, ${machineText}; load ${loadAtStart} at the start, ${loadAtEnd} at the end.\n\n${table}\n`
}

/**
 * Puts a report between its marks in a Markdown text, in place of the one that is there.
 *
 * @returns The new text; one without marks gets them at its end.
 */
export function insertReport(markdown: string, report: Report): string {
  const section = `${BEGIN}\n\n${reportText(report)}\n${END}`
  const [begin, end] = [markdown.indexOf(BEGIN), markdown.indexOf(END)]
  if (begin === -1 || end < begin) return `${markdown.trimEnd()}\n\n${section}\n`.trimStart()
  return markdown.slice(0, begin) + section + markdown.slice(end + END.length)
}

function cellsOf(row: RowResult): readonly string[] {
  const { id, title, value, unit, baseline, ratio, better, must, samples } = row
  return [
    `\`${id}\``,
    title,
    `${figure(value)} ${unit}`,
    baseline === null ? '—' : `${figure(baseline)} ${unit}`,
    ratio === null ? '—' : figure(ratio),
    better,
    must === null ? '—' : `${better === 'lower' ? '≤' : '≥'} ${figure(must)}`,
    String(samples.length),
  ]
}

/** Three digits that say something, without an exponent. */
function figure(value: number): string {
  if (value === 0 || Math.abs(value) >= 1_000) return String(Math.round(value))
  return String(Number(value.toPrecision(3)))
}

function tableOf(lines: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)))
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = lines
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}
