import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { workflowManifest } from '../../test/workflow-types.ts'
import type { WorkflowDocument } from '../document/index.ts'
import { isJsonObject, type Json } from '../json.ts'
import { node, workflow } from '../testing/index.ts'
import { createScopeSchemas } from './index.ts'

const manifest = workflowManifest()
const KEYS = ['p', 'q', 'r']

type Kind = 'set' | 'if-else' | 'fork' | 'join'
const PORTS: Record<Kind, readonly string[]> = {
  set: ['success'],
  join: ['success'],
  'if-else': ['true', 'false'],
  fork: ['a', 'b'],
}

/** A random graph of nodes n0, n1, ... after a trigger; edges lead forward. */
const graphs = fc
  .array(
    fc.record({
      kind: fc.constantFrom<Kind>('set', 'set', 'if-else', 'fork', 'join'),
      key: fc.constantFrom(...KEYS),
      sources: fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 9 },
  )
  .map((drafts): WorkflowDocument => {
    const nodes = [node('start', 'start')]
    const edges = new Set<string>()
    for (const [index, { kind, key, sources }] of drafts.entries()) {
      for (const [from, port] of sources) {
        const source = nodes[from % nodes.length]
        const ports = PORTS[source?.type as Kind] ?? ['success']
        edges.add(`${source?.id}:${ports[port % ports.length]}>n${index}`)
      }
      const params =
        kind === 'set' ? { fields: { [key]: index } } : kind === 'if-else' ? { left: 1, operator: '==' } : {}
      nodes.push(node(`n${index}`, kind, params))
    }
    return workflow(nodes, [...edges])
  })

interface Outcome {
  readonly alive: ReadonlySet<string>
  readonly keysAt: ReadonlyMap<string, ReadonlySet<string>>
}

/** Runs a graph once, with the way that each condition takes. */
function play(document: WorkflowDocument, takesTrue: (id: string) => boolean): Outcome {
  const alive = new Set<string>()
  const before = new Map<string, ReadonlySet<string>>()
  const keysAt = new Map<string, ReadonlySet<string>>()
  const outputs = new Map<string, readonly string[]>()
  for (const { id, type, params } of document.nodes) {
    const arriving = document.edges.filter(({ target }) => target === id)
    before.set(id, new Set(arriving.flatMap(({ source }) => [source, ...(before.get(source) ?? [])])))
    const isTaken = arriving.some(
      ({ source, sourceHandle }) =>
        alive.has(source) && (!/true|false/.test(sourceHandle) || (sourceHandle === 'true') === takesTrue(source)),
    )
    if (!isTaken && type !== 'start') continue
    alive.add(id)
    keysAt.set(id, new Set([...(before.get(id) ?? [])].flatMap((ancestor) => outputs.get(ancestor) ?? [])))
    const fields = isJsonObject(params.fields) ? Object.keys(params.fields) : []
    outputs.set(id, type === 'if-else' ? ['condition'] : fields)
  }
  return { alive, keysAt }
}

function playAll(document: WorkflowDocument): readonly Outcome[] {
  const conditions = document.nodes.filter(({ type }) => type === 'if-else').map(({ id }) => id)
  return Array.from({ length: 2 ** conditions.length }, (_, ways) =>
    play(document, (id) => ((ways >> conditions.indexOf(id)) & 1) === 1),
  )
}

const part = (schema: unknown, key: string): Json => (schema as Record<string, Json>)[key] ?? null

describe('the input of a node', () => {
  test('has every key that its scope says is always there, and no other key than its scope names', () => {
    fc.assert(
      fc.property(graphs, (document) => {
        const scopeOf = createScopeSchemas(document, manifest)
        const outcomes = playAll(document)
        for (const { id } of document.nodes) {
          const { input } = scopeOf(id)
          const named = Object.keys(part(input, 'properties') ?? {})
          for (const { keysAt } of outcomes.filter(({ alive }) => alive.has(id))) {
            expect([...(keysAt.get(id) ?? [])]).toEqual(
              expect.arrayContaining([...(part(input, 'required') as string[])]),
            )
            expect(named).toEqual(expect.arrayContaining([...(keysAt.get(id) ?? [])]))
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  test('names nodes that have surely run only if they have', () => {
    fc.assert(
      fc.property(graphs, (document) => {
        const scopeOf = createScopeSchemas(document, manifest)
        for (const { id } of document.nodes) {
          const sure = part(scopeOf(id).nodes, 'required') as string[]
          for (const { alive } of playAll(document))
            if (alive.has(id)) expect([...alive]).toEqual(expect.arrayContaining([...sure]))
        }
      }),
      { numRuns: 200 },
    )
  })
})
