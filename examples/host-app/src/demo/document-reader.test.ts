import { readFile } from 'node:fs/promises'
import { createNodeTestHarness, createTestFiles } from '@tenon/core/testing'
import { createBuiltInNodes } from '@tenon/nodes/server'
import { expect, test } from 'vitest'
import { demoDocumentReader } from './document-reader.ts'
import { answerFor } from './model-rules.ts'

function harness() {
  const found = createBuiltInNodes({ documentReader: demoDocumentReader() }).find(
    ({ definition }) => definition.type === 'textract-ocr',
  )
  if (found === undefined) throw new RangeError('The node is offered')
  const files = createTestFiles()
  const { run } = createNodeTestHarness(found as never, { files })
  const read = (content: string, type = 'application/pdf') =>
    run({ file: files.add({ name: 'a.pdf', type, content }) as never })
  return { read }
}

test('reads the texts of a PDF with their positions, and the model of the demo understands an invoice', async () => {
  const { read } = harness()
  const pdf = await readFile(new URL('./invoice.pdf', import.meta.url), 'latin1')
  const { output } = await read(pdf)
  expect(output).toMatchObject({
    text: 'Invoice INV-7\nSupplier: Northwind\n\nLine: Tea; 400.00\nTotal: 400.00',
    pageCount: 2,
    file: { name: 'a.pdf' },
  })
  const { fields } = output as {
    fields: { name: string; page: number; value: { text: string }; box: { left: number } }[]
  }
  expect(fields.map(({ name, page, value }) => [name, page, value.text])).toEqual([
    ['Supplier', 1, 'Northwind'],
    ['Line', 2, 'Tea; 400.00'],
    ['Total', 2, '400.00'],
  ])
  expect(fields[0]?.box.left).toBeCloseTo(72 / 612, 3)
  const properties = { number: {}, supplier: {}, lines: {}, total: {} }
  const answer = answerFor(`Read.\n<text>${(output as { text: string }).text}</text>`, { properties })
  expect(JSON.parse(answer)).toEqual({
    number: 'INV-7',
    supplier: 'Northwind',
    lines: [{ item: 'Tea', amount: 400 }],
    total: 400,
  })
  const verdict = (text: string) => JSON.parse(answerFor(`<text>${text}</text>`, { properties: { verdict: {} } }))
  expect(verdict(answer)).toEqual({ verdict: 'pass' })
  expect(verdict(answer.replace('"total":400', '"total":399'))).toEqual({ verdict: 'fail' })
})

test.each([
  ['no PDF', 'application/pdf'],
  ['a', 'image/png'],
])('refuses what it cannot read: %j', async (content, type) => {
  await expect(harness().read(content, type)).rejects.toMatchObject({ code: 'DOCUMENT_INVALID' })
})
