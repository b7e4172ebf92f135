import { EMPTY_DOCUMENT, edgeId, type JsonObject, type WorkflowDocument } from '@tenon/core/document'
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
