import type { Meta, StoryObj } from '@storybook/react-vite'
import type { JsonSchema } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { RunForm } from '@tenon/editor/runs'
import { TICKET_SCHEMA } from '../../packages/editor/test/fixtures/ticket-workflow.ts'
import { instanceProps } from '../frame.tsx'

const meta: Meta = { title: 'Runs/Form' }
export default meta

const form = (schema: JsonSchema, onSubmit: () => Promise<unknown> = async () => {}): StoryObj => ({
  render: (_args, context) => (
    <div className="story-pad" style={{ maxInlineSize: 480 }}>
      <RunForm
        schema={schema}
        onSubmit={onSubmit}
        onCancel={() => {}}
        {...instanceProps(context)}
        style={{ padding: 16 }}
      />
    </div>
  ),
})

export const Ticket = form(TICKET_SCHEMA)

export const Invoice = form({
  type: 'object',
  required: ['number', 'lines', 'supplier'],
  properties: {
    number: { type: 'string', title: 'Invoice number' },
    date: { type: 'string', format: 'date', title: 'Date' },
    total: { type: 'number', minimum: 0, title: 'Total', description: 'In euros, with tax.' },
    supplier: {
      type: 'object',
      title: 'Supplier',
      required: ['name'],
      properties: { name: { type: 'string' }, email: { type: 'string', format: 'email' } },
    },
    lines: {
      type: 'array',
      title: 'Lines',
      minItems: 1,
      items: {
        type: 'object',
        required: ['item'],
        properties: { item: { type: 'string' }, quantity: { type: 'integer', minimum: 1, default: 1 } },
      },
    },
    extra: { title: 'Anything else', description: 'Passed on as it is.' },
  },
})

export const NoInput = form({ type: 'object', properties: {} })
export const AnyJson = form(true)
export const RefusedByTheServer = form(TICKET_SCHEMA, async () => {
  throw new TenonError('RUN_INPUT_INVALID', 'The input does not fit the schema', {
    details: { issues: [{ path: ['ticket_id'], code: 'pattern', message: 'Write T- and five digits.' }] },
  })
})
