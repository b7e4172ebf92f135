import fc from 'fast-check'
import type { NodePolicy, WorkflowDocument } from '../../src/document/index.ts'
import { node, workflow } from '../../src/testing/index.ts'

const KEYS = ['p', 'q', 'r']

type Kind = 'set' | 'if-else' | 'fork' | 'join' | 'approval' | 'acme/call' | 'each' | 'attempt'
const PORTS: Record<Kind, readonly string[]> = {
  set: ['success'],
  join: ['success'],
  'if-else': ['true', 'false'],
  fork: ['a', 'b', 'error'],
  approval: ['approve', 'reject'],
  'acme/call': ['success', 'error'],
  each: ['success', 'error'],
  attempt: ['success', 'failed'],
}
const KINDS = [
  'set',
  'set',
  'if-else',
  'fork',
  'join',
  'approval',
  'acme/call',
  'each',
  'attempt',
] as const satisfies readonly Kind[]
const POLICIES: readonly NodePolicy[] = [
  {},
  {},
  {},
  { join: 'any' },
  { join: { count: 1 } },
  { onError: 'continue' },
  { skipIf: '{{ true }}' },
]

function paramsOf(kind: Kind, key: string, reads: string) {
  const text = `{{ input.${reads} ?? nodes.n0.output ?? error.code }}`
  if (kind === 'set') return { fields: { [key]: text } }
  if (kind === 'if-else') return { left: text, operator: '==' }
  if (kind === 'each') return { items: [text] }
  if (kind === 'approval') return { title: 'Sure?' }
  return kind === 'acme/call' ? { url: `https://x/${text}` } : {}
}

/**
 * A random graph of nodes n0, n1, ... after a trigger; edges lead forward, from any port to any later node of the same
 * loop, or of none.
 */
export const randomGraphs: fc.Arbitrary<WorkflowDocument> = fc
  .array(
    fc.record({
      kind: fc.constantFrom<Kind>(...KINDS),
      key: fc.constantFrom(...KEYS),
      reads: fc.constantFrom(...KEYS, 'status'),
      policy: fc.constantFrom(...POLICIES),
      isDisabled: fc.boolean(),
      sources: fc.array(fc.tuple(fc.nat(4), fc.nat()), { maxLength: 3 }),
      loop: fc.nat(9),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((drafts) => {
    const nodes = [node('start', 'start')]
    const edges = new Set<string>()
    for (const [index, { kind, key, reads, policy, isDisabled, sources, loop }] of drafts.entries()) {
      const loops = nodes.filter(({ type }) => type === 'each' || type === 'attempt').slice(-2)
      const within = loops[loop]?.id
      const level = nodes.filter(({ parentId }) => parentId === within)
      for (const [back, port] of sources) {
        const source = level.at(-1 - (back % level.length))
        if (source === undefined) continue
        const ports = PORTS[source.type as Kind] ?? ['success']
        edges.add(`${source.id}:${ports[port % ports.length]}>n${index}`)
      }
      const isOff = isDisabled && index % 5 === 4
      const routed = PORTS[kind].includes('error') ? { onError: 'route' as const, ...policy } : policy
      nodes.push(
        node(`n${index}`, kind, paramsOf(kind, key, reads), {
          policy: routed,
          ...(isOff ? { disabled: true } : {}),
          ...(within === undefined ? {} : { parentId: within }),
        }),
      )
    }
    return workflow(nodes, [...edges])
  })
