import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { scalarParam } from '../shared/params.ts'

const HTTP_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'] as const

/** Calls a service over HTTP. */
export const httpCall = defineNode({
  type: 'http-call',
  version: 1,
  title: 'HTTP call',
  description: 'Call a web service',
  icon: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM3.5 12h17M12 3.5c2.4 2.4 3.6 5.2 3.6 8.5s-1.2 6.1-3.6 8.5c-2.4-2.4-3.6-5.2-3.6-8.5s1.2-6.1 3.6-8.5z',
  category: 'action',
  params: z.object({
    method: z.enum(HTTP_METHODS).default('GET').meta({ title: 'Method', control: 'select', literal: true }),
    url: z.string().trim().min(1).max(8_192).meta({
      title: 'Address',
      control: 'text',
      placeholder: 'https://api.example.com/tickets',
    }),
    query: z.record(z.string(), scalarParam).default({}).meta({
      title: 'Query',
      description: 'Added to the address, encoded.',
      control: 'key-value',
    }),
    headers: z.record(z.string(), scalarParam).default({}).meta({ title: 'Headers', control: 'key-value' }),
    bodyType: z
      .enum(['json', 'text'])
      .default('json')
      .meta({
        title: 'Body type',
        control: 'select',
        literal: true,
        dependsOn: { param: 'method', in: ['POST', 'PUT', 'PATCH', 'DELETE'] },
      }),
    body: z
      .unknown()
      .optional()
      .meta({
        title: 'Body',
        description: 'A reference such as {{input}}, or JSON with references in it: {"name": {{toJson(input.name)}}}.',
        control: 'code',
        placeholder: '{{input}}',
        dependsOn: { param: 'method', in: ['POST', 'PUT', 'PATCH', 'DELETE'] },
      }),
    expectedStatus: z
      .string()
      .trim()
      .regex(/^[1-5](xx|[0-9][0-9])( *, *[1-5](xx|[0-9][0-9]))*$/, 'Write codes or classes: 2xx, 404')
      .default('2xx')
      .meta({
        title: 'Expected status',
        description: 'Any other status is a failure. Codes or classes, with commas.',
        control: 'text',
        placeholder: '2xx, 404',
        literal: true,
      }),
    responseType: z
      .enum(['json', 'text'])
      .default('json')
      .meta({ title: 'Read the answer as', control: 'select', literal: true }),
    output: z.enum(['response', 'body']).default('response').meta({
      title: 'Adds to the input',
      description: '"response": status, headers and body. "body": the fields of the JSON body themselves.',
      control: 'select',
      literal: true,
    }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: {
    success: z.looseObject({
      status: z.number().int().optional(),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.unknown().optional(),
    }),
  },
  summary: '{method} {url}',
  effect: 'write',
  policy: {
    timeout: '30s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m', maximumAttempts: 4 },
  },
  tool: { name: 'http_call', description: 'Calls a web service and returns its answer' },
})
