/** Blocks of results of Textract, in the form of its documentation. */

const located = (id: string, type: string, rest: object, page = 1) => ({
  ...{ Id: id, BlockType: type, Page: page, Confidence: 99.5, ...rest },
  Geometry: { BoundingBox: { Left: 0.1, Top: 0.2, Width: 0.3, Height: 0.05 }, Polygon: [{ X: 0.1, Y: 0.2 }] },
})
const children = (...Ids: string[]) => ({ Relationships: [{ Type: 'CHILD', Ids }] })

export const page = (number = 1) => located(`page${number}`, 'PAGE', {}, number)
export const line = (text: string, number = 1) => located(`line-${number}-${text}`, 'LINE', { Text: text }, number)
const word = (id: string, text: string) => located(id, 'WORD', { Text: text })

/** A form: a total, a checkbox, and a field that is empty. */
export const form: readonly object[] = [
  ...[word('total', 'Total:'), word('euros', '12.00')],
  ...[word('paid', 'Paid'), word('note', 'Note')],
  located('box', 'SELECTION_ELEMENT', { SelectionStatus: 'SELECTED' }),
  ...(
    [
      ['k1', 'total', 'v1', 'euros'],
      ['k2', 'paid', 'v2', 'box'],
      ['k3', 'note', 'v3', null],
    ] as const
  ).flatMap(([key, name, value, child]) => [
    located(key, 'KEY_VALUE_SET', {
      EntityTypes: ['KEY'],
      Relationships: [
        { Type: 'VALUE', Ids: [value] },
        { Type: 'CHILD', Ids: [name] },
      ],
    }),
    located(value, 'KEY_VALUE_SET', { EntityTypes: ['VALUE'], ...(child === null ? {} : children(child)) }),
  ]),
]

const cell = (id: string, row: number, column: number, ids: readonly string[], rest: object = {}) =>
  located(id, 'CELL', { RowIndex: row, ColumnIndex: column, RowSpan: 1, ColumnSpan: 1, ...children(...ids), ...rest })

/** A table of two rows, of which the first is one merged cell. */
export const table: readonly object[] = [
  ...[word('w1', 'Line'), word('w2', 'items'), word('w3', 'Tea'), word('w4', '2'), word('w5', 'Order')],
  cell('c1', 1, 1, ['w1'], { EntityTypes: ['COLUMN_HEADER'] }),
  cell('c2', 1, 2, ['w2'], { EntityTypes: ['COLUMN_HEADER'] }),
  ...[cell('c3', 2, 1, ['w3']), cell('c4', 2, 2, ['w4'])],
  located('m1', 'MERGED_CELL', { RowIndex: 1, ColumnIndex: 1, RowSpan: 1, ColumnSpan: 2, ...children('c1', 'c2') }),
  located('title', 'TABLE_TITLE', children('w5')),
  located('table', 'TABLE', {
    Relationships: [
      { Type: 'CHILD', Ids: ['c1', 'c2', 'c3', 'c4'] },
      { Type: 'MERGED_CELL', Ids: ['m1'] },
      { Type: 'TABLE_TITLE', Ids: ['title'] },
    ],
  }),
]

/** A question with two answers, one without any, and a signature. */
export const answers: readonly object[] = [
  located('q1', 'QUERY', {
    Query: { Text: 'What is the total?', Alias: 'total' },
    Relationships: [{ Type: 'ANSWER', Ids: ['a1', 'a2'] }],
  }),
  located('a1', 'QUERY_RESULT', { Text: '11.00', Confidence: 40 }),
  located('a2', 'QUERY_RESULT', { Text: '12.00', Confidence: 90 }),
  located('q2', 'QUERY', { Query: { Text: 'Who?', Alias: 'who' } }),
  located('s1', 'SIGNATURE', {}),
]
