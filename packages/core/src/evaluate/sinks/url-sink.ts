import { analyzeTemplate } from '../../expression/analyze.ts'
import type { Expression, ExpressionPart, ParsedTemplate, Span } from '../../expression/ast.ts'
import { printPath } from '../../expression/printer.ts'
import { isWellFormed } from '../../text/well-formed.ts'
import { isPortAllowed } from './outbound-rules.ts'
import { argumentOf, type ConstantOf, type SinkFault, type SinkWriter, type TemplateSink, wholeSpan } from './sink.ts'

/** Scheme, host and port, up to the character after them. URL parsers read `\` as `/`. */
const BASE = /^\s*https?:\/\/[^/?#\\\s]+(?=[/?#])/i
/** A port, a user name or a password before the path. */
const NAMES_MORE_THAN_HOST = /^\s*https?:\/\/[^/?#\\]*[:@]/i
const CUT_ESCAPE = /%[0-9a-f]?$/i
// URL parsers drop these silently, so the URL would differ from the text.
const DROPPED = /[\t\r\n]/

const IN_BASE =
  'Scheme, host and port must be text or variables of the workflow. Write one expression for the whole URL instead'
const IN_ESCAPE = 'An expression cannot follow an unfinished % escape'

interface Inserted extends Span {
  readonly part: ExpressionPart
}

const hasBase = (written: string): boolean => BASE.test(written)

function onlyExpression({ parts }: ParsedTemplate): ExpressionPart | null {
  const written = parts.filter((part) => part.kind === 'expression' || part.text.trim() !== '')
  const [only] = written
  return written.length === 1 && only?.kind === 'expression' ? only : null
}

/** Checks whether an expression reads only variables, which are part of the document like the URL itself. */
function readsOnlyVariables(expression: Expression): boolean {
  const part = { kind: 'expression', expression, start: 0, end: 0 } as const
  const { reads, isImpure } = analyzeTemplate({ text: '', parts: [part], whole: null })
  return !isImpure && reads.every(({ root }) => root === 'vars')
}

/**
 * Checks whether values of a run decide which host a URL names: one expression is the whole URL, and it reads more than
 * variables of the workflow.
 */
export function hasOpenHost(template: ParsedTemplate): boolean {
  const only = onlyExpression(template)
  return only !== null && !readsOnlyVariables(only.expression)
}

/** A segment of a path that is empty, `.` or `..`, with the values in it, at least one. */
interface FaultySegment {
  readonly segment: string
  readonly values: readonly ExpressionPart[]
}

/** Lists the segments whose values would remove them or lead to a parent: parsers also resolve `%2e`. */
function faultySegments(url: string, inserted: readonly Inserted[]): readonly FaultySegment[] {
  // Values are only inserted after the base, so without one there may be no base.
  if (inserted.length === 0) return []
  const start = (BASE.exec(url) as RegExpExecArray)[0].length
  const path = url.slice(start).split(/[?#]/, 1)[0] as string
  const faulty: FaultySegment[] = []
  let at = start
  for (const written of path.split(/[/\\]/)) {
    const end = at + written.length
    const spans = inserted.filter((span) => span.start >= at && span.end <= end)
    const segment = written.replaceAll(/%2e/gi, '.')
    if (spans.length > 0 && ['', '.', '..'].includes(segment)) {
      faulty.push({ segment, values: spans.map(({ part }) => part) })
    }
    at = end + 1
  }
  return faulty
}

/** Describes the fault of a segment by its first expression, which is only printed if it is a path. */
function describeSegment(name: string, { segment }: FaultySegment, { expression }: ExpressionPart): string {
  const source =
    expression.kind === 'path' ? `the value of ${printPath(expression, expression.segments.length)}` : 'a value'
  const fault = segment === '' ? 'is empty or null' : `makes a segment "${segment}"`
  return `"${name}": ${source} ${fault}, but a segment of a path cannot be empty, "." or ".."`
}

function check(template: ParsedTemplate, constantOf: ConstantOf): readonly SinkFault[] {
  if (onlyExpression(template) !== null) return []
  const faults: SinkFault[] = []
  let written = ''
  for (const part of template.parts) {
    const { start, end } = part
    if (part.kind === 'text') {
      written += part.text
    } else if (hasBase(written)) {
      if (CUT_ESCAPE.test(written.slice(-2))) faults.push({ message: IN_ESCAPE, start, end })
      written += 'x'
    } else {
      if (!readsOnlyVariables(part.expression)) return [{ message: IN_BASE, start, end }]
      const constant = constantOf(part.expression)
      // A missing variable is a fault of the expression.
      if (constant === undefined) return []
      written += String(constant)
    }
  }
  if (DROPPED.test(written.trim()))
    faults.push({ message: 'A URL cannot contain tabs or line breaks', ...wholeSpan(template) })
  if (faults.length > 0) return faults
  if (!hasBase(`${written.trim()}/`) || !URL.canParse(written)) {
    return [{ message: 'This is not a full http or https URL', ...wholeSpan(template) }]
  }
  if (!NAMES_MORE_THAN_HOST.test(written)) return []
  const { port, username, password } = new URL(written)
  if (!isPortAllowed(port)) return [{ message: `Port ${port} is blocked for requests`, ...wholeSpan(template) }]
  if (username === '' && password === '') return []
  return [{ message: 'A URL must not hold a user name or a password', ...wholeSpan(template) }]
}

/** Lists the values that are a whole segment of the path, or a whole URL: nothing remains of them if they are `null`. */
function needed(template: ParsedTemplate, constantOf: ConstantOf): readonly ExpressionPart[] {
  const only = onlyExpression(template)
  if (only !== null) return [only]
  if (check(template, constantOf).length > 0) return []
  const inserted: Inserted[] = []
  let written = ''
  for (const part of template.parts) {
    if (part.kind === 'text') written += part.text
    else if (hasBase(written)) inserted.push({ part, start: written.length, end: written.length })
    else {
      const constant = constantOf(part.expression)
      if (constant === undefined) return []
      written += String(constant)
    }
  }
  // Of two values in one segment, either is enough.
  return faultySegments(written, inserted).flatMap(({ values }) => (values.length === 1 ? values : []))
}

/** Encodes a value for path, query or fragment. The result of `urlEncode` is not encoded again. */
function encode({ expression, start, end }: ExpressionPart, writer: SinkWriter): string {
  const value = writer.evaluate(argumentOf(expression, 'urlEncode') ?? expression)
  const text = writer.toText(value, { start, end })
  if (!isWellFormed(text)) {
    throw writer.fault('TEMPLATE_VALUE_INVALID', 'A URL cannot contain a lone surrogate', { start, end })
  }
  return writer.spend(encodeURIComponent(text))
}

/**
 * Sink for URLs. A value is percent-encoded for the path, the query or the fragment that contains it. A value of the
 * run cannot set the scheme, the host or the port, unless one expression is the whole URL.
 */
export const urlSink: TemplateSink = {
  check,
  needed,

  write(template, writer) {
    const only = onlyExpression(template)
    if (only !== null) return writer.evaluate(only.expression)
    const [fault] = check(template, writer.evaluate)
    if (fault !== undefined) throw writer.fault('TEMPLATE_INVALID', fault.message, fault)
    const inserted: Inserted[] = []
    let written = ''
    for (const part of template.parts) {
      if (part.kind === 'text') {
        written += writer.spend(part.text)
        continue
      }
      const isBehind = hasBase(written)
      const start = written.length
      written += isBehind ? encode(part, writer) : writer.toText(writer.evaluate(part.expression), part)
      if (isBehind) inserted.push({ part, start, end: written.length })
    }
    const [faulty] = faultySegments(written, inserted)
    if (faulty === undefined) return written
    const value = faulty.values[0] as ExpressionPart
    throw writer.fault('TEMPLATE_VALUE_INVALID', describeSegment(writer.name, faulty, value), value)
  },
}
