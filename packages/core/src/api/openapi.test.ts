import { describe, expect, test } from 'vitest'
import { createOpenApiDocument, errorCodesOf } from './openapi.ts'
import type { RouteDefinition } from './route.ts'
import { ROUTES } from './route-table.ts'
import { WEBHOOK_EVENT_TYPES } from './webhook-event-types.ts'

interface Operation {
  readonly operationId: string
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[]
  readonly requestBody?: { readonly required: boolean }
  readonly responses: Readonly<Record<string, unknown>>
  readonly security?: readonly unknown[]
}

const document = createOpenApiDocument({ serverUrl: 'https://app.example/automation' })
const paths = document.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>
const components = document.components as { readonly schemas: Readonly<Record<string, unknown>> }

describe('createOpenApiDocument', () => {
  test('names its version and the URL of the server', () => {
    expect(document.openapi).toBe('3.1.0')
    expect(document.servers).toEqual([{ url: 'https://app.example/automation' }])
  })

  test.each(Object.values(ROUTES) as readonly RouteDefinition[])('describes $id', (route) => {
    const operation = paths[route.path]?.[route.method === 'WS' ? 'get' : route.method.toLowerCase()]
    expect(operation?.operationId).toBe(route.id)
    expect(operation?.requestBody === undefined).toBe(route.body === null)
    const inPath = operation?.parameters.filter((parameter) => parameter.in === 'path')
    expect(inPath?.map((parameter) => parameter.name)).toEqual(Object.keys(route.params.shape))
    expect(inPath?.every((parameter) => parameter.required)).toBe(true)
    for (const status of Object.keys(route.responses)) expect(operation?.responses).toHaveProperty(status)
  })

  test.each(WEBHOOK_EVENT_TYPES)('describes the request with an event of the type %s', (type) => {
    const { post } = (document.webhooks as Readonly<Record<string, { readonly post: Operation }>>)[type] ?? {}
    expect(post?.parameters.map(({ name }) => name)).toEqual(['webhook-id', 'webhook-timestamp', 'webhook-signature'])
    expect(JSON.stringify(post?.requestBody)).toContain(`"const":"${type}"`)
  })

  test('every reference has its target', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? '')
    expect(references.length).toBeGreaterThan(20)
    for (const reference of references) {
      expect(reference).toMatch(/^#\/components\/schemas\/[A-Za-z]+$/)
      expect(components.schemas).toHaveProperty(reference.slice('#/components/schemas/'.length))
    }
  })

  test('optional query parameters are optional, and If-Match is required', () => {
    const list = paths['/runs']?.get?.parameters
    expect(list?.find((parameter) => parameter.name === 'limit')?.required).toBe(false)
    const put = paths['/workflows/{id}/draft']?.put?.parameters
    expect(put?.find((parameter) => parameter.name === 'If-Match')?.required).toBe(true)
  })

  test('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(document)
  })
})

describe('errorCodesOf', () => {
  test('adds what every route of its kind can answer', () => {
    expect(errorCodesOf(ROUTES.getVersion)).toEqual(
      expect.arrayContaining(['UNAUTHENTICATED', 'FORBIDDEN', 'VERSION_NOT_FOUND', 'WORKFLOW_NOT_FOUND']),
    )
    expect(errorCodesOf(ROUTES.getLive)).toEqual(['INTERNAL'])
  })
})
