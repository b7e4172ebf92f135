import { EMPTY_DOCUMENT, edgeId, type WorkflowDocument } from '@tenon/core/document'

const ROWS = 10
const TYPES = ['http-call', 'set', 'delay', 'http-call'] as const

/** A workflow of ten chains side by side, as both pages show it. */
export function gridOf(count: number): WorkflowDocument {
  const ids = Array.from({ length: count }, (_, index) => `n${index}`)
  return {
    ...EMPTY_DOCUMENT,
    nodes: ids.map((id, index) => ({
      id,
      type: index === 0 ? 'start' : (TYPES[index % TYPES.length] ?? 'set'),
      typeVersion: 1,
      name: index === 0 ? 'Begin' : `Node ${index}`,
      params: {},
      position: { x: Math.floor(index / ROWS) * 300, y: (index % ROWS) * 170 },
    })),
    edges: ids.slice(1).map((target, index) => {
      const source = ids[Math.max(0, index + 1 - ROWS)] ?? 'n0'
      const ends = { source, sourceHandle: 'success', target, targetHandle: 'in' }
      return { id: edgeId(ends), ...ends }
    }),
  }
}

/** Options in the address of a page. */
export function readQuery(): { readonly count: number; readonly viewport: { x: number; y: number; zoom: number } } {
  const query = new URLSearchParams(location.search)
  const number = (name: string, otherwise: number) => Number(query.get(name) ?? otherwise)
  return { count: number('nodes', 100), viewport: { x: number('x', 0), y: number('y', 0), zoom: number('zoom', 1) } }
}
