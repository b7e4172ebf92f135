import { describe, expect, test } from 'vitest'
import { observeMachine } from './machine.ts'
import { insertReport, type Report, reportText } from './report.ts'
import type { RowResult } from './row.ts'

const row: RowResult = {
  id: 'durable-node',
  title: 'A node',
  value: 2.34567,
  unit: 'ms',
  baseline: 1.5,
  ratio: 1.5638,
  must: null,
  aim: null,
  better: 'lower',
  samples: [{ value: 2.34567, baseline: 1.5 }],
}
const count: RowResult = { ...row, id: 'events', value: 6, unit: 'events', baseline: null, ratio: null, must: 7 }

const report: Report = {
  machine: {
    ...{ cpu: 'A processor', cores: 2, memoryGb: 8, system: 'Linux 6', node: 'v20.20.2' },
    ...{ loadAtStart: 0.25, loadAtEnd: 1.5 },
  },
  date: '2026-11-24T00:00:00.000Z',
  rows: [row, { ...row, id: 'runs', value: 12_345.6, better: 'higher' }, count],
}

describe('reportText', () => {
  test('is a table of short figures below what it ran on', () => {
    expect(reportText(report)).toBe(
      [
        '2026-11-24T00:00:00.000Z, A processor, 2 cores, 8 GB, Linux 6, Node.js v20.20.2; load 0.25 at the start, 1.5 at the end.',
        '',
        '| row            | what   | value    | floor  | ratio | better | must | rounds |',
        '| -------------- | ------ | -------- | ------ | ----- | ------ | ---- | ------ |',
        '| `durable-node` | A node | 2.35 ms  | 1.5 ms | 1.56  | lower  | —    | 1      |',
        '| `runs`         | A node | 12346 ms | 1.5 ms | 1.56  | higher | —    | 1      |',
        '| `events`       | A node | 6 events | —      | —     | lower  | ≤ 7  | 1      |',
        '',
      ].join('\n'),
    )
  })
})

describe('insertReport', () => {
  const old = 'Before\n\n<!-- bench: begin -->\nold figures\n<!-- bench: end -->\n\nAfter\n'

  test('replaces the text between the marks and leaves the rest', () => {
    const text = insertReport(old, report)
    expect(text).toMatch(/^Before\n\n<!-- bench: begin -->\n\n2026-/)
    expect(text).toMatch(/<!-- bench: end -->\n\nAfter\n$/)
    expect(text).not.toContain('old figures')
  })

  test('changes nothing when it is done again', () => {
    expect(insertReport(insertReport(old, report), report)).toBe(insertReport(old, report))
  })

  test('adds the marks where there are none', () => {
    expect(insertReport('# Bench\n', report)).toMatch(/^# Bench\n\n<!-- bench: begin -->\n/)
    expect(insertReport('', report)).toMatch(/^<!-- bench: begin -->\n/)
  })
})

describe('observeMachine', () => {
  test('says what the figures were made on', () => {
    const machine = observeMachine()()
    expect(machine.cores).toBeGreaterThan(0)
    expect(machine.node).toBe(process.version)
    expect(machine.loadAtStart).toBeGreaterThanOrEqual(0)
  })
})
