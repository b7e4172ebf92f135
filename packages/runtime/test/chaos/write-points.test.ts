import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { KILLED_WRITES, OTHER_WRITES, PROCESS_LABELS } from './write-points.ts'

const SOURCES = join(import.meta.dirname, '../../src')
const IGNORED = /\.test\.ts$|^testing\/|^postgres\/migrations\//
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/.*$/gm
const BUILT = /\.(insertInto|updateTable|deleteFrom)\(\s*'(\w+)'/g
const RAW =
  /\b(insert|delete|update)(?: into| from)? \$\{(?:sql\.table\(`\$\{schema\}\.(\w+)`\)|table\('(\w+)'\)|(\w+))\}/g
const VERBS: Readonly<Record<string, string>> = { insertInto: 'insert', updateTable: 'update', deleteFrom: 'delete' }

/** Finds the writes in a source, as `verb table`. */
function writesIn(source: string): readonly string[] {
  const code = source.replace(COMMENT, '')
  const built = [...code.matchAll(BUILT)].map(([, verb = '', table]) => `${VERBS[verb]} ${table}`)
  const raw = [...code.matchAll(RAW)].map(
    ([, verb, ...tables]) => `${verb} ${tables.find((each) => each !== undefined)}`,
  )
  return [...built, ...raw]
}

test('each write of the sources has a label at which a process is killed, or a reason', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'))
  const found = files
    .filter((path) => path.endsWith('.ts') && !IGNORED.test(path))
    .flatMap((path) => writesIn(readFileSync(join(SOURCES, path), 'utf8')).map((write) => `${path}: ${write}`))
  expect(found.length).toBeGreaterThan(60)
  const listed = [...Object.keys(KILLED_WRITES), ...Object.keys(OTHER_WRITES)]
  expect([...new Set(found)].sort()).toEqual(listed.sort())
  expect(Object.values(KILLED_WRITES).filter((label) => !PROCESS_LABELS.includes(label))).toEqual([])
  expect(PROCESS_LABELS.length).toBeGreaterThanOrEqual(40)
})

test('each test that a reason names exists', () => {
  const named = Object.values(OTHER_WRITES).flatMap((reason) => reason.match(/[\w-]+\.test\.ts/g) ?? [])
  expect(named.length).toBeGreaterThan(3)
  const packages = join(SOURCES, '../..')
  const tests = ['runtime/src', 'runtime/test', 'server/test'].flatMap((folder) =>
    readdirSync(join(packages, folder), { recursive: true, encoding: 'utf8' }).map((path) => basename(path)),
  )
  expect(named.filter((name) => !tests.includes(name))).toEqual([])
})

test('a write without a label is found', () => {
  expect(writesIn("tx.insertInto('runs')")).toEqual(['insert runs'])
  expect(writesIn("// tx.insertInto('runs')")).toEqual([])
})
