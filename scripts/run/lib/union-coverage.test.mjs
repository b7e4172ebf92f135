import istanbul from 'istanbul-lib-coverage'
import { expect, test } from 'vitest'
import { unionCoverage } from './union-coverage.mjs'

/** @param {number} line @param {number} column @param {number} [endColumn] */
const from = (line, column, endColumn = column + 9) => ({
  start: { line, column },
  end: { line, column: endColumn },
})

/**
 * A report on one file: statements on lines 1 and 2, `if` in line 2, `a && b` in line 3.
 *
 * @param {{ statements: number[], arms: number[], operands: number[], end: number }} hits `end` is the column in which
 * its branches end
 */
const reportOf = ({ statements, arms, operands, end }) =>
  istanbul.createCoverageMap({
    'a.ts': {
      path: 'a.ts',
      statementMap: { 0: from(1, 0), 1: from(2, 0) },
      s: { 0: statements[0] ?? 0, 1: statements[1] ?? 0 },
      fnMap: {},
      f: {},
      branchMap: {
        0: { line: 2, type: 'if', loc: from(2, 0, end), locations: [from(2, 0, end), from(2, 0, end)] },
        1: { line: 3, type: 'binary-expr', loc: from(3, 0, end), locations: [from(3, 0), from(3, 5, end)] },
      },
      b: { 0: arms, 1: operands },
    },
  })

test('counts an arm once that two reports cover and map to different ends', () => {
  const units = reportOf({ statements: [1, 0], arms: [1, 0], operands: [1, 0], end: 20 })
  const pages = reportOf({ statements: [1, 1], arms: [0, 3], operands: [2, 0], end: 24 })
  const { lines, branches, files } = unionCoverage([units, pages])
  expect({ lines, branches }).toEqual({ lines: 100, branches: 75 })
  expect(files.get('a.ts')).toEqual({ lines: 100, branches: 75 })
})

test('counts as not covered what no report has run', () => {
  const units = reportOf({ statements: [1, 0], arms: [1, 0], operands: [1, 0], end: 20 })
  expect(unionCoverage([units, units])).toMatchObject({ lines: 50, branches: 50 })
})

test('takes a file that only one report has', () => {
  const pages = reportOf({ statements: [1, 0], arms: [1, 1], operands: [1, 1], end: 20 })
  expect(unionCoverage([istanbul.createCoverageMap({}), pages])).toMatchObject({ lines: 50, branches: 100 })
  expect(unionCoverage([])).toMatchObject({ lines: 100, branches: 100 })
})
