import type { WorkflowDocument, WorkflowNode } from '../../src/document/index.ts'
import { node, workflow } from '../../src/testing/index.ts'

const start = node('start', 'start')
const end = node('end', 'end')
const set = (id: string, key: string, text: string): WorkflowNode => node(id, 'set', { fields: { [key]: text } })
const call = (id: string, text: string): WorkflowNode => node(id, 'acme/call', { url: `https://x/${text}` })
const count = <Item>(size: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: size }, (_, at) => make(at))

/** One fork with a branch for each node, all of which end in one join; a chain of readers behind it. */
function star(size: number, branch: (index: number) => WorkflowNode): WorkflowDocument {
  const branches = count(size, (at) => ({ id: `b${at}`, title: '' }))
  const nodes = count(size, branch)
  const readers = count(size, (at) => set(`r${at}`, `r${at}`, `{{ input.k${at} ?? input.status }}`))
  return workflow(
    [start, node('f', 'fork', { branches }), ...nodes, node('j', 'join'), ...readers, end],
    [
      'start>f',
      ...branches.map(({ id }, at) => `f:${id}>${nodes[at]?.id}`),
      ...nodes.map(({ id }) => `${id}>j`),
      'j>r0',
      ...count(size - 1, (at) => `r${at}>r${at + 1}`),
      `r${size - 1}>end`,
    ],
  )
}

function chain(nodes: readonly WorkflowNode[]): WorkflowDocument {
  const all = [start, ...nodes, end]
  return workflow(
    all,
    all.slice(1).map(({ id }, at) => `${all[at]?.id}>${id}`),
  )
}

/** Stages one after the other, each of which splits in two and comes together. */
function stages(size: number, split: string, ports: readonly [string, string], meet: (at: number) => WorkflowNode) {
  const nodes = count(size / 4, (at) => [
    node(`s${at}`, split, split === 'fork' ? {} : { left: '{{ input.v ?? 1 }}', operator: '>', right: 1 }),
    set(`a${at}`, `p${at}`, `{{ input.p${at - 1} ?? 1 }}`),
    set(`b${at}`, 'q', `{{ input.p${at >> 1} ?? 1 }}`),
    meet(at),
  ])
  const edges = nodes.flatMap(([splitter, left, right, meeting], at) => [
    `${at === 0 ? 'start' : nodes[at - 1]?.[3]?.id}>${splitter?.id}`,
    `${splitter?.id}:${ports[0]}>${left?.id}`,
    `${splitter?.id}:${ports[1]}>${right?.id}`,
    `${left?.id}>${meeting?.id}`,
    `${right?.id}>${meeting?.id}`,
  ])
  return workflow([start, ...nodes.flat(), end], [...edges, `${nodes.at(-1)?.[3]?.id}>end`])
}

/** Layers of ten nodes; each is joined with all of the next layer. */
function layers(size: number): WorkflowDocument {
  const width = 10
  const nodes = count(size, (at) => set(`n${at}`, `k${at % width}`, '{{ input.k0 ?? 1 }}'))
  const layerOf = (at: number): number => Math.floor(at / width) * width
  const edges = count(size, (at) =>
    at < width ? [`start>n${at}`] : count(width, (way) => `n${layerOf(at) - width + way}>n${at}`),
  )
  return workflow([start, ...nodes], edges.flat())
}

/** A chain whose nodes all send their failures to one handler, with readers of the failure behind it. */
function handled(size: number): WorkflowDocument {
  const calls = count(size / 2, (at) => ({ ...call(`n${at}`, ''), policy: { onError: 'route' as const } }))
  const readers = count(size / 2, (at) => set(`h${at}`, `h${at}`, '{{ error.code }}'))
  const edges = [
    'start>n0',
    ...count(calls.length - 1, (at) => `n${at}>n${at + 1}`),
    ...calls.map(({ id }) => `${id}:error>h0`),
    ...count(readers.length - 1, (at) => `h${at}>h${at + 1}`),
  ]
  return workflow([start, ...calls, ...readers], edges)
}

/** A main chain of which each node also has a side branch that ends by itself. */
function sided(size: number): WorkflowDocument {
  const main = count(size / 2, (at) => set(`m${at}`, `m${at}`, `{{ input.m${at - 1} ?? 1 }}`))
  const sides = count(size / 2, (at) => call(`s${at}`, `{{ input.m${at} }}`))
  const document = chain(main)
  const edges = main.flatMap(({ id }, at) => workflow([], [`${id}>s${at}`]).edges)
  return { ...document, nodes: [...document.nodes, ...sides], edges: [...document.edges, ...edges] }
}

/** Loops one after the other, with a chain of nodes inside each that read the item and the results of the loop before. */
function loops(size: number): WorkflowDocument {
  const length = 20
  const made = count(size / length, (at) => {
    const items = at === 0 ? [{ k0: 1 }] : `{{ nodes.l${at - 1}.output.results }}`
    const children = count(length - 1, (child) => ({
      ...set(`l${at}c${child}`, `k${child}`, `{{ item.k${child} ?? index + input.k${child - 1} }}`),
      parentId: `l${at}`,
    }))
    return [node(`l${at}`, 'each', { items }), ...children]
  })
  const edges = made.flatMap(([, ...children], at) => [
    at === 0 ? 'start>l0' : `l${at - 1}>l${at}`,
    ...children.slice(1).map(({ id }, child) => `${children[child]?.id}>${id}`),
  ])
  return workflow([start, ...made.flat(), end], [...edges, `l${made.length - 1}>end`])
}

/** Loops inside each other, with a reader beside each. */
function nest(size: number): WorkflowDocument {
  const made = count(size / 2, (at) => {
    const within = at === 0 ? {} : { parentId: `l${at - 1}` }
    const loop = node(`l${at}`, 'each', { items: at === 0 ? [['a']] : '{{ [item] }}' }, within)
    return [loop, { ...set(`r${at}`, 'r', '{{ input.r ?? item }}'), parentId: loop.id }]
  })
  return workflow([start, ...made.flat(), end], ['start>l0', 'l0>end'])
}

/** Workflows of about `size` nodes, each hard for one part of the analysis. */
export const LARGE_GRAPHS: Readonly<Record<string, (size: number) => WorkflowDocument>> = {
  'a fork whose branches write a key each': (size) =>
    star(size / 2, (at) => set(`n${at}`, `k${at}`, '{{ input.x ?? 1 }}')),
  'a fork whose branches write the same key': (size) =>
    star(size / 2, (at) => set(`n${at}`, 'k0', '{{ input.k0 ?? 1 }}')),
  'a fork of calls': (size) => star(size / 2, (at) => call(`n${at}`, '{{ input.status ?? 1 }}')),
  'a chain in which each reads the one before': (size) =>
    chain(count(size, (at) => set(`n${at}`, `k${at}`, `{{ input.k${at - 1} ?? 1 }}`))),
  'a chain in which each reads the first': (size) =>
    chain(count(size, (at) => set(`n${at}`, `k${at}`, '{{ input.k0 ?? nodes.n0.output.k0 }}'))),
  'a chain of calls that read outputs of nodes': (size) =>
    chain(
      count(size, (at) =>
        call(`n${at}`, at < 2 ? '' : `{{ nodes.n0.output.status }}{{ nodes.n${at - 2}.output.status }}`),
      ),
    ),
  'a chain that reads names that are not there': (size) =>
    chain(count(size, (at) => call(`n${at}`, `{{ input.statos${at} }}`))),
  'a chain of nodes with one name': (size) => chain(count(size, (at) => ({ ...call(`n${at}`, ''), name: 'Call' }))),
  'conditions one after the other': (size) =>
    stages(size, 'if-else', ['true', 'false'], (at) => set(`m${at}`, `m${at}`, '1')),
  'forks one after the other': (size) => stages(size, 'fork', ['a', 'b'], (at) => node(`m${at}`, 'join')),
  'layers joined each with each': layers,
  'failures that one handler takes': handled,
  'side branches along a chain': sided,
  'loops one after the other': loops,
  'loops inside each other': nest,
}
