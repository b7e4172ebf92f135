import { EMPTY_DOCUMENT, edgeId, type JsonObject, type WorkflowDocument } from '@tenon/core/document'
import { LOOP_DOCUMENT, LOOP_FREE_DOCUMENT } from '../../fixtures/loop-workflow.ts'
import { TICKET_DOCUMENT } from '../../fixtures/ticket-workflow.ts'

const node = (id: string, type: string, name: string, column: number, row: number, params: JsonObject = {}) => ({
  id,
  type,
  typeVersion: 1,
  name,
  params,
  position: { x: column * 320, y: row * 200 },
})

const edge = (source: string, sourceHandle: string, target: string) => {
  const ends = { source, sourceHandle, target, targetHandle: 'in' }
  return { id: edgeId(ends), ...ends }
}

const chainOf = (count: number, column: (index: number) => number, row: (index: number) => number) => ({
  ...EMPTY_DOCUMENT,
  nodes: Array.from({ length: count }, (_, index) =>
    node(
      `n${index}`,
      index === 0 ? 'start' : 'step',
      `Node ${index}`,
      column(index),
      row(index),
      index === 0 ? {} : { text: 't' },
    ),
  ),
  edges: Array.from({ length: count - 1 }, (_, index) => edge(`n${index}`, 'success', `n${index + 1}`)),
})

const WORDY: Readonly<Record<string, string>> = {
  ticket: 'Escalate to a person',
  crm: 'Log to the CRM',
  review: 'Ask the team lead',
  respond: 'Answer the customer',
}

/** Documents with which the editors of the test page start. */
export const DOCUMENTS: { readonly [name: string]: WorkflowDocument; readonly empty: WorkflowDocument } = {
  empty: EMPTY_DOCUMENT,
  chain: {
    ...EMPTY_DOCUMENT,
    nodes: [
      node('start', 'start', 'Begin', 0, 0, {
        inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      }),
      node('a', 'step', 'Alpha', 1, 0, { text: 'hello {{nodes.start.output.city}}', kind: 'small', count: 3 }),
      node('z', 'stop', 'Finish', 2, 0),
    ],
    edges: [edge('start', 'success', 'a'), edge('a', 'success', 'z')],
  },
  loop: LOOP_DOCUMENT,
  'loop-none': LOOP_FREE_DOCUMENT,
  parted: {
    ...EMPTY_DOCUMENT,
    nodes: [
      node('start', 'start', 'Begin', 0, 0),
      node('w', 'way', 'Which way', 1, 0),
      node('b', 'step', 'Beta', 2, 0, { text: 'b' }),
      node('c', 'step', 'Gamma', 2, 1, { text: 'c' }),
      node('m', 'step', 'Meeting', 3, 0, { text: 'm' }),
    ],
    edges: [
      edge('start', 'success', 'w'),
      edge('w', 'yes', 'b'),
      edge('w', 'no', 'c'),
      edge('b', 'success', 'm'),
      edge('c', 'success', 'm'),
    ],
  },
  large: chainOf(
    200,
    () => 0,
    (index) => index,
  ),
  hundred: chainOf(
    100,
    (index) => index,
    () => 0,
  ),
  /** Circles, and edges that skip columns, of which seven are drawn behind cards once it is arranged without bends. */
  tangled: {
    ...EMPTY_DOCUMENT,
    nodes: Array.from({ length: 11 }, (_, index) => {
      const type = index === 0 ? 'start' : index === 1 || index === 10 ? 'step' : 'way'
      return node(
        `n${index}`,
        type,
        `Node ${index}`,
        index % 4,
        Math.floor(index / 4),
        type === 'step' ? { text: 't' } : {},
      )
    }),
    edges: [
      'n0 success n2',
      'n1 success n2',
      'n1 success n8',
      'n2 yes n4',
      'n2 no n3',
      'n3 yes n4',
      'n3 no n1',
      'n3 no n5',
      'n4 yes n3',
      'n4 yes n5',
      'n4 no n5',
      'n5 yes n9',
      'n5 no n6',
      'n5 no n8',
      'n6 yes n7',
      'n6 no n7',
      'n7 yes n8',
      'n7 no n9',
      'n8 yes n10',
      'n8 yes n9',
      'n8 no n9',
      'n8 no n10',
      'n9 yes n8',
      'n9 yes n10',
      'n9 no n10',
    ].map((ends) => {
      const [source = '', port = '', target = ''] = ends.split(' ')
      return edge(source, port, target)
    }),
  },
  /** A node whose required text is missing. */
  faulty: {
    ...EMPTY_DOCUMENT,
    nodes: [node('start', 'start', 'Begin', 0, 0), node('a', 'step', 'Alpha', 1, 0)],
    edges: [edge('start', 'success', 'a')],
  },
  ticket: TICKET_DOCUMENT,
  /** The same with names of three and four words. */
  'ticket-words': {
    ...TICKET_DOCUMENT,
    nodes: TICKET_DOCUMENT.nodes.map((given) => ({ ...given, name: WORDY[given.id] ?? given.name })),
  },
}
