import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryDocument, RANDOM_TYPES } from '../../test/arbitraries.ts'
import { workflowManifest } from '../../test/workflow-types.ts'
import { applyOperations, type WorkflowDocument } from '../document/index.ts'
import type { Json } from '../json.ts'
import type { NodeManifestEntry } from '../node/definition.ts'
import { createScopeSchemas, validateWorkflow } from './index.ts'

const TYPES = [
  'start',
  'end',
  'set',
  'if-else',
  'fork',
  'join',
  'approval',
  'acme/call',
  'acme/ask',
  'acme/single',
] as const
const TEXTS = [
  '{{ input.status }}',
  '{{ input.k }}',
  'x {{ nodes.a.output.b }}',
  '{{ nodes.b }}',
  '{{ 1 +',
  '{{ error.code ?? vars.x }}',
  '{{ input[trigger.a].b }}',
  '{{ input["a b"] }}',
]

/** A random document whose nodes are of known types and have templates among their params. */
const typedDocument: fc.Arbitrary<WorkflowDocument> = fc
  .tuple(arbitraryDocument(), fc.infiniteStream(fc.tuple(fc.constantFrom(...TYPES), fc.constantFrom(...TEXTS))))
  .map(([document, choices]) => ({
    ...document,
    nodes: document.nodes.map((node) => {
      const [type, text] = choices.next().value
      const extra: Record<string, Json> = {
        url: text,
        fields: { k: text, status: 1 },
        left: text,
        prompt: text,
        title: text,
        output: [text],
      }
      return { ...node, type, typeVersion: 1, params: { ...node.params, ...extra } }
    }),
  }))

const KEYWORDS = [
  'type',
  'properties',
  'required',
  'items',
  'anyOf',
  'allOf',
  '$ref',
  '$defs',
  'additionalProperties',
  'title',
  'control',
  'fromParam',
  'as',
  'default',
]

const anySchema: fc.Arbitrary<Json> = fc.oneof(
  fc.boolean(),
  fc.dictionary(
    fc.constantFrom(...KEYWORDS),
    fc.jsonValue().map((value) => value as Json),
    { noNullPrototype: true },
  ),
  fc.constantFrom<Json>(
    { $ref: '#' },
    { type: 'object', properties: { a: { $ref: '#/properties/a' } } },
    { properties: { value: { literal: true, properties: {} } } },
  ),
)

/** An entry for a random type in which anything that is data may be nonsense. */
const strangeEntry = fc
  .record({
    type: fc.constantFrom(...RANDOM_TYPES),
    version: fc.constantFrom(1, 2),
    params: anySchema,
    output: anySchema,
    control: fc.constantFrom(undefined, 'trigger', 'fork'),
    when: fc.constantFrom('true', 'params.value', '{{', 'params.title == "x"'),
  })
  .map(
    ({ type, version, params, output, control, when }) =>
      ({
        ...workflowManifest().nodes[0],
        type,
        version,
        params,
        ...(control === undefined ? {} : { control }),
        outputs: { success: output, '*': { fromParam: 'value' } },
        lint: [{ code: 'LINT', severity: 'error', when, message: 'Lint', field: 'value' }],
      }) as NodeManifestEntry,
  )

const manifest = workflowManifest()

describe('validateWorkflow', () => {
  test('never throws, and each of its fixes can be applied', () => {
    fc.assert(
      fc.property(fc.oneof(arbitraryDocument(), typedDocument), (document) => {
        const issues = validateWorkflow(document, manifest)
        expect(validateWorkflow(document, manifest)).toEqual(issues)
        for (const { fix } of issues) if (fix !== undefined) applyOperations(document, fix.operations)
      }),
      { numRuns: 300 },
    )
  })

  test('never throws whatever node types say of themselves', () => {
    fc.assert(
      fc.property(arbitraryDocument(), fc.array(strangeEntry, { maxLength: 4 }), (document, nodes) => {
        validateWorkflow(document, { nodes })
        const scopeOf = createScopeSchemas(document, { nodes })
        for (const { id } of document.nodes) scopeOf(id)
      }),
      { numRuns: 200 },
    )
  })

  test('never throws on what is no document', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void validateWorkflow(value as never, manifest)))
  })
})
