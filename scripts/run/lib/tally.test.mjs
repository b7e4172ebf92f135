import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { addTallies, tallyPlaywright, tallyVitest } from './tally.mjs'

/** @param {object} report */
function saved(report) {
  const folder = mkdtempSync(join(tmpdir(), 'tenon-tally-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'report.json'), JSON.stringify(report))
  return join(folder, 'report.json')
}

/** @param {string} title @param {string} status @param {string[]} ancestorTitles */
const one = (title, status, ...ancestorTitles) => ({ title, status, ancestorTitles })
/** @param {string} name @param {object[]} assertionResults */
const suite = (name, ...assertionResults) => ({ name: `/r/packages/${name}`, status: 'passed', assertionResults })

describe('tallyVitest', () => {
  test('says what ran on what', () => {
    const file = saved({
      testResults: [
        suite(
          'runtime/src/engines/temporal/temporal.test.ts',
          one('runs', 'passed', 'Engine contract: Temporal', 'flow'),
        ),
        suite('runtime/src/store/appender.test.ts', one('appends', 'passed', 'createAppender on PGlite'), {
          ...one('appends', 'failed', 'createAppender on Postgres'),
          failureMessages: ['Error: late\n    at x'],
        }),
        suite('editor/test/browser/canvas.test.ts', one('pans', 'passed'), one('zooms', 'passed')),
        suite('core/src/json.test.ts', one('parses', 'passed', 'parse')),
      ],
    })
    expect(tallyVitest(file, '/r')).toEqual({
      passed: 5,
      failed: ['packages/runtime/src/store/appender.test.ts > createAppender on Postgres > appends: Error: late'],
      skipped: [],
      ranOn: new Map([
        ['engine contract: Temporal', 1],
        ['store, commit and dispatch on PGlite', 1],
        ['store, commit and dispatch on Postgres', 1],
        ["Chromium: the editor's own pages", 2],
        [expect.stringContaining('no engine'), 1],
      ]),
    })
  })

  test('names what was skipped, also where a file only says that something is missing', () => {
    const file = saved({
      testResults: [
        suite('a.test.ts', one('x', 'pending', 'A'), one('y', 'skipped'), one('z', 'todo')),
        suite('b.test.ts', one('Temporal is missing: nothing in this file was tested', 'passed')),
      ],
    })
    expect(tallyVitest(file, '/r')).toMatchObject({
      passed: 0,
      skipped: [
        'packages/a.test.ts > A > x',
        'packages/a.test.ts > y',
        'packages/a.test.ts > z',
        'packages/b.test.ts > Temporal is missing: nothing in this file was tested',
      ],
    })
  })

  test('a file that breaks before its first test has failed', () => {
    const broken = { name: '/r/a.test.ts', status: 'failed', message: 'Cannot find b', assertionResults: [] }
    expect(tallyVitest(saved({ testResults: [broken] }), '/r').failed).toEqual(['a.test.ts: Cannot find b'])
  })

  test('counts nothing without a report', () => {
    expect(tallyVitest('/nowhere/report.json', '/r')).toEqual({ passed: 0, failed: [], skipped: [], ranOn: new Map() })
  })
})

describe('tallyPlaywright', () => {
  test('counts by the engine of the host; a flaky test has failed', () => {
    /** @param {string} projectName @param {string} status */
    const ran = (projectName, status) => ({ projectName, status, results: [{ error: { message: `is ${status}` } }] })
    const file = saved({
      suites: [
        {
          title: 'a.spec.ts',
          specs: [{ title: 'signs in', tests: [ran('embedded', 'expected'), ran('temporal', 'flaky')] }],
          suites: [{ title: 'offline', specs: [{ title: 'converges', tests: [ran('embedded', 'skipped')] }] }],
        },
      ],
    })
    const tally = tallyPlaywright(file)
    expect(tally).toMatchObject({
      passed: 1,
      failed: ['e2e > temporal > a.spec.ts > signs in: is flaky'],
      skipped: ['e2e > embedded > a.spec.ts > offline > converges'],
    })
    expect(addTallies([tally, tally]).ranOn).toEqual(
      new Map([
        ['Chromium: the demo host, engine embedded', 2],
        ['Chromium: the demo host, engine temporal', 2],
      ]),
    )
  })
})
