import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { readArguments } from './lib/arguments.ts'
import { observeMachine } from './lib/machine.ts'
import { measureRow } from './lib/measure.ts'
import { insertReport, type Report, reportText } from './lib/report.ts'
import type { Row, RowResult } from './lib/row.ts'
import { rows } from './rows/index.ts'

/** File descriptor of the report: standard output, unless the caller passes another one. */
const REPORT_FD = Number(process.env['TENON_BENCH_REPORT_FD'] ?? 1)

async function main(): Promise<number> {
  const order = readArguments(
    process.argv.slice(2),
    rows.map(({ id }) => id),
  )
  if (order.kind === 'refused') {
    console.error(order.reason)
    return 2
  }
  const describeMachine = observeMachine()
  const measured: RowResult[] = []
  const failures: string[] = []
  for (const row of rows.filter(({ id }) => order.ids.includes(id))) {
    const failure = await attempt(row, measured)
    if (failure !== null) failures.push(failure)
  }
  const report: Report = { machine: describeMachine(), date: new Date().toISOString(), rows: measured }
  writeFileSync(REPORT_FD, order.format === 'json' ? jsonOf(report) : reportText(report))
  if (order.report !== null && failures.length === 0) writeReport(order.report, report)
  for (const failure of failures) console.error(`NOT MEASURED: ${failure}`)
  return failures.length === 0 ? 0 : 1
}

/** Measures a row; returns why it could not. */
async function attempt(row: Row, measured: RowResult[]): Promise<string | null> {
  const from = Date.now()
  console.error(`${row.id}: ${row.title}`)
  const lacking = (await row.missing?.()) ?? null
  if (lacking !== null) return `${row.id}: ${lacking}`
  try {
    measured.push(await measureRow(row, (line) => console.error(line)))
    console.error(`  ${row.id} took ${Math.round((Date.now() - from) / 1000)} s`)
    return null
  } catch (error) {
    return `${row.id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  }
}

function writeReport(path: string, report: Report): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.json`, jsonOf(report))
  const markdown = existsSync(`${path}.md`) ? readFileSync(`${path}.md`, 'utf8') : ''
  writeFileSync(`${path}.md`, insertReport(markdown, report))
}

function jsonOf(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`
}

// Native parts of Temporal's SDK may stay behind.
process.exit(await main())
