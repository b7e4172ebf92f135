import { nearest } from '../expression/suggest.ts'
import { CONTROL_NAMES, type NodeDefinition } from './definition.ts'
import { isPortsFromParam } from './definition-parts.ts'
import { toJsonSchema } from './json-schema-of.ts'
import { isRefined, metaOf, type SchemaPart, schemaParts } from './schema-parts.ts'

type Fail = (field: string, why: string) => never

/** Keywords of JSON Schema that reject values; in `.meta()`, they declare the rules of a `refine` for the validator. */
const ASSERTIONS = [
  'not',
  'if',
  'allOf',
  'anyOf',
  'oneOf',
  'const',
  'enum',
  'pattern',
  'required',
  'contains',
  'minLength',
]

const fieldOf = ({ path }: SchemaPart): string => ['params', ...path].join('.')

/** Returns the lists whose items become ports; the validator checks their ids. */
function portLists({ ports }: NodeDefinition): readonly string[] {
  return ports.flatMap((port) => (isPortsFromParam(port) ? [port.each] : []))
}

function checkRefinement(definition: NodeDefinition, part: SchemaPart, fail: Fail): void {
  if (!isRefined(part.schema)) return
  const [param] = part.path
  const hasRule = definition.lint?.some(({ field }) => field !== undefined && field.split('.')[0] === param)
  const meta = metaOf(part.schema)
  if (hasRule || ASSERTIONS.some((keyword) => keyword in meta) || portLists(definition).includes(fieldOf(part))) return
  fail(
    fieldOf(part),
    'the rules of refine() are not known before a run. Declare them in .meta() with keywords of JSON Schema, such as not, or add a lint rule for the field',
  )
}

/** Refuses transforms: the editor would show one type, and `run` would get another. */
function checkNoTransform({ schema }: SchemaPart, field: string, fail: Fail): void {
  const { def } = schema._zod
  const isCodec = def.type === 'pipe' && 'transform' in def
  if (def.type !== 'transform' && !isCodec) return
  fail(field, 'JSON Schema cannot express a transform. Declare the stored type, and convert it in run')
}

function checkMeta(part: SchemaPart, siblings: ReadonlySet<string>, fail: Fail): void {
  const { control, dependsOn, late } = metaOf(part.schema)
  const meant = typeof control === 'string' ? nearest(control, CONTROL_NAMES) : null
  if (meant !== null && meant !== control) {
    fail(fieldOf(part), `unknown control "${control}". Did you mean "${meant}"?`)
  }
  for (const condition of [dependsOn, late]) {
    const named =
      typeof condition === 'object' && condition !== null && 'param' in condition ? condition.param : undefined
    if (named !== undefined && !siblings.has(String(named))) {
      fail(fieldOf(part), `it depends on the unknown param "${String(named)}"`)
    }
  }
  if (late !== undefined && (part.path.length > 1 || part.schema._zod.optin !== 'optional')) {
    fail(fieldOf(part), 'a late param is absent in the first pass. Declare it as an optional param of the node')
  }
}

/**
 * Refuses params and outputs that only code could check: rules that the validator cannot see, unknown controls and
 * params, and types that JSON does not have.
 */
export function checkParamSchemas(definition: NodeDefinition, fail: Fail): void {
  const parts = schemaParts(definition.params)
  const names = (path: readonly string[]): ReadonlySet<string> =>
    new Set(
      parts
        .filter(
          (part) => part.path.length === path.length && part.path.slice(0, -1).join() === path.slice(0, -1).join(),
        )
        .map((part) => String(part.path.at(-1))),
    )
  for (const part of parts) {
    checkNoTransform(part, fieldOf(part), fail)
    checkRefinement(definition, part, fail)
    checkMeta(part, names(part.path), fail)
  }
  toJsonSchema(definition, 'params', definition.params, 'input')
  for (const [port, schema] of Object.entries(definition.outputs)) {
    if ('fromParam' in schema) continue
    for (const part of schemaParts(schema)) checkNoTransform(part, ['outputs', port, ...part.path].join('.'), fail)
    toJsonSchema(definition, `outputs.${port}`, schema, 'output')
  }
}
