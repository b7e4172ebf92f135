import { isName } from '../characters.ts'
import { checkExpression } from '../check/check-expression.ts'
import type { Checking, ScopeSchema } from '../check/problem.ts'
import { itemType } from '../check/return-type.ts'
import { createChecking, typesOfScope } from '../check/typecheck.ts'
import { EXPRESSION_FUNCTIONS, functionSignature } from '../functions/index.ts'
import { describeSignature } from '../functions/signature.ts'
import { parseExpression } from '../parse.ts'
import { printText } from '../print-literal.ts'
import type { Token } from '../token.ts'
import { membersOf } from '../types/member-type.ts'
import { describeType, type StaticProperty, type StaticType, UNKNOWN } from '../types/static-type.ts'
import type { CompletionItem, CompletionList } from './completion.ts'
import { regionAt } from './region.ts'
import { endsValue, isPunctuator, openCall, valueStart } from './tokens-back.ts'

const KEYWORDS = [
  ['true', 'Boolean value'],
  ['false', 'Boolean value'],
  ['null', 'No value'],
] as const
const ROOT_HELP: ReadonlyMap<string, string> = new Map([
  ['input', 'All fields that earlier nodes have added'],
  ['trigger', 'Input that the run was started with'],
  ['nodes', 'Outputs of earlier nodes, by node'],
  ['vars', 'Variables of the workflow'],
  ['run', 'Id, version and start of the run'],
  ['error', 'Failure of the node before'],
  ['item', 'Item of the loop that is processed'],
  ['index', 'Position of the iteration, from 0'],
  ['loop', 'Position of the iteration, and the result of the one before'],
])
const ignore = () => undefined

function functionItem(signature: (typeof EXPRESSION_FUNCTIONS)[number]): CompletionItem {
  const { name, parameters, help } = signature
  const insert = parameters.length === 0 ? `${name}()` : `${name}(`
  return { label: name, kind: 'function', insert, detail: describeSignature(signature), help }
}

function startItems({ rootNames, root }: Checking): CompletionItem[] {
  return [
    ...rootNames.map((name): CompletionItem => {
      const help = ROOT_HELP.get(name)
      const detail = describeType(root(name) as StaticType)
      return { label: name, kind: 'root', insert: name, detail, ...(help === undefined ? {} : { help }) }
    }),
    ...EXPRESSION_FUNCTIONS.map(functionItem),
    ...KEYWORDS.map(([label, help]): CompletionItem => ({ label, kind: 'keyword', insert: label, help })),
  ]
}

function propertyItem(key: string, property: StaticProperty, insert: string): CompletionItem {
  const { title, description, isRequired } = property
  return {
    label: key,
    kind: 'property',
    insert,
    detail: `${describeType(property.type())}${isRequired ? '' : ' (optional)'}`,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { help: description }),
  }
}

/**
 * Returns the keys of an object and the first index of a list; keys that are not names replace the point with brackets.
 */
function memberItems(type: StaticType, point: Token): CompletionItem[] {
  const mark = isPunctuator(point, '?.') ? '?.' : ''
  const properties = [...membersOf(type)].map(([key, property]): CompletionItem => {
    if (isName(key)) return propertyItem(key, property, key)
    return { ...propertyItem(key, property, `${mark}[${printText(key)}]`), from: point.start }
  })
  const list = type.find(({ kind }) => kind === 'list')
  if (list === undefined) return properties
  const first: CompletionItem = { label: '0', kind: 'property', insert: '0', detail: describeType(itemType([list])) }
  return [first, ...properties]
}

/** Returns the type of a complete part of the template before the caret. */
function typeOfPiece(template: string, scope: ScopeSchema, first: Token | undefined, last: Token): StaticType {
  if (first === undefined) return UNKNOWN
  try {
    const expression = parseExpression(template.slice(first.start, last.end))
    return checkExpression(createChecking(template, typesOfScope(scope), ignore), expression, 'lenient')
  } catch {
    return UNKNOWN
  }
}

/** Returns the texts that the current parameter accepts: units, operators, paths of items. */
function valueItems(template: string, scope: ScopeSchema, tokens: readonly Token[]): CompletionItem[] {
  const call = openCall(tokens)
  if (call === null) return []
  const parameter = functionSignature(call.name)?.parameters[call.argumentStarts.length - 1]
  if (parameter === undefined) return []
  const { values, pathInItemsOf } = parameter
  if (values !== undefined) return values.map((label) => ({ label, kind: 'value', insert: label }))
  if (pathInItemsOf === undefined) return []
  const [listStart, nextStart] = call.argumentStarts.slice(pathInItemsOf) as [number, number]
  // The comma is between the list and the next argument.
  const list = typeOfPiece(template, scope, tokens[listStart], tokens[nextStart - 2] as Token)
  return [...membersOf(itemType(list))]
    .filter(([key]) => isName(key))
    .map(([key, property]) => propertyItem(key, property, key))
}

/** Returns the keys of the value at the end of `tokens`, for use between quotes. */
function keyItems(template: string, scope: ScopeSchema, tokens: readonly Token[]): CompletionItem[] {
  const type = typeOfPiece(template, scope, tokens[valueStart(tokens, tokens.length - 1)], tokens.at(-1) as Token)
  return [...membersOf(type)].map(([key, property]) => propertyItem(key, property, printText(key).slice(1, -1)))
}

const isOpenText = (template: string, token: Token, offset: number): boolean => {
  if (token.kind === 'string') return offset < token.end
  return token.kind === 'invalid' && (template[token.start] === '"' || template[token.start] === "'")
}

/** Checks for a text without its closing quote; one that the lexer ends behind the expression has none either. */
const isUnclosed = (template: string, token: Token, offset: number): boolean =>
  token.kind === 'invalid' || template.slice(offset, token.end).includes('}}')

/**
 * Returns the completions at an offset of a template: names of the scope, keys, functions with their signatures, and
 * inside texts the values that a parameter accepts, with the closing quote if it is missing. They are not filtered by the part of the word that is already
 * written.
 *
 * Never throws; `null` if nothing can be offered, as in plain text.
 *
 * @param offset - Offset in `template`, in UTF-16 code units.
 */
export function completionsAt(template: string, offset: number, scope: ScopeSchema): CompletionList | null {
  const region = regionAt(template, offset)
  if (region === null) return null
  const { tokens } = region
  const last = tokens.at(-1)
  const offer = (from: number, items: readonly CompletionItem[]) => (items.length === 0 ? null : { from, items })
  if (last !== undefined && isOpenText(template, last, offset)) {
    const around = tokens.slice(0, -1)
    const owner = around.slice(0, isPunctuator(around.at(-2), '?.') ? -2 : -1)
    const isKey = isPunctuator(around.at(-1), '[') && endsValue(owner.at(-1))
    const items = isKey ? keyItems(template, scope, owner) : valueItems(template, scope, around)
    const close = isUnclosed(template, last, offset) ? template[last.start] : ''
    return offer(
      last.start + 1,
      items.map((item) => ({ ...item, insert: `${item.insert}${close}` })),
    )
  }
  const isWord = (last?.kind === 'name' || last?.kind === 'number') && last.end >= offset
  const before = isWord ? tokens.slice(0, -1) : tokens
  const from = isWord ? last.start : offset
  const point = before.at(-1)
  if (point !== undefined && isPunctuator(point, '.', '?.')) {
    const start = valueStart(before, before.length - 2)
    const owner = before.at(-2) ?? point
    return offer(from, memberItems(typeOfPiece(template, scope, before[start], owner), point))
  }
  if (endsValue(point) || last?.kind === 'number') return null
  return offer(from, startItems(createChecking(template, typesOfScope(scope), ignore)))
}
