import type { CallExpression } from '../expression/ast.ts'
import { functionSignature } from '../expression/functions/index.ts'
import { describeSignature, type FunctionParameter, type FunctionSignature } from '../expression/functions/signature.ts'
import { nearest } from '../expression/suggest.ts'
import type { Json } from '../json.ts'
import { type Evaluation, fault } from './evaluation.ts'
import type { FunctionBody, FunctionCall } from './function-body.ts'
import { FUNCTION_BODIES } from './functions/index.ts'
import { spendSteps } from './meter.ts'
import { aKind, kindOf } from './values.ts'

type Arguments = readonly (Json | undefined)[]

function parameterAt({ parameters }: FunctionSignature, at: number): FunctionParameter {
  return parameters[Math.min(at, parameters.length - 1)] as FunctionParameter
}

function checkCount(signature: FunctionSignature, call: FunctionCall, count: number): void {
  const { parameters } = signature
  const least = parameters.filter(({ optional, rest }) => !optional && !rest).length
  const most = parameters.at(-1)?.rest ? Number.POSITIVE_INFINITY : parameters.length
  if (count >= least && count <= most) return
  throw call.fault('EXPRESSION_ARGUMENTS', `${signature.name} is called as ${describeSignature(signature)}`)
}

function checkArgument(signature: FunctionSignature, call: FunctionCall, value: Json, at: number): Json | undefined {
  const { name, type, optional, values } = parameterAt(signature, at)
  if (type === 'any') return value
  // An argument that is omitted before another one is written as null.
  if (optional && value === null) return undefined
  const kind = kindOf(value, call.span)
  const kinds = typeof type === 'string' ? [type] : type
  if (!kinds.includes(kind)) {
    const wanted = kinds.map(aKind).join(' or ')
    throw call.fault('EXPRESSION_TYPE', `${signature.name} takes ${wanted} as ${name}, not ${aKind(kind)}`)
  }
  if (values !== undefined && !values.includes(value as string)) {
    throw call.fault('EXPRESSION_ARGUMENTS', `${signature.name} takes as ${name} one of: ${values.join(', ')}`)
  }
  return value
}

/**
 * Calls a function of the expression language with evaluated arguments.
 *
 * @throws {@link TenonError} `EXPRESSION_FUNCTION_UNKNOWN`, `EXPRESSION_ARGUMENTS`, `EXPRESSION_TYPE`, and the errors
 * of the function itself.
 */
export function callFunction(evaluation: Evaluation, expression: CallExpression, values: readonly Json[]): Json {
  const { name } = expression
  const call: FunctionCall = {
    name,
    evaluation,
    span: expression,
    fault: (code, message) => fault(code, message, expression, { function: name }),
  }
  const signature = functionSignature(name)
  if (signature === undefined) {
    const known = nearest(name, Object.keys(FUNCTION_BODIES))
    const hint = known === null ? '' : `; did you mean ${known}?`
    throw call.fault('EXPRESSION_FUNCTION_UNKNOWN', `There is no function ${name}${hint}`)
  }
  checkCount(signature, call, values.length)
  spendSteps(evaluation.meter, values.length)
  const args: Arguments = values.map((value, at) => checkArgument(signature, call, value, at))
  const body = FUNCTION_BODIES[name] as FunctionBody
  return body(args as readonly Json[], call)
}
