import type { ExpressionPart, ParsedTemplate } from '../../expression/ast.ts'
import { argumentOf, type SinkFault, type SinkWriter, type TemplateSink, wholeSpan } from './sink.ts'

const NOT_JSON = 'The text around the expressions is not JSON: each field needs a value, each text double quotes'
const BARE_KEY = 'An expression for the name of a field needs double quotes around it'
const FIRST_PRIVATE_CHARACTER = 0xe000
const PRIVATE_CHARACTERS = /[\ue000-\uffff]/g

/** The template as JSON with a mark for each expression. */
interface Skeleton {
  readonly pieces: readonly (string | ExpressionPart)[]
  /** Character before and after the number of an expression. */
  readonly mark: string
  /** Expressions inside the quotes of a text. */
  readonly quoted: ReadonlySet<ExpressionPart>
  readonly markOf: (part: ExpressionPart) => string
  /** Positions in the text of all objects and lists, by key; `null` if the skeleton is not JSON. */
  readonly keys: readonly string[] | null
}

/** Returns a character that the template does not contain and that cannot begin a JSON escape. */
function unusedCharacter(text: string): string {
  const used = new Set(text.match(PRIVATE_CHARACTERS))
  let code = FIRST_PRIVATE_CHARACTER
  while (used.has(String.fromCharCode(code))) code += 1
  return String.fromCharCode(code)
}

/** Returns the paths of all keys in a JSON text; a duplicate key of an object counts once. */
function keysIn(text: string): readonly string[] | null {
  const keys: string[] = []
  try {
    JSON.parse(text, (key, member: unknown) => {
      keys.push(key)
      return member
    })
    return keys
  } catch {
    return null
  }
}

function quotedExpressions({ parts }: ParsedTemplate): ReadonlySet<ExpressionPart> {
  const quoted = new Set<ExpressionPart>()
  let isQuoted = false
  for (const part of parts) {
    if (part.kind === 'expression') {
      if (isQuoted) quoted.add(part)
      continue
    }
    for (const [token] of part.text.matchAll(/\\.|"/gs)) if (token === '"') isQuoted = !isQuoted
  }
  return quoted
}

function skeletonOf(template: ParsedTemplate): Skeleton {
  const mark = unusedCharacter(template.text)
  const quoted = quotedExpressions(template)
  const pieces = template.parts.map((part) => (part.kind === 'text' ? part.text : part))
  const markOf = (part: ExpressionPart): string => {
    const text = `${mark}${part.start}${mark}`
    return quoted.has(part) ? text : `"${text}"`
  }
  return { pieces, mark, quoted, markOf, keys: keysIn(join(pieces, markOf)) }
}

const join = (pieces: Skeleton['pieces'], write: (part: ExpressionPart) => string): string =>
  pieces.map((piece) => (typeof piece === 'string' ? piece : write(piece))).join('')

const expressionsOf = ({ pieces }: Skeleton): readonly ExpressionPart[] =>
  pieces.filter((piece) => typeof piece !== 'string')

/** Returns the expressions that are the name of a field or part of one. */
function keyExpressions(skeleton: Skeleton, keys: readonly string[]): ReadonlySet<ExpressionPart> {
  const { mark } = skeleton
  const marks = keys.join('\n').matchAll(new RegExp(`${mark}(\\d+)${mark}`, 'g'))
  const starts = new Set(Array.from(marks, ([, start]) => Number(start)))
  return new Set(expressionsOf(skeleton).filter(({ start }) => starts.has(start)))
}

function faultsOf(template: ParsedTemplate, skeleton: Skeleton): readonly SinkFault[] {
  if (skeleton.keys === null) return [{ message: NOT_JSON, ...wholeSpan(template) }]
  const bare = [...keyExpressions(skeleton, skeleton.keys)].filter((part) => !skeleton.quoted.has(part))
  return bare.map(({ start, end }) => ({ message: BARE_KEY, start, end }))
}

/** Returns the value as JSON; a call of `toJson` gives its argument. */
function jsonValueOf({ expression }: ExpressionPart, { evaluate }: SinkWriter) {
  return evaluate(argumentOf(expression, 'toJson') ?? expression)
}

function quotedText(part: ExpressionPart, writer: SinkWriter): string {
  return writer.spend(JSON.stringify(writer.toText(writer.evaluate(part.expression), part)).slice(1, -1))
}

/**
 * Sink for JSON texts. Inside double quotes a value is text with special characters escaped, elsewhere it is a JSON
 * value of its own type. A template of one expression gives its value; a text value is written as a JSON text, so that
 * every text of this sink is valid JSON.
 */
export const jsonSink: TemplateSink = {
  check: (template) => (template.whole === null ? faultsOf(template, skeletonOf(template)) : []),
  needed: () => [],

  write(template, writer) {
    const [first] = template.parts
    if (template.whole !== null) {
      const value = jsonValueOf(first as ExpressionPart, writer)
      return typeof value === 'string' ? writer.toJson(value, wholeSpan(template)) : value
    }
    const skeleton = skeletonOf(template)
    const [fault] = faultsOf(template, skeleton)
    if (fault !== undefined) throw writer.fault('TEMPLATE_INVALID', fault.message, fault)
    const texts = new Map(
      expressionsOf(skeleton).map((part) => [
        part,
        skeleton.quoted.has(part) ? quotedText(part, writer) : writer.toJson(jsonValueOf(part, writer), part),
      ]),
    )
    const keys = skeleton.keys as readonly string[]
    const names = keyExpressions(skeleton, keys)
    const [name] = names
    if (name !== undefined) {
      const textOf = (part: ExpressionPart) => (names.has(part) ? texts.get(part) : undefined)
      const named = keysIn(join(skeleton.pieces, (part) => textOf(part) ?? skeleton.markOf(part))) as readonly string[]
      if (named.length !== keys.length || named.includes('__proto__')) {
        throw writer.fault('TEMPLATE_VALUE_INVALID', 'A field name cannot occur twice', name)
      }
    }
    return writer.spend(join(skeleton.pieces, (part) => texts.get(part) as string))
  },
}
