import { EMPTY_DOCUMENT } from '@tenon/core/document'
import { toManifest } from '@tenon/core/node'
import { validateWorkflow } from '@tenon/core/validate'
import { createBuiltInNodes } from '@tenon/nodes/server'
import { expect, test } from 'vitest'
import { demoDocumentReader } from '../document-reader.ts'
import { accumulatedContext } from './accumulated-context.ts'
import { invoices } from './invoices.ts'
import { refundAgent } from './refund-agent.ts'
import { supportTicketRouter } from './support-ticket-router.ts'

const languageModel = { models: [{ id: 'm' }], generate: async () => Promise.reject(new Error('never asked')) }
const manifest = toManifest(createBuiltInNodes({ languageModel, documentReader: demoDocumentReader() }))
const desk = 'https://desk.example'

test.each([invoices(desk), refundAgent(desk)])('$name has no warnings', ({ document = EMPTY_DOCUMENT }) => {
  expect(validateWorkflow(document, manifest)).toEqual([])
})

test.each([accumulatedContext(desk), invoices(desk), refundAgent(desk), supportTicketRouter(desk)])(
  '$name can be published',
  ({ document = EMPTY_DOCUMENT }) => {
    expect(document.nodes.length).toBeGreaterThan(0)
    expect(validateWorkflow(document, manifest).filter(({ severity }) => severity === 'error')).toEqual([])
  },
)
