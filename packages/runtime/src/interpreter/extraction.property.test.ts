import {
  applyOperations,
  edgeId,
  type JsonObject,
  type WorkflowDocument,
  type WorkflowNode,
} from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { planExtraction } from '@tenon/core/validate'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryTape } from './testing/arbitrary-tape.ts'
import { EXTRACTION_MANIFEST } from './testing/extraction-manifest.ts'
import { runDocument } from './testing/run-document.ts'
import { type Tape, tapeOf } from './testing/tape.ts'

interface Exit {
  readonly source: string
  readonly sourceHandle: string
}

interface Draft {
  readonly tape: Tape
  readonly nodes: WorkflowNode[]
  readonly edges: { readonly source: string; readonly sourceHandle: string; readonly target: string }[]
}

const KEYS = ['a', 'b', 'c', 'status', 'output'] as const
const pickFrom = <Item>(tape: Tape, items: readonly Item[]): Item => items[tape.next(items.length)] as Item

/** Returns a template that a node at the end of the draft may read; some of them fail. */
function randomRead({ tape, nodes }: Draft, isInLoop: boolean): string {
  const key = pickFrom(tape, KEYS)
  const other = pickFrom(tape, nodes).id
  const loop = isInLoop ? ['{{ item }}', 'at {{ index }}', '{{ item ?? input.a }}'] : []
  return pickFrom(tape, [
    '{{ input.a }}',
    '{{ input.a }}{{ trigger.a }}',
    `{{ input.${key} ?? 0 }}`,
    `{{ input?.${key} }}`,
    `{{ input["${key}"] ?? trigger?.${key} ?? "none" }}`,
    `{{ nodes.${other}.output }}`,
    `{{ nodes.${other}.output.${key} ?? 1 }}`,
    `{{ nodes["${other}"].output?.${key} }}`,
    '{{ vars.v }}',
    '{{ trigger }}',
    ...(tape.next(4) === 0 ? ['{{ input }}', `{{ input.${key} }}`] : []),
    ...loop,
    ...loop,
  ])
}

function add(draft: Draft, type: string, from: readonly Exit[], params: JsonObject, parentId?: string): string {
  const id = `n${draft.nodes.length}`
  draft.nodes.push(node(id, type, params, parentId === undefined ? {} : { parentId }))
  draft.edges.push(...from.map((exit) => ({ ...exit, target: id })))
  return id
}

const success = (source: string): Exit => ({ source, sourceHandle: 'success' })

function addSet(draft: Draft, from: readonly Exit[], parentId?: string): Exit {
  const { tape } = draft
  const fields: Record<string, string> = {}
  for (let count = tape.next(3); count >= 0; count -= 1) {
    fields[pickFrom(tape, KEYS)] = randomRead(draft, parentId !== undefined)
  }
  return success(add(draft, tape.next(5) === 0 ? 'open' : 'set', from, { fields }, parentId))
}

function grow(draft: Draft, from: Exit, depth: number, parentId?: string): Exit {
  const { tape } = draft
  let exit = from
  for (let count = 1 + tape.next(3); count > 0; count -= 1) {
    const kind = depth > 1 ? 0 : tape.next(7)
    if (kind < 4) exit = addSet(draft, [exit], parentId)
    else if (kind === 4) {
      const when = tape.next(2) === 0 ? '{{ input.a == 1 }}' : `{{ input.b == ${tape.next(3)} }}`
      const source = add(draft, 'if-else', [exit], { when }, parentId)
      const ports = tape.next(4) === 0 ? ['true'] : ['true', 'false']
      const exits = ports.map((sourceHandle) => grow(draft, { source, sourceHandle }, depth + 1, parentId))
      exit = addSet(draft, exits, parentId)
    } else if (kind === 5) {
      const source = add(draft, 'fork', [exit], { branches: [{ id: 'x' }, { id: 'y' }] }, parentId)
      const exits = ['x', 'y'].map((sourceHandle) => grow(draft, { source, sourceHandle }, depth + 1, parentId))
      exit = success(add(draft, 'join', exits, {}, parentId))
    } else {
      const loop = add(draft, 'each', [exit], { items: [1, 2] }, parentId)
      const first = addSet(draft, [], loop)
      grow(draft, first, depth + 1, loop)
      exit = success(loop)
    }
  }
  return exit
}

function randomDocument(tape: Tape): WorkflowDocument {
  const draft: Draft = { tape, nodes: [], edges: [] }
  const inputSchema = { type: 'object', properties: { a: { type: 'number' }, b: {} }, required: ['a'] }
  const start = add(draft, 'start', [], { inputSchema: { ...inputSchema, additionalProperties: tape.next(2) === 0 } })
  const exit = grow(draft, success(start), 0)
  const read = randomRead(draft, false)
  const later = tape.next(2) === 0 ? exit : addSet(draft, [exit])
  add(draft, 'end', [later], tape.next(2) === 0 ? {} : { output: { read, also: '{{ input.c ?? input }}' } })
  const edges = draft.edges.map((ends) => {
    const edge = { ...ends, targetHandle: 'in' }
    return { ...edge, id: edgeId(edge) }
  })
  return workflow(draft.nodes, edges, { variables: [{ name: 'v', value: 7 }] })
}

/** Selects nodes of one level that follow each other. */
function randomSelection({ nodes }: WorkflowDocument, tape: Tape): readonly string[] {
  const inside = nodes.filter(({ type }) => type !== 'start' && type !== 'end')
  const { parentId } = pickFrom(tape, inside)
  const level = inside.filter((each) => each.parentId === parentId)
  const first = tape.next(level.length)
  return level.slice(first, first + 1 + tape.next(6)).map(({ id }) => id)
}

/** Returns a plan for the first of a few random selections that has one. */
function firstPlan(document: WorkflowDocument, tape: Tape) {
  for (let attempts = 6; attempts > 0; attempts -= 1) {
    const nodeIds = randomSelection(document, tape)
    const plan = planExtraction(document, EXTRACTION_MANIFEST, { nodeIds, name: 'Part' })
    if (plan.ok) return plan
  }
  return null
}

test('an extracted workflow and the rest compute what the whole has computed', () => {
  const counts = { extracted: 0, completed: 0, withFields: 0 }
  fc.assert(
    fc.property(arbitraryTape, (cells) => {
      const tape = tapeOf(cells)
      const document = randomDocument(tape)
      const plan = firstPlan(document, tape)
      if (plan === null) return
      const { extraction } = plan
      const after = applyOperations(document, extraction.operations('part'))
      const children = new Map([['part', extraction.document]])
      for (const input of [{ a: 1, b: 2 }, { a: 1 }, { a: 2, b: 'x' }]) {
        const whole = runDocument(document, EXTRACTION_MANIFEST, input)
        const parts = runDocument(after, EXTRACTION_MANIFEST, input, children)
        expect(parts.status).toBe(whole.status)
        if (whole.status !== 'completed') continue
        expect(parts.output).toEqual(whole.output)
        counts.completed += 1
      }
      counts.extracted += 1
      if (extraction.inputs.length > 0 && extraction.outputs.length > 0) counts.withFields += 1
    }),
    { numRuns: 120 },
  )
  expect(counts.extracted).toBeGreaterThan(20)
  expect(counts.completed).toBeGreaterThan(20)
  expect(counts.withFields).toBeGreaterThan(10)
})
