import type { CreateWorkflow } from '@tenon/core/api'
import { FILE_SCHEMA, type Json } from '@tenon/core/document'
import { documentOf, edges, node } from './build.ts'

const TEXT = { type: 'string' }
const FIELDS = {
  type: 'object',
  required: ['number', 'date', 'supplier', 'lines', 'total'],
  properties: {
    ...{ number: TEXT, date: TEXT, supplier: TEXT },
    lines: {
      type: 'array',
      items: {
        type: 'object',
        required: ['item', 'amount'],
        properties: { item: TEXT, amount: { type: 'number' } },
      },
    },
    total: { type: 'number' },
  },
}

/** Scenario S2: an invoice is read, checked, stored once, approved above a limit, and the desk is notified. */
export function invoices(desk: string): CreateWorkflow {
  const nodes = [
    node('start', 'start', 'Invoice', [0, 1], {
      inputSchema: {
        type: 'object',
        required: ['invoice'],
        properties: { invoice: { ...(FILE_SCHEMA as Readonly<Record<string, Json>>), title: 'Invoice (PDF)' } },
      },
    }),
    node('read', 'textract-ocr', 'Read document', [1, 1], { file: '{{ input.invoice }}' }),
    node(
      'extract',
      'llm-transform',
      'Extract fields',
      [2, 1],
      { prompt: 'Read this invoice.\n\n<text>{{ nodes.read.output.text }}</text>', schema: FIELDS },
      { onError: 'fail' },
    ),
    node('check', 'guardrails', 'Check the sum', [3, 1], {
      policy: 'The total equals the sum of the lines.',
      text: '{{ nodes.extract.output }}',
    }),
    node('store', 'key-value', 'Store once', [4, 1], {
      operation: 'set',
      key: 'invoices.{{ nodes.extract.output.number }}',
      value: '{{ nodes.extract.output }}',
    }),
    node('large', 'if-else', 'Large?', [5, 1], {
      left: '{{ nodes.extract.output.total }}',
      operator: '>',
      right: 500,
    }),
    node('approval', 'approval', 'Approve payment', [6, 2], {
      title: 'Pay {{ nodes.extract.output.number }}?',
      evidence: { supplier: '{{ nodes.extract.output.supplier }}', total: '{{ nodes.extract.output.total }}' },
    }),
    node('notify', 'http-call', 'Notify the desk', [7, 1], {
      method: 'POST',
      url: '{{ vars.desk }}/tickets',
      honorsIdempotencyKey: true,
      body: {
        ticketId: '{{ nodes.extract.output.number }}',
        subject: 'Pay {{ nodes.extract.output.supplier }}',
        customerId: '{{ nodes.extract.output.supplier }}',
      },
    }),
    node('paid', 'end', 'Ready to pay', [8, 1], {
      outcome: 'ready',
      output: { number: '{{ nodes.extract.output.number }}', total: '{{ nodes.extract.output.total }}' },
    }),
    node('wrong', 'end', 'Wrong sum', [4, 2], { outcome: 'wrong' }),
    node('rejected', 'end', 'Rejected', [7, 3], { outcome: 'rejected' }),
  ]
  return {
    name: 'Invoices',
    description:
      'Reads an invoice (PDF) with a stand-in for Textract, checks its sum, stores it once, and asks a person above a limit.',
    document: documentOf(
      nodes,
      edges(
        ...['start > read', 'read > extract', 'extract > check', 'check.pass > store', 'check.fail > wrong'],
        ...['store > large', 'large.true > approval', 'large.false > notify', 'notify > paid'],
        ...['approval.approve > notify', 'approval.reject > rejected', 'approval.timeout > rejected'],
      ),
      { desk },
    ),
  }
}
