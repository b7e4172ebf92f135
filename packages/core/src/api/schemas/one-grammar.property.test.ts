import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryDocument, arbitraryOperations } from '../../../test/arbitraries.ts'
import { broken } from '../../../test/broken-json.ts'
import { parseOperations } from '../../document/operation-shape.ts'
import { documentShape, parseDocument } from '../../document/parse-document.ts'
import type { TenonError } from '../../errors/index.ts'
import type { Json } from '../../json.ts'
import { createOpenApiDocument } from '../openapi.ts'
import { workflowDocumentSchema } from './document.ts'
import { documentOperationSchema } from './operation.ts'

const RUNS = 1_500
const openApi = createOpenApiDocument({ serverUrl: 'https://x.test' })
// A validator that is not ours; what OpenAPI adds to JSON Schema is not for it to know.
const ajv = new Ajv2020({ strict: false, allErrors: false })
ajv.addSchema(openApi, 'openapi')

/** A part of the published OpenAPI document, as a validator that is not ours understands it. */
function published(name: string): ValidateFunction {
  return ajv.compile({ $ref: `openapi#/components/schemas/${name}` })
}

function accepts(parse: () => unknown, code: TenonError['code']): boolean {
  try {
    parse()
    return true
  } catch (error) {
    expect(error).toMatchObject({ code })
    return false
  }
}

interface Verdicts {
  readonly parser: (value: Json) => boolean
  readonly wire: (value: Json) => boolean
  readonly openApi: (value: Json) => boolean
}

/** Gives each value to all three. @returns How many were accepted, and how many refused. */
function compare(values: fc.Arbitrary<Json>, verdicts: Verdicts): { accepted: number; refused: number } {
  const counts = { accepted: 0, refused: 0 }
  fc.assert(
    fc.property(values, (value) => {
      const [parser, wire, schema] = [verdicts.parser(value), verdicts.wire(value), verdicts.openApi(value)]
      expect({ wire, schema }).toEqual({ wire: parser, schema: parser })
      counts[parser ? 'accepted' : 'refused'] += 1
    }),
    { numRuns: RUNS },
  )
  return counts
}

describe('parser, wire schema and OpenAPI schema agree', () => {
  const ofDocument = published('WorkflowDocument')
  const documents: Verdicts = {
    parser: (value) => accepts(() => documentShape(value, []), 'DOCUMENT_MALFORMED'),
    wire: (value) => workflowDocumentSchema.safeParse(value).success,
    openApi: (value) => ofDocument(value),
  }
  const ofOperation = published('DocumentOperation')
  const operations: Verdicts = {
    parser: (value) => accepts(() => parseOperations([value]), 'OPERATION_INVALID'),
    wire: (value) => documentOperationSchema.safeParse(value).success,
    openApi: (value) => ofOperation(value),
  }
  const document = arbitraryDocument() as fc.Arbitrary<unknown> as fc.Arbitrary<Json>
  const operation = arbitraryOperations().chain(([first]) => fc.constant((first ?? { op: 'none' }) as Json))

  test('on sound and on broken documents', async ({ annotate }) => {
    expect(compare(document, documents)).toEqual({ accepted: RUNS, refused: 0 })
    const { accepted, refused } = compare(broken(document), documents)
    await annotate(`documents: ${RUNS} sound, ${accepted + refused} changed (${accepted} accepted, ${refused} refused)`)
    expect(Math.min(accepted, refused)).toBeGreaterThan(RUNS / 50)
  })

  test('on sound and on broken operations', async ({ annotate }) => {
    compare(operation, operations)
    const { accepted, refused } = compare(broken(operation), operations)
    await annotate(
      `operations: ${RUNS} sound, ${accepted + refused} changed (${accepted} accepted, ${refused} refused)`,
    )
    expect(Math.min(accepted, refused)).toBeGreaterThan(RUNS / 50)
  })

  test('on values that are neither', () => {
    const anything = fc.jsonValue() as fc.Arbitrary<Json>
    expect(compare(anything, documents).accepted).toBe(0)
    expect(compare(anything, operations).accepted).toBe(0)
  })

  test('but for the nesting of values, which JSON Schema has no word for, and ids that repeat', () => {
    const nested = (depth: number): Json => (depth === 0 ? 1 : [nested(depth - 1)])
    const base = { schemaVersion: 1, nodes: [], edges: [], annotations: [], settings: {} }
    const deep: Json = { ...base, variables: [{ name: 'v', value: nested(65) }] }
    expect([documents.parser(deep), documents.wire(deep), documents.openApi(deep)]).toEqual([false, false, true])
    const twice: Json = { ...base, variables: [1, 2].map((value) => ({ name: 'v', value })) }
    expect([documents.parser(twice), documents.wire(twice), documents.openApi(twice)]).toEqual([true, true, true])
    expect(() => parseDocument(twice)).toThrow(expect.objectContaining({ code: 'DOCUMENT_MALFORMED' }))
  })
})

describe('the wire schema', () => {
  test('reports all faults with their paths, in the words of the parser', () => {
    const node = { id: 'a', type: 'Set Me', typeVersion: 1, name: 'A', params: {}, position: { x: 0, y: 1e9 } }
    const answer = workflowDocumentSchema.safeParse({ schemaVersion: 1, nodes: [node], edges: [], settings: {} })
    expect(answer.error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`)).toEqual([
      expect.stringContaining('nodes.0.type must match'),
      'nodes.0.position.y must be between -10000000 and 10000000',
      'variables is required',
      'annotations is required',
    ])
  })
})
