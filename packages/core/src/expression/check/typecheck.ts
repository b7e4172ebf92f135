import type { TenonError } from '../../errors/index.ts'
import type { JsonSchema } from '../../json.ts'
import type { ParsedTemplate } from '../ast.ts'
import type { ValueKind } from '../functions/signature.ts'
import type { ExpressionLimit } from '../limits.ts'
import { parseTemplate } from '../parse.ts'
import { syntaxFaultOf } from '../syntax-error.ts'
import { typeOfSchema } from '../types/schema-to-type.ts'
import { describeKinds, kindsOf, listKinds, type StaticType, typeOfKind, UNKNOWN } from '../types/static-type.ts'
import { schemaOfType } from '../types/type-to-schema.ts'
import { checkExpression } from './check-expression.ts'
import { expressionFix } from './fix.ts'
import type { Checking, ExpressionProblem, ScopeSchema, ScopeTypes } from './problem.ts'
import type { CodedValues } from './values.ts'

/** Types and problems of a template, known before it is evaluated. */
export interface TemplateTypes {
  /** JSON Schema of the value; `true` if nothing is known. */
  readonly schema: JsonSchema
  /** Possible kinds of the value; `null` for any. */
  readonly kinds: readonly ValueKind[] | null
  /** Problems in the order of the text. */
  readonly problems: readonly ExpressionProblem[]
}

/** Options of a type check. */
export interface TypecheckOptions {
  /** Schema of the param that takes the value; a kind that never fits is a problem. */
  readonly expected?: JsonSchema
}

/** Returns the types of a scope; each root is converted on first use. */
export function typesOfScope(scope: ScopeSchema): ScopeTypes {
  const types = new Map<string, StaticType>()
  const root = (name: string): StaticType | undefined => {
    const schema = Object.hasOwn(scope, name) ? scope[name] : undefined
    if (schema === undefined) return undefined
    const type = types.get(name) ?? typeOfSchema(schema)
    types.set(name, type)
    return type
  }
  return { root, rootNames: Object.keys(scope) }
}

/** Creates the check of expressions in one text against one scope. */
export function createChecking(text: string, scope: ScopeTypes, report: Checking['report']): Checking {
  return { text, root: scope.root, rootNames: scope.rootNames, report }
}

/** Returns the code and the values of an error of the parser. */
function valuesOf({ code, details }: TenonError): CodedValues {
  if (code === 'EXPRESSION_LIMIT') {
    return { code, values: { limit: details?.limit as ExpressionLimit, maximum: details?.max as number } }
  }
  if (code === 'EXPRESSION_KEY_FORBIDDEN') return { code, values: { key: details?.key as string } }
  return { code: 'EXPRESSION_SYNTAX', values: syntaxFaultOf(details) }
}

function syntaxProblem(text: string, error: TenonError): ExpressionProblem {
  const message = error.message.replace(/ \(line \d+, column \d+\)$/, '')
  const position = Math.min(error.details?.position as number, text.length)
  const isOpen = error.details?.reason === 'unclosed'
  return {
    ...valuesOf(error),
    severity: 'error',
    message,
    start: position,
    end: Math.min(position + 1, text.length),
    ...(isOpen ? { fix: expressionFix('CLOSE_EXPRESSION', {}, { start: position, end: position, text: ' }}' }) } : {}),
  }
}

/**
 * Checks the types of a template against the schemas of its scope, without evaluating it.
 *
 * Never throws: a template with a syntax error has that as its only problem.
 *
 * @param scope - One schema per root. Use `anyOf` for a value that depends on the path of the run: a key that not all
 * of them have is reported as "exists on 3 of 4 paths". Undeclared keys are a warning, with `additionalProperties:
 * false` an error.
 *
 * @example
 * ```ts
 * const input = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }
 * typecheckTemplate('{{ input.nmae }}', { input }).problems[0]?.message // 'input.nmae is not declared; ...'
 * ```
 */
export function typecheckTemplate(
  template: string | ParsedTemplate,
  scope: ScopeSchema,
  options: TypecheckOptions = {},
): TemplateTypes {
  const { type, problems } = typeTemplate(template, typesOfScope(scope))
  const wanted = options.expected === undefined ? null : kindsOf(typeOfSchema(options.expected))
  const text = typeof template === 'string' ? template : template.text
  return { schema: schemaOfType(type), kinds: kindsOf(type), problems: withExpectation(problems, text, type, wanted) }
}

/** Type of a template, with its problems. */
export interface TypedText {
  /** Type of the value; unknown for a text with a syntax error. */
  readonly type: StaticType
  /** Types of the template's parts, in their order; none for a text with a syntax error. */
  readonly types: readonly StaticType[]
  /** Problems in the order of the text. */
  readonly problems: readonly ExpressionProblem[]
}

const TEXT = typeOfKind('text')
const byStart = (a: ExpressionProblem, b: ExpressionProblem): number => a.start - b.start

/** Types a template like {@link typecheckTemplate}, for callers whose scopes share types. */
export function typeTemplate(template: string | ParsedTemplate, scope: ScopeTypes): TypedText {
  let parsed: ParsedTemplate
  try {
    parsed = typeof template === 'string' ? parseTemplate(template) : template
  } catch (error) {
    return { type: UNKNOWN, types: [], problems: [syntaxProblem(template as string, error as TenonError)] }
  }
  const problems: ExpressionProblem[] = []
  const checking = createChecking(parsed.text, scope, (problem) => void problems.push(problem))
  const types = parsed.parts.map((part) =>
    part.kind === 'expression' ? checkExpression(checking, part.expression, 'strict') : TEXT,
  )
  const type = parsed.whole === null ? TEXT : (types[0] as StaticType)
  return { type, types, problems: problems.sort(byStart) }
}

/**
 * Adds the problem that a template never gives the type that its param needs, if so.
 *
 * @param wanted - Needed kinds; `null` for any.
 */
export function withExpectation(
  problems: readonly ExpressionProblem[],
  text: string,
  type: StaticType,
  wanted: readonly ValueKind[] | null,
): readonly ExpressionProblem[] {
  if (wanted === null || wanted.length === 0) return problems
  const kinds = kindsOf(type)
  if (kinds === null || kinds.length === 0 || kinds.some((kind) => wanted.includes(kind))) return problems
  const message = `This gives ${describeKinds(kinds)}, but ${describeKinds(wanted)} is needed here`
  const values = { reason: 'result', wanted: listKinds(wanted), given: listKinds(kinds) } as const
  const location = { start: 0, end: text.length }
  const problem: ExpressionProblem = { code: 'EXPRESSION_TYPE', severity: 'error', message, values, ...location }
  return [...problems, problem].sort(byStart)
}
