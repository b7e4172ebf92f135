import { describe, expect, test } from 'vitest'
import { readArguments } from './arguments.ts'

const KNOWN = ['durable-node', 'durable-node-pure', 'drag-frames-100', 'drag-frames-500']
const read = (line: string) => readArguments(line.split(' ').filter(Boolean), KNOWN)

describe('readArguments', () => {
  test('means every row when none is named', () => {
    expect(read('')).toEqual({ kind: 'measure', ids: KNOWN, format: 'table', report: null })
  })

  test.each([
    ['drag-frames-500', ['drag-frames-500']],
    ['drag', ['drag-frames-100', 'drag-frames-500']],
    ['durable-node', ['durable-node']],
    ['drag-frames-500 durable-node-pure', ['durable-node-pure', 'drag-frames-500']],
  ])('takes %s for %j, in the order of the bench', (line, ids) => {
    expect(read(line)).toMatchObject({ ids })
  })

  test('takes flags before and after names', () => {
    expect(read('--json drag-frames-100')).toMatchObject({ ids: ['drag-frames-100'], format: 'json' })
    expect(read('drag --report docs/x --json')).toMatchObject({ format: 'json', report: 'docs/x' })
  })

  test.each([
    ['dragon', 'There is no row "dragon"'],
    ['drag dragon', 'There is no row "dragon"'],
    ['--yaml', 'There is no flag --yaml'],
    ['drag --report', '--report needs a path'],
  ])('refuses %s and names the rows', (line, problem) => {
    const order = read(line)
    expect(order).toMatchObject({ kind: 'refused', reason: expect.stringContaining(problem) })
    for (const id of KNOWN) expect(JSON.stringify(order)).toContain(id)
  })
})
