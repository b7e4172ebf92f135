import type { CallExpression, Expression } from '../ast.ts'
import { EXPRESSION_FUNCTIONS, functionSignature } from '../functions/index.ts'
import { describeSignature, type FunctionParameter, type FunctionSignature } from '../functions/signature.ts'
import { NO_PATH } from '../path-text.ts'
import { printText } from '../print-literal.ts'
import { nearest } from '../suggest.ts'
import { syntaxMessage } from '../syntax-fault.ts'
import { membersOf, memberType } from '../types/member-type.ts'
import { isUnknown, type StaticType, UNKNOWN, withoutNull } from '../types/static-type.ts'
import { checkKinds } from './check-kinds.ts'
import { fixTo } from './fix.ts'
import type { Checking } from './problem.ts'
import { itemType, literalPath, returnType } from './return-type.ts'

function reportUnknown({ report }: Checking, { name, start, nameEnd: end }: CallExpression): void {
  const meant = nearest(
    name,
    EXPRESSION_FUNCTIONS.map((signature) => signature.name),
  )
  const hint = meant === null ? '' : `; did you mean ${meant}?`
  report({
    code: 'EXPRESSION_FUNCTION_UNKNOWN',
    severity: 'error',
    message: `There is no function ${name}${hint}`,
    values: { name, meant: meant ?? '' },
    start,
    end,
    ...fixTo(meant, { start, end }),
  })
}

function checkCount({ report }: Checking, call: CallExpression, signature: FunctionSignature): void {
  const { parameters } = signature
  const { length } = call.arguments
  const least = parameters.filter(({ optional, rest }) => !optional && !rest).length
  const most = parameters.at(-1)?.rest ? Number.POSITIVE_INFINITY : parameters.length
  if (length >= least && length <= most) return
  const values = { reason: 'count', name: signature.name, signature: describeSignature(signature) } as const
  const message = `${values.name} is called as ${values.signature}`
  report({ code: 'EXPRESSION_ARGUMENTS', severity: 'error', message, values, start: call.start, end: call.end })
}

function checkValues({ report }: Checking, { name, values }: FunctionParameter, argument: Expression): void {
  if (values === undefined || argument.kind !== 'literal' || typeof argument.value !== 'string') return
  if (values.includes(argument.value)) return
  const { start, end } = argument
  const meant = nearest(argument.value, values)
  report({
    code: 'EXPRESSION_ARGUMENTS',
    severity: 'error',
    message: `${name} is one of: ${values.join(', ')}`,
    values: { reason: 'value', name, allowed: values.join(', ') },
    start,
    end,
    ...fixTo(meant, { start, end }, printText),
  })
}

function checkItemPath(checking: Checking, list: StaticType | undefined, argument: Expression): void {
  if (argument.kind !== 'literal' || typeof argument.value !== 'string') return
  const { start, end, value } = argument
  const segments = literalPath(argument)
  if (segments === null) {
    const message = syntaxMessage(NO_PATH)
    checking.report({ code: 'EXPRESSION_SYNTAX', severity: 'error', message, values: NO_PATH, start, end })
    return
  }
  let type = itemType(list)
  for (const segment of segments) {
    const key = segment.kind === 'key' ? segment.key : segment.index
    const member = memberType(type, key)
    if (member.found > 0) {
      type = member.type
      continue
    }
    if (type.length === 0 || member.onlyNullLacks) return
    const meant = nearest(String(key), [...membersOf(type).keys()])
    const hint = meant === null ? '' : `; did you mean ${meant}?`
    const message = `Items have no ${key} (of ${printText(value)})${hint}`
    const isFault = !member.isUndeclared && !segments.some(({ optional }) => optional)
    const severity = isFault ? 'error' : 'warning'
    const fix = fixTo(value === key ? meant : null, { start, end }, printText)
    const values = { reason: 'item', path: value, key: String(key), meant: meant ?? '' } as const
    checking.report({ code: 'EXPRESSION_PATH_MISSING', severity, message, values, start, end, ...fix })
    return
  }
}

/** Returns the type of a call and checks its arguments against the signature. */
export function checkCall(checking: Checking, call: CallExpression, types: readonly StaticType[]): StaticType {
  const signature = functionSignature(call.name)
  if (signature === undefined) {
    reportUnknown(checking, call)
    return UNKNOWN
  }
  const { name, parameters, returns } = signature
  checkCount(checking, call, signature)
  for (const [at, argument] of call.arguments.entries()) {
    const parameter = parameters[Math.min(at, parameters.length - 1)]
    if (parameter === undefined) break
    const type = types[at] as StaticType
    const wanted = typeof parameter.type === 'string' ? [parameter.type] : parameter.type
    const kinds = wanted.filter((kind) => kind !== 'any')
    const given = parameter.optional ? withoutNull(type) : type
    if (kinds.length > 0 && !isUnknown(type))
      checkKinds(checking, given, kinds, `${name} (${parameter.name})`, argument)
    checkValues(checking, parameter, argument)
    if (parameter.pathInItemsOf !== undefined) checkItemPath(checking, types[parameter.pathInItemsOf], argument)
  }
  return returnType(returns, types, call.arguments)
}
