import { describe, expect, test } from 'vitest'
import { checkWords } from './lib/check-words.mjs'

describe('checkWords', () => {
  test('passes our own words', () => {
    expect(checkWords('a.ts', `export const nodeRun = 1 // canceled\nconst jobs = 2`)).toEqual([])
  })

  test('passes names that are given by others, and words that only look alike', () => {
    const names = ['DEFAULT_TASK_QUEUE', 'FlowNode', 'traceDataFlow', 'overflowing', 'restep', 'Workflow', 'unblocked']
    expect(checkWords('a.ts', names.map((name) => `export const ${name} = 1`).join('\n'))).toEqual([])
  })

  test.each([
    ['a British spelling', `// the run was ${'cancel'}led`, 'say "canceled"'],
    ['a foreign word in an exported name', 'export interface ExecutionLog {}', 'say "run"'],
    ['a foreign word in an exported constant', 'export const jobQueue = 1', 'say "run"'],
    ['a foreign word in the middle of an exported name', 'export function readStepsOf() {}', 'say "node"'],
    ['a foreign word in capitals', 'export const MAX_TASKS = 1', 'say "node"'],
    ['another product in an exported name', 'export interface SlackIntegration {}', 'say "node"'],
    ['a flow that is a workflow', 'export const flowTitle = 1', 'say "workflow"'],
    ['a block that is a node', 'export class TextBlock {}', 'say "node"'],
    ['a control character', `// \u0001a list\u0002`, 'say "the text without control characters"'],
    ['a comment in a comment', `${'// '.repeat(2)}Sorted.`, 'say "//"'],
    ['a foreign word in a text', `const help = 'Add a workflow ${'step'}'`, 'say "node"'],
  ])('catches %s', (_name, text, message) => {
    expect(checkWords('a.ts', text).join('\n')).toContain(message)
  })

  test('catches a file that is named after the verb of its factory', () => {
    for (const name of ['create-redactor.ts', 'build-outline.test.ts', 'make-row.tsx']) {
      const [violation] = checkWords(`packages/core/src/mask/${name}`, '')
      expect(violation).toContain(`"${name}": say "the noun that the factory makes"`)
    }
    expect(checkWords('packages/core/src/create-client.ts', '')).toHaveLength(1)
    const fine = ['core/src/mask/redactor.ts', 'editor/test/build-styles.test.ts', 'core/src/creates.ts']
    for (const path of fine) expect(checkWords(`packages/${path}`, '')).toEqual([])
  })

  describe('in plain English', () => {
    test.each([
      ['a word', "throw new Error('Nobody is signed in')", 'another user'],
      ['an old term', '// the worker tends the run', 'drive'],
      ['a word that opens a docstring', '/** Tells the other processes. */', 'notify'],
      ['a reason', "socket.close(1012, 'The server is going down')", 'continue'],
      ['a literary verb', '/** The value that stands under a key. */', 'is stored'],
      ['a loose position', '/** Returns the value at its place. */', 'path'],
      ['a part of a sentence in a template', `const help = \`\${name} goes on by the port\``, 'continue'],
      ['a text of an element', 'const part = <p>What is left goes on.</p>', 'continue'],
      ['a question in front', '/** Whether a path is ours. */', 'a verb or a noun first'],
      ['a question in front of a comment', '// What is stored stays.', 'a verb or a noun first'],
      ['a question for a parameter', '/**\n * @param text - What to store.\n */', 'a verb or a noun first'],
      ['a question for a result', '/** @returns How many were deleted. */', 'a verb or a noun first'],
      ['a question in front of a long docstring', '/**\n * What a client lacks.\n */', 'a verb or a noun first'],
    ])('catches %s', (_name, text, use) => {
      for (const area of ['core', 'nodes', 'editor', 'runtime', 'server']) {
        expect(checkWords(`packages/${area}/src/a.tsx`, text).join('\n')).toContain(use)
      }
    })

    test('catches a sentence of the guides and of a style sheet, with its line', () => {
      expect(checkWords('docs/guides/a.md', '# Title\n\nThe run goes on.\n')).toEqual([
        'docs/guides/a.md:3 "goes on": say "continue"',
      ])
      expect(checkWords('packages/editor/src/a.css', '.a {}\n/* It stands here. */')).toHaveLength(1)
    })

    test('catches sentences of examples, benches, stories, fixtures, scripts and changesets', () => {
      const others = ['examples/a/b.ts', 'bench/a.ts', 'stories/a.tsx', 'scripts/run/a.mjs']
      for (const path of [...others, 'e2e/fixtures/a.ts', 'packages/core/test/a.ts', 'packages/editor/test/b/a.tsx']) {
        expect(checkWords(path, '// nobody')).toHaveLength(1)
      }
      expect(checkWords('.changeset/a.md', 'The run goes on.')).toHaveLength(1)
    })

    test('catches names in the source and the tests of every package, and outside of the packages', () => {
      const names = 'const settled = []\nconst { letGo } = useDraft()\nexport interface RoomPorts {}'
      for (const area of ['core', 'nodes', 'editor', 'runtime', 'server']) {
        for (const file of ['src/a.ts', 'src/a/b.test.tsx', 'test/a.test.ts', 'scripts/a.mjs']) {
          expect(checkWords(`packages/${area}/${file}`, names)).toHaveLength(3)
        }
      }
      const others = ['bench/lib/a.test.ts', 'e2e/specs/a.spec.ts', 'examples/a/src/b.test.ts', 'stories/a.tsx']
      for (const path of [...others, 'scripts/run/lib/a.test.mjs', 'knip.config.ts']) {
        expect(checkWords(path, names)).toHaveLength(3)
      }
    })

    test.each([
      "test('tells who calls', () => {})",
      "test.each([null])('%s is nobody', () => {})",
      'const somebody = join()',
      '// When the process is told to stop.',
    ])('catches %s in a test', (text) => {
      for (const path of ['packages/server/src/a.test.ts', 'packages/runtime/test/a.test.ts', 'e2e/specs/a.spec.ts']) {
        expect(checkWords(path, text)).toHaveLength(1)
      }
    })

    test.each([
      'const place = 1',
      'const { places } = read()',
      'details: { place }',
      'const at = placeOf(text)',
      'interface FaultPlace {}',
      'const withoutPlaces = 1',
      'const placed = new Set()',
      'const PLACE = { start: 0, end: 0 }',
      "await pen.place('Delay', { x: 300, y: 620 })",
      "test('names the place of a fault', () => {})",
    ])('catches %s, a path or a position', (text) => {
      for (const area of ['core', 'nodes', 'editor', 'runtime', 'server']) {
        expect(checkWords(`packages/${area}/src/a.test.ts`, text)).toEqual([expect.stringContaining('say "path')])
      }
      for (const path of ['bench/a.ts', 'e2e/specs/a.spec.ts', 'scripts/gates/a.test.mjs']) {
        expect(checkWords(path, text)).toEqual([expect.stringContaining('say "path')])
      }
    })

    test('passes the SQL of migrations, and places of the earth in examples', () => {
      const sql = 'export const SQL = `select u.place from unnest($1) with ordinality u (bytes, place)`'
      const migrations = [
        'runtime/src/postgres/migrations/0004-append.ts',
        'server/src/tables/append-draft-function.ts',
      ]
      for (const path of migrations) expect(checkWords(`packages/${path}`, sql)).toEqual([])
      expect(checkWords('packages/server/src/tables/a.ts', sql)).toHaveLength(1)
      expect(checkWords('examples/a/src/b.ts', "const parcel = { place: 'Leipzig' }")).toEqual([])
    })

    test('passes replacements, placeholders, placements and what is changed in place', () => {
      const names = [
        "op: 'place_node'",
        'const placeholder = replaceChild(placement)',
        'placeNodes(updateInPlace)',
        "test('uses the value in place of the marker')",
        "style={{ 'place-items': 'center' }}",
      ]
      expect(checkWords('packages/editor/src/a.tsx', names.join('\n'))).toEqual([])
    })

    test('passes the terms of the field, and code in texts', () => {
      const plain = [
        '/** Notifies the room, and `stands()` listens. @param stood - A standard list. */',
        'const stands = went.on(stood)',
        '/**',
        ' * ```ts',
        " * say('It stands')",
        ' * ```',
        ' */',
        "const state = 'stood'",
      ].join('\n')
      expect(checkWords('bench/a.ts', plain)).toEqual([])
      expect(checkWords('docs/guides/a.md', '```ts\n// nobody\n```\n')).toEqual([])
    })
  })
})
