import { EMPTY_DOCUMENT, edgeId } from '@tenon/core/document'
import { typecheckTemplate } from '@tenon/core/expression'
import { describe, expect, test, vi } from 'vitest'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { en } from '../messages/en/index.ts'
import { createTranslate } from '../messages/format.ts'
import { acceptDocument, createEditorStore, select } from '../store/editor-store.ts'
import { startLiveProblems, toProblems } from './live-problems.ts'

const eventually = <Value>(check: () => Value | Promise<Value>) => vi.waitFor(check, 20_000)

const t = createTranslate(en, 'en')

describe('toProblems', () => {
  const names = new Map([['a', 'Mail']])

  test('errors come first, and the name of the node is not repeated', () => {
    const problems = toProblems(
      [
        { code: 'W', severity: 'warning', message: 'Mail: may be missing', nodeId: 'a' },
        { code: 'E', severity: 'error', message: 'Nothing starts this workflow' },
      ],
      names,
      t,
    )
    expect(problems.map(({ message }) => message)).toEqual(['Nothing starts this workflow', 'May be missing'])
  })

  test('other nodes are called by their names', () => {
    const [problem] = toProblems(
      [{ code: 'R', severity: 'error', message: 'nodes.a.output.city is not declared', nodeId: 'b' }],
      names,
      t,
    )
    expect(problem?.message).toBe('Mail › city is not declared')
  })

  test('texts of the host replace those of the validator by code, with the names in them', () => {
    const german = {
      ...en,
      'problem.DEAD_END': '„{node}“ führt nirgends hin ({field})',
      'fix.CONNECT_TO_END': 'Mit „{end}“ verbinden',
      'problem.OTHER': 'Fehler: {message}',
      'problem.INPUT_FULL': 'Der Eingang „{input}“ nimmt {maximum, plural, one {eine Kante} other {# Kanten}}',
    }
    const fix = { code: 'CONNECT_TO_END', values: { end: 'Done' }, title: 'Connect to "Done"', operations: [] }
    const problems = toProblems(
      [
        { code: 'DEAD_END', severity: 'error', message: 'm', nodeId: 'a', path: ['policy', 'join'], fix },
        { code: 'INPUT_FULL', severity: 'error', message: 'm', values: { input: 'Mail', maximum: 2 } },
        { code: 'OTHER', severity: 'error', message: 'nodes.a.output.city is not declared' },
      ],
      names,
      createTranslate(german, 'de'),
    )
    expect(problems.map(({ message }) => message)).toEqual([
      '„Mail“ führt nirgends hin (policy.join)',
      'Der Eingang „Mail“ nimmt 2 Kanten',
      'Fehler: Mail › city is not declared',
    ])
    expect(problems[0]?.fixes).toEqual([{ title: 'Mit „Done“ verbinden', operations: [] }])
  })

  test('texts for problems of expressions choose their form by the reason, and name kinds in the language', () => {
    const german = {
      ...en,
      'schema.type.string': 'Text',
      'schema.type.null': 'kein Wert',
      'problem.EXPRESSION_PATH_MISSING': '{path} fehlt',
      'problem.EXPRESSION_TYPE':
        '{param}: {reason, select, never {{user} braucht {wanted}, nicht {given}} never_equal {{left} ist nie {right}} other {{message}}}',
    }
    const issue = { code: 'EXPRESSION_TYPE', severity: 'error', message: 'm' } as const
    const problems = toProblems(
      [
        {
          ...issue,
          values: { param: 'To', reason: 'never', user: 'trim (text)', wanted: 'text', given: 'null, date' },
        },
        { ...issue, values: { param: 'To', reason: 'never_equal', left: 'text', right: 'list' } },
        { ...issue, values: { param: 'To', reason: 'newer' } },
        { ...issue, code: 'EXPRESSION_PATH_MISSING', values: { param: 'To', path: 'nodes.a.output.city' } },
      ],
      names,
      createTranslate(german, 'de'),
    )
    expect(problems.map(({ message }) => message)).toEqual([
      'To: trim (text) braucht Text, nicht kein Wert, date',
      'To: Text ist nie list',
      'To: m',
      'Mail › city fehlt',
    ])
  })

  test('texts for syntax faults name in the language what was found and expected', () => {
    const german = {
      ...en,
      'schema.type.string': 'Text',
      'syntax.operator': 'Operator',
      'syntax.end': 'Ende',
      'syntax.keyOrIndex': 'Schlüssel oder Index',
      'problem.EXPRESSION_SYNTAX':
        '{reason, select, unexpected {{found} statt {expected}} unfinished {{expected} fehlt} foreign_operator {{right} statt {wrong}} other {{message}}}',
    }
    const inGerman = (...expressions: string[]) => {
      const issues = expressions.flatMap((expression) => typecheckTemplate(expression, {}).problems)
      // Fixes of a template are not yet those of a document.
      const listed = issues.map(({ fix: _fix, ...issue }) => issue)
      return toProblems(listed, names, createTranslate(german, 'de')).map(({ message }) => message)
    }
    expect(inGerman('{{ a text }}', '{{ 1 "x" }}', '{{ a. }}', '{{ (1 }}', '{{ [1 2] }}', '{{ 1 === 1 }}')).toEqual([
      '"text" statt Operator, }}',
      'Text statt Operator, }}',
      'Schlüssel oder Index fehlt',
      ') fehlt',
      'number statt ,',
      '== statt ===',
    ])
    expect(inGerman('{{ 1a }}')).toEqual(['A number cannot be followed directly by a name'])
  })

  test('two faults of one field have ids of their own that stay', () => {
    const issue = { code: 'X', severity: 'error', message: 'm', nodeId: 'a', path: ['params', 'text'] } as const
    const ids = () => toProblems([issue, issue], names, t).map(({ id }) => id)
    expect(new Set(ids()).size).toBe(2)
    expect(ids()).toEqual(ids())
  })
})

describe('startLiveProblems', () => {
  const step = (id: string, params = {}) => ({
    id,
    type: 'step',
    typeVersion: 1,
    name: id,
    params,
    position: { x: 0, y: 0 },
  })
  const ends = { source: 'start', sourceHandle: 'success', target: 'old', targetHandle: 'in' }
  const document = {
    ...EMPTY_DOCUMENT,
    nodes: [{ ...step('start'), type: 'start' }, step('old'), step('new')],
    edges: [{ id: edgeId(ends), ...ends }],
  }

  function start() {
    const store = createEditorStore({ manifest: createManifestIndex(SMALL_MANIFEST), phase: { kind: 'ready' } })
    acceptDocument(store, document)
    select(store, ['new'])
    store.setState({ freshNodes: new Set(['new']) })
    const withProblems = () => [...new Set(store.getState().problems.flatMap(({ nodeId }) => nodeId ?? []))].sort()
    return { store, withProblems, stop: startLiveProblems(store, () => t) }
  }

  test('says nothing of what a node lacks that was just added, until it is left', async () => {
    const { store, withProblems, stop } = start()
    await eventually(() => expect(withProblems()).toEqual(['old']))
    expect(store.getState().problemCounts.has('new')).toBe(false)
    select(store, ['old'])
    expect(withProblems()).toEqual(['new', 'old'])
    expect(store.getState().problemCounts.get('new')?.severity).toBe('error')
    stop()
  })

  test('says nothing of the key of a setting that was just turned on, until its field is left', async () => {
    const { store, stop } = start()
    const messages = () =>
      store.getState().problems.flatMap(({ field, message }) => (field.length === 3 ? message : []))
    select(store, [])
    store.setState({ freshSetting: 'dedupe.key' })
    acceptDocument(store, {
      ...document,
      settings: { dedupe: { key: '', window: '5m' }, rate: { limit: 1, interval: '0s' } },
    })
    // The name of the settings is that of the panel.
    const interval = 'The interval of starts must be 1 second to 30 days'
    await eventually(() => expect(messages()).toEqual([interval]))
    store.setState({ freshSetting: null })
    expect(messages()).toEqual([interval, expect.stringMatching(/^The key of a request is empty; write what it reads/)])
    store.setState({ freshSetting: 'dedupe.key' })
    expect(messages()).toEqual([interval])
    select(store, ['old'])
    expect(messages()).toHaveLength(2)
    stop()
  })

  test('says all of it before a version is published', async () => {
    const { store, withProblems, stop } = start()
    await eventually(() => expect(withProblems()).toEqual(['old']))
    store.setState({ openPanel: 'publish' })
    expect(withProblems()).toEqual(['new', 'old'])
    stop()
  })

  test('says at once what is wrong with a value that was entered', async () => {
    const { store, withProblems, stop } = start()
    await eventually(() => expect(withProblems()).toEqual(['old']))
    const nodes = document.nodes.map((node) => (node.id === 'new' ? step('new', { text: '{{ 1 + }}' }) : node))
    acceptDocument(store, { ...document, nodes })
    await eventually(() => expect(withProblems()).toEqual(['new', 'old']))
    stop()
  })
})
