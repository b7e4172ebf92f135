import type { TenonError } from '../errors/index.ts'
import type { Span } from '../expression/ast.ts'
import type { Json, JsonObject } from '../json.ts'
import type { Evaluation } from './evaluation.ts'
import { EVALUATION_LIMITS } from './limits.ts'
import { limitFault, type Meter, spendReading, spendSize, spendSteps } from './meter.ts'
import { kindOf, ownKeys, ownValue } from './values.ts'

interface WriteOptions {
  /** Indentation of one level. */
  readonly indent: string
  /** Sorts keys, so that equal objects give equal texts. */
  readonly sorted: boolean
  readonly spendSize: (characters: number) => void
}

export function valueTooDeep(): TenonError {
  return limitFault('valueDepth', EVALUATION_LIMITS.valueDepth, 'A value nests too deep')
}

export function checkDepth(depth: number): void {
  if (depth > EVALUATION_LIMITS.valueDepth) throw valueTooDeep()
}

function createWriter(meter: Meter, span: Span, options: WriteOptions) {
  const pieces: string[] = []

  const put = (piece: string): void => {
    options.spendSize(piece.length)
    pieces.push(piece)
  }

  const putText = (text: string): void => {
    spendReading(meter, text.length)
    options.spendSize(text.length)
    const written = JSON.stringify(text)
    options.spendSize(written.length - text.length)
    pieces.push(written)
  }

  const putAll = (open: string, close: string, depth: number, writers: readonly (() => void)[]): void => {
    const line = options.indent === '' || writers.length === 0 ? '' : `\n${options.indent.repeat(depth + 1)}`
    put(open)
    writers.forEach((write, index) => {
      put(index === 0 ? line : `,${line}`)
      write()
    })
    put(line === '' ? close : `\n${options.indent.repeat(depth)}${close}`)
  }

  const putList = (items: readonly Json[], depth: number): void => {
    spendSteps(meter, items.length)
    const writers = items.map((_item, index) => () => write(ownValue(items, index), depth + 1))
    putAll('[', ']', depth, writers)
  }

  const putObject = (object: JsonObject, depth: number): void => {
    const keys = ownKeys(meter, object)
    if (options.sorted) keys.sort()
    const writers = keys.map((key) => () => {
      putText(key)
      put(options.indent === '' ? ':' : ': ')
      write(ownValue(object, key), depth + 1)
    })
    putAll('{', '}', depth, writers)
  }

  const write = (value: Json | undefined, depth: number): void => {
    checkDepth(depth)
    spendSteps(meter, 1)
    const kind = kindOf(value, span)
    if (kind === 'text') putText(value as string)
    else if (kind === 'list') putList(value as readonly Json[], depth)
    else if (kind === 'object') putObject(value as JsonObject, depth)
    else put(String(value))
  }

  return (value: Json): string => {
    write(value, 0)
    return pieces.join('')
  }
}

/** Serializes a value to JSON and counts the text while it is written. */
export function writeJson({ meter }: Evaluation, value: Json, span: Span, indent = 0): string {
  const write = createWriter(meter, span, {
    indent: ' '.repeat(indent),
    sorted: false,
    spendSize: (characters) => spendSize(meter, characters),
  })
  return write(value)
}

/** Returns a text that is the same for equal values only; counts steps, since the text is not kept. */
export function keyText({ meter }: Evaluation, value: Json, span: Span): string {
  return createWriter(meter, span, { indent: '', sorted: true, spendSize: () => undefined })(value)
}

/** Converts a value to text as templates do: null to empty text, lists and objects to JSON. */
export function textOf(evaluation: Evaluation, value: Json, span: Span): string {
  switch (kindOf(value, span)) {
    case 'text':
      return value as string
    case 'null':
      return ''
    case 'list':
    case 'object':
      return writeJson(evaluation, value, span)
    default:
      return String(value)
  }
}
