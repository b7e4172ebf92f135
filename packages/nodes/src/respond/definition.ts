import { defineNode, fileRefSchema } from '@tenon/core/node'
import { ANSWER_FORMATS } from '@tenon/core/run'
import { z } from 'zod'
import { scalarParam } from '../shared/params.ts'

const WITH_TEXT = { param: 'format', in: ['json', 'text', 'html'] } as const

/** Answers the caller that waits for the run, which continues. */
export const respond = defineNode({
  type: 'respond',
  version: 1,
  title: 'Respond',
  description: 'Answer the caller early',
  icon: 'M10 7.5 4.5 13l5.5 5.5M5 13h9.5c3 0 5-1.8 5-4.8V5',
  category: 'flow',
  control: 'respond',
  inline: true,
  params: z.object({
    status: z.number().int().min(200).max(599).default(200).meta({
      title: 'Status',
      description: 'HTTP status of the answer.',
      control: 'number',
    }),
    format: z
      .enum(ANSWER_FORMATS)
      .default('json')
      .meta({
        title: 'Body type',
        control: 'select',
        titles: { json: 'JSON', text: 'Text', html: 'HTML', file: 'File', empty: 'No body' },
        literal: true,
      }),
    body: z
      .unknown()
      .optional()
      .meta({
        title: 'Body',
        description:
          'One expression such as {{input.reply}}, or JSON with expressions for values: {"name": {{input.name}}}. ' +
          'Values in HTML are escaped.',
        control: 'code',
        placeholder: 'null',
        dependsOn: WITH_TEXT,
        sink: { fromParam: 'format' },
      }),
    file: fileRefSchema.optional().meta({
      title: 'File',
      description: 'An expression that gives a file. Its name and type are sent along.',
      control: 'expression',
      dependsOn: { param: 'format', in: ['file'] },
    }),
    headers: z
      .record(z.string(), scalarParam.meta({ sink: 'header' }))
      .default({})
      .meta({
        title: 'Headers',
        description: 'Such as Location, Cache-Control, Content-Type, and those that begin with X-.',
        control: 'key-value',
      }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: {
    success: z.object({
      response: z.object({
        status: z.number().int(),
        format: z.enum(ANSWER_FORMATS),
        headers: z.record(z.string(), z.string()),
        body: z.unknown(),
      }),
    }),
  },
  summary: 'Answers with {status}',
  effect: 'none',
  lint: [
    {
      code: 'ANSWER_FILE_MISSING',
      severity: 'error',
      when: '(params?.format ?? "json") == "file" && params?.file == null',
      message: 'Choose the file that the answer has',
      field: 'file',
    },
  ],
})
