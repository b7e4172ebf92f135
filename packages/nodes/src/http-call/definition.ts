import { defineNode, fileRefSchema } from '@tenon/core/node'
import { z } from 'zod'
import { requiredText, scalarParam } from '../shared/params.ts'

const HTTP_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'] as const
const FOR_WRITES = { param: 'method', in: ['POST', 'PUT', 'PATCH', 'DELETE'] } as const
const DEFAULT_MAX_RESPONSE_BYTES = 1_048_576
const MOST_RESPONSE_BYTES = 33_554_432
const READS = { param: 'method', in: ['GET'] } as const
const PATH = /^body(\.[^.\s]+)*$/
const SEVERAL = ['link', 'cursor', 'number'] as const
const queryParam = z.union([scalarParam, z.array(scalarParam)]).meta({ sink: 'query' })
const headerParam = scalarParam.meta({ sink: 'header' })

const path = (standard: string) =>
  z.string().max(500).regex(PATH, 'Write the field after "body", such as body.data').default(standard)

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
    url: requiredText(8_192).meta({
      title: 'URL',
      description: 'Values are encoded for their part of the URL.',
      control: 'text',
      placeholder: 'https://api.example.com/tickets',
      sink: 'url',
    }),
    query: z.record(z.string(), queryParam).default({}).meta({
      title: 'Query',
      description: 'Encoded and added to the query of the URL. A list gives one parameter for each of its items.',
      control: 'key-value',
    }),
    headers: z.record(z.string(), headerParam).default({}).meta({ title: 'Headers', control: 'key-value' }),
    connection: z.string().max(400).optional().meta({
      title: 'Connection',
      description: 'Its credentials are added to the request, which must be to one of its hosts.',
      control: 'connection',
      connectsTo: 'http',
      placeholder: 'None',
      literal: true,
    }),
    authorization: z.string().trim().max(8_192).optional().meta({
      title: 'Authorization',
      description:
        'It is sent as the Authorization header, to the host of the URL only. It is stored encrypted and never shown.',
      control: 'password',
      placeholder: 'Bearer …',
      secret: true,
    }),
    bodyType: z
      .enum(['json', 'text', 'form', 'multipart'])
      .default('json')
      .meta({
        title: 'Body type',
        control: 'select',
        titles: { json: 'JSON', text: 'Text', form: 'Form', multipart: 'Form with files (multipart)' },
        literal: true,
        dependsOn: FOR_WRITES,
      }),
    body: z
      .unknown()
      .optional()
      .meta({
        title: 'Body',
        description:
          'One expression such as {{input}}, or JSON with expressions for values: {"name": {{input.name}}}. ' +
          'Inside double quotes an expression is text. A form is written as JSON as well: a field for each name, whose value ' +
          'is a text, a number, true or false, a list of those or, in a form with files, a file.',
        control: 'code',
        placeholder: 'No body',
        dependsOn: FOR_WRITES,
        sink: { fromParam: 'bodyType', names: { form: 'json', multipart: 'json' } },
      }),
    bodyFile: fileRefSchema.optional().meta({
      title: 'File to send',
      description: 'An expression that gives a file, sent in place of the body with its type. At most 32 MB.',
      control: 'expression',
      placeholder: 'No file',
      dependsOn: FOR_WRITES,
    }),
    honorsIdempotencyKey: z.boolean().default(false).meta({
      title: 'Service honors Idempotency-Key',
      description:
        'Retry a request whose response was lost. If off, it is not retried, since the service may have processed it.',
      control: 'switch',
      literal: true,
      dependsOn: FOR_WRITES,
    }),
    redirects: z.enum(['follow', 'return', 'refuse']).default('follow').meta({
      title: 'Redirects',
      description: 'Return passes on the redirect response itself. Add its status, such as 3xx, to the expected ones.',
      control: 'select',
      literal: true,
    }),
    expectedStatus: z
      .string()
      .trim()
      .regex(/^[1-5](xx|[0-9][0-9])( *, *[1-5](xx|[0-9][0-9]))*$/, 'Write codes or classes: 2xx, 404')
      .default('2xx')
      .meta({
        title: 'Expected status',
        description: 'Codes or classes, separated by commas. Any other status is a failure.',
        control: 'text',
        placeholder: '2xx, 404',
        literal: true,
      }),
    responseType: z.enum(['json', 'text', 'bytes', 'file']).default('json').meta({
      title: 'Response format',
      description:
        'Text is decoded by its charset. Bytes are returned as base64, with mediaType and size. A file is stored, and is the body.',
      control: 'select',
      literal: true,
    }),
    maxResponseBytes: z.number().int().min(1).max(MOST_RESPONSE_BYTES).default(DEFAULT_MAX_RESPONSE_BYTES).meta({
      title: 'Largest response',
      description: 'In bytes, decompressed. The host may set a lower limit.',
      control: 'number',
    }),
    pages: z
      .enum(['one', ...SEVERAL])
      .default('one')
      .meta({
        title: 'Pages',
        description:
          'How the service divides a long list. A Link header names the next page, a field of the ' +
          'response has its cursor or address, or pages are numbered.',
        control: 'select',
        titles: { one: 'One', link: 'By Link header', cursor: 'By cursor', number: 'By number' },
        literal: true,
        dependsOn: READS,
      }),
    itemsIn: path('body').meta({
      title: 'List',
      description:
        'Field of the response that has the items of a page, such as body.data; body if it is the list itself.',
      control: 'text',
      literal: true,
      dependsOn: { param: 'pages', in: SEVERAL },
    }),
    cursorIn: path('body.next').meta({
      title: 'Next cursor',
      description: 'Field of the response with the cursor or the address of the next page; none on the last page.',
      control: 'text',
      literal: true,
      dependsOn: { param: 'pages', in: ['cursor'] },
    }),
    cursorParam: z
      .string()
      .min(1)
      .max(200)
      .default('cursor')
      .meta({
        title: 'Cursor parameter',
        description: 'Query parameter by which the next page is requested.',
        control: 'text',
        literal: true,
        dependsOn: { param: 'pages', in: ['cursor'] },
      }),
    pageParam: z
      .string()
      .min(1)
      .max(200)
      .default('page')
      .meta({
        title: 'Page parameter',
        description: 'Query parameter with the number of the page. The first page without items is the last one.',
        control: 'text',
        literal: true,
        dependsOn: { param: 'pages', in: ['number'] },
      }),
    firstPage: z
      .number()
      .int()
      .min(0)
      .max(1_000_000)
      .default(1)
      .meta({
        title: 'First page',
        control: 'number',
        literal: true,
        dependsOn: { param: 'pages', in: ['number'] },
      }),
    maxPages: z
      .number()
      .int()
      .min(1)
      .max(100)
      .default(10)
      .meta({
        title: 'Most pages',
        description: 'Further pages are not read; "hasMore" is true then.',
        control: 'number',
        literal: true,
        dependsOn: { param: 'pages', in: SEVERAL },
      }),
    maxItems: z
      .number()
      .int()
      .min(1)
      .max(10_000)
      .default(1_000)
      .meta({
        title: 'Most items',
        control: 'number',
        literal: true,
        dependsOn: { param: 'pages', in: SEVERAL },
      }),
    output: z
      .enum(['response', 'body'])
      .default('response')
      .meta({
        title: 'Adds to the input',
        description: '"response": status, headers and body. "body": the fields of the JSON body, none if it is empty.',
        control: 'select',
        literal: true,
        dependsOn: { param: 'pages', in: ['one'] },
      }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: {
    success: z.looseObject({
      status: z.number().int().optional(),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.unknown().optional(),
      items: z.array(z.unknown()).optional(),
      pagesRead: z.number().int().optional(),
      hasMore: z.boolean().optional(),
    }),
  },
  summary: '{method} {url}',
  effect: 'write',
  idempotentWhen: 'params.method in ["GET", "HEAD"] || params.honorsIdempotencyKey',
  policy: {
    timeout: '30s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m', maximumAttempts: 4 },
  },
  lint: [
    {
      code: 'CONNECTION_AND_AUTHORIZATION',
      severity: 'error',
      when: '(params?.connection ?? "") != "" && params?.authorization != null',
      message: 'Use the connection or the authorization, not both',
      field: 'authorization',
    },
    {
      code: 'AUTHORIZATION_DUPLICATE',
      severity: 'warning',
      when:
        'params?.authorization != null && ' +
        '("Authorization" in keys(params?.headers ?? {}) || "authorization" in keys(params?.headers ?? {}))',
      message: 'There is also an Authorization header; the secret replaces it',
      field: 'headers',
    },
    {
      code: 'PAGES_NOT_READ',
      severity: 'warning',
      when: '(params?.pages ?? "one") != "one" && (params?.method ?? "GET") != "GET"',
      message: 'Only GET requests read further pages, so the node sends one request',
      field: 'pages',
      fix: { title: 'Read one page', value: '"one"' },
    },
  ],
  tool: { name: 'http_call', description: 'Calls a web service and returns its response' },
})
