import { defineNode, documentContentSchema, fileRefSchema } from '@tenon/core/node'
import { z } from 'zod'
import { positiveDurationParam } from '../shared/params.ts'
import { connectionParam } from '../shared/sql-params.ts'

const part = (title: string, description: string) =>
  z.boolean().default(false).meta({ title, description, control: 'switch', literal: true })

/** Reads text, forms, tables, signatures and answers from a document. */
export const textractOcr = defineNode({
  type: 'textract-ocr',
  version: 1,
  title: 'Read document',
  description: 'Scan with Amazon Textract',
  icon: 'M7 3.5h7l4 4v13H7zM14 3.5v4h4M10 12h5M10 15.5h5M3.5 8v8',
  category: 'data',
  params: z.object({
    connection: connectionParam('aws', 'A connection to AWS. Its user may call Textract, and use the bucket.'),
    file: fileRefSchema.optional().meta({
      title: 'Document',
      description: 'A PNG, JPEG, TIFF or PDF, at most 32 MB.',
      control: 'expression',
      placeholder: '{{input.invoice}}',
    }),
    bucket: z
      .string()
      .trim()
      .regex(/^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$/, 'Enter the name of a bucket')
      .default('')
      .meta({
        title: 'S3 bucket',
        description:
          'A bucket in the region of the connection. A PDF or TIFF is stored there while it is read, which a document with several pages needs.',
        control: 'text',
        placeholder: 'None',
        literal: true,
      }),
    key: z.string().max(1_024).default('').meta({
      title: 'Object',
      description: 'Key of an object of the bucket that is read in place of a document.',
      control: 'text',
      placeholder: 'None',
    }),
    version: z.string().max(1_024).default('').meta({
      title: 'Version',
      description: 'Version of the object.',
      control: 'text',
      placeholder: 'The latest one',
    }),
    forms: part('Forms', 'Names and values of fields, and checkboxes.'),
    tables: part('Tables', 'Rows and cells.'),
    signatures: part('Signatures', 'Positions that are signed.'),
    questions: z
      .record(z.string().min(1).max(225), z.string().trim().min(1, 'Enter a question').max(200))
      .default({})
      .meta({
        title: 'Questions',
        description:
          'A name and a question, such as "What is the total of the invoice?". At most 15, or 30 with a bucket.',
        control: 'key-value',
      }),
    maxWait: positiveDurationParam.default('1h').meta({
      title: 'Longest wait',
      description: 'For a document that is read in the background. No worker is occupied meanwhile.',
      control: 'duration',
      literal: true,
    }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  // With the file, so that people see its pages beside what was read.
  outputs: { success: documentContentSchema.extend({ file: fileRefSchema.nullable() }) },
  summary: '{file}{key}',
  effect: 'write',
  tool: { name: 'read_document', description: 'Reads the text, forms and tables of a document' },
  // Textract begins one job for each token, and other requests change nothing.
  idempotentWhen: 'true',
  policy: {
    timeout: '3m',
    retry: { initialInterval: '3s', backoffCoefficient: 2, maximumInterval: '2m', maximumAttempts: 7 },
  },
  lint: [
    {
      code: 'DOCUMENT_MISSING',
      severity: 'error',
      when: '(params?.file ?? "") == "" && (params?.key ?? "") == ""',
      message: 'Choose a document, or an object of a bucket',
      field: 'file',
    },
    {
      code: 'DOCUMENT_BUCKET_MISSING',
      severity: 'error',
      when: '(params?.key ?? "") != "" && (params?.bucket ?? "") == ""',
      message: 'Enter the bucket of the object',
      field: 'bucket',
    },
  ],
})
